/** One run: so many sellers and buyers at the same time, warmed up, then measured. */
import { randomBytes } from 'node:crypto'
import { seededRandom } from '../common/random.ts'
import {
  type Addresses,
  type ClientTask,
  openBuyer,
  openSeller,
  runBuyer,
  runSeller,
} from './clients.ts'
import { Recorder, type RunSummary } from './measure.ts'
import { type ProcessorUse, usedBetween } from './processor-use.ts'

export type Target = Addresses & {
  /** Elections so far, as the products group counts them. */
  readonly elections: () => Promise<number>
  /** Used so far. */
  readonly processorUse: () => Promise<ProcessorUse>
}

export type Measured = {
  readonly summary: RunSummary
  readonly elections: number
  /** Over the measured time. */
  readonly processorUse: ProcessorUse
}

export type RunOptions = {
  /** Sellers, and as many buyers. */
  readonly clients: number
  readonly warmUpMs: number
  readonly measuredMs: number
  readonly currency: string
}

export async function measureClients(
  target: Target,
  { clients, warmUpMs, measuredMs, currency }: RunOptions,
): Promise<Measured> {
  const prefix = `bench-${randomBytes(4).toString('hex')}`
  const numbered = Array.from({ length: clients }, (_, index) => index)
  // Hashing passwords is slow by design: a few at a time.
  const sellers = await inTurns(numbered, 4, (n) => openSeller(target, `${prefix}-s${n}`))
  const buyers = await inTurns(numbered, 4, (n) => openBuyer(target, `${prefix}-b${n}`))
  const recorder = new Recorder()
  let isFinished = false
  const task = (seed: number): ClientTask => ({
    recorder,
    random: seededRandom(seed),
    currency,
    finished: () => isFinished,
  })
  const electionsBefore = await target.elections()
  const running = [
    ...sellers.map((client, index) => runSeller(client, task(index + 1))),
    ...buyers.map((client, index) => runBuyer(client, task(index + 10_001))),
  ]
  await pause(warmUpMs)
  const usedBefore = await target.processorUse()
  recorder.restart()
  await pause(measuredMs)
  const summary = recorder.summary()
  const processorUse = usedBetween(usedBefore, await target.processorUse())
  isFinished = true
  await Promise.all(running)
  const elections = (await target.elections()) - electionsBefore
  for (const client of [...sellers, ...buyers]) client.close()
  return { summary, elections, processorUse }
}

async function inTurns<In, Out>(
  inputs: readonly In[],
  atOnce: number,
  work: (input: In) => Promise<Out>,
): Promise<Out[]> {
  const results: Out[] = []
  for (let from = 0; from < inputs.length; from += atOnce) {
    results.push(...(await Promise.all(inputs.slice(from, from + atOnce).map(work))))
  }
  return results
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
