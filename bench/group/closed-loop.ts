/**
 * A closed loop: so many calls outstanding at any time, each followed by the next. It must not know
 * what a call does.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Recorder, type Recording } from '../measure.ts'

export type ClosedLoop = {
  /** Under which the calls are counted. */
  readonly name: string
  readonly outstanding: number
  readonly warmUpMs: number
  readonly measuredMs: number
  call(): Promise<unknown>
  codeOf(error: unknown): string
  readonly signal?: AbortSignal | undefined
}

/** After a refusal: who refuses at once is not to be asked ten thousand times a second. */
const afterErrorMs = 5

/** Rejects when `signal` aborts; either way nothing is outstanding any more. */
export async function runClosedLoop(loop: ClosedLoop): Promise<Recording> {
  const { name, outstanding, call, codeOf, signal } = loop
  const recorder = new Recorder()
  let isFinished = false
  const one = async (): Promise<void> => {
    while (!isFinished) {
      const answered = await recorder.measure(name, () => call().then(() => true), codeOf)
      if (answered === undefined) await sleep(afterErrorMs)
    }
  }
  const running = Array.from({ length: outstanding }, one)
  try {
    await sleep(loop.warmUpMs, undefined, { signal })
    recorder.restart()
    await sleep(loop.measuredMs, undefined, { signal })
    return recorder.recording()
  } finally {
    isFinished = true
    await Promise.all(running)
  }
}
