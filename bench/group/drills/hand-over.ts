/**
 * The lead changes hands on request while clients write: no call may fail. Then the leader is ended in
 * order (SIGTERM), which hands the lead over as well.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from '../report.ts'
import { type Drill, figure, must, none } from './drill.ts'
import { failuresByCode, longestCall, longestSilence, type Span } from './history.ts'
import { type Scene, withScene } from './scene.ts'

const roundsByDefault = 10
const calmMs = 1_000
const handOverWithinMs = 10_000
const recoverWithinMs = 30_000

type Round = {
  readonly gapMs: number
  readonly longestCallMs: number
  readonly moved: boolean
  readonly span: Span
}

export const handOver: Drill = {
  name: 'transfer',
  about:
    'The lead is transferred on request while clients write at all members; then the leader is stopped in order (SIGTERM).',
  run: (setting) =>
    withScene(setting, async (scene) => {
      const { rounds = roundsByDefault, say } = setting
      const done: Round[] = []
      for (let number = 1; number <= rounds; number += 1) {
        const round = await transferOnce(scene)
        done.push(round)
        say(`transfer ${number}: gap ${round.gapMs.toFixed(0)} ms`)
      }
      const failures = done.map(({ span }) => failuresByCode(scene.history.failed, span))
      const failed = failures.filter((codes) => codes !== '')
      const stop = await stopLeader(scene)
      say(`stopped in order: gap ${stop.gapMs.toFixed(0)} ms`)
      const gaps = done.map(({ gapMs }) => gapMs)
      return {
        bars: [
          must(
            'every transfer moved the lead',
            done.every(({ moved }) => moved),
          ),
          none('transfers during which a call failed', failed.length, failed.join('; ')),
        ],
        figures: [
          figure('transfers', done.length, ''),
          figure('write gap of a transfer, median', median(gaps), 'ms'),
          figure('write gap of a transfer, worst', Math.max(...gaps), 'ms'),
          figure('longest call', Math.max(...done.map((one) => one.longestCallMs)), 'ms'),
          figure('write gap of a graceful stop of the leader', stop.gapMs, 'ms'),
          {
            what: 'attempts repeated because of the graceful stop',
            seen: failuresByCode(scene.history.failed, stop.span) || 'none',
          },
        ],
      }
    }),
}

async function transferOnce(scene: Scene): Promise<Round> {
  const { group, history, setting } = scene
  const { signal } = setting
  const before = await group.leader()
  await sleep(calmMs, undefined, { signal })
  const operator = group.operator()
  try {
    const fromMs = performance.now()
    const deadline = { atUnixMs: Date.now() + handOverWithinMs }
    await operator.administer({ kind: 'transfer', to: undefined }, deadline)
    const after = await group.leader({ timeoutMs: handOverWithinMs, signal })
    await sleep(calmMs, undefined, { signal })
    const span = { fromMs, toMs: performance.now() }
    return {
      gapMs: longestSilence(history.acknowledged, span),
      longestCallMs: longestCall(history.acknowledged, span),
      moved: after !== before,
      span,
    }
  } finally {
    operator.close()
  }
}

async function stopLeader(scene: Scene): Promise<{ readonly gapMs: number; readonly span: Span }> {
  const { group, history, setting } = scene
  const { signal } = setting
  const leader = await group.leader()
  const fromMs = performance.now()
  await leader.stop()
  await group.leader({ timeoutMs: recoverWithinMs, signal })
  await sleep(calmMs, undefined, { signal })
  const span = { fromMs, toMs: performance.now() }
  leader.start()
  await group.serves(leader, { timeoutMs: recoverWithinMs, signal })
  return { gapMs: longestSilence(history.acknowledged, span), span }
}
