/**
 * A follower is away while more is written than the log keeps, and comes back: it needs the whole
 * state. Meanwhile clients offer a fixed load, half of what the group can do, and must get most of it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { GroupMember } from '../member.ts'
import { atLeast, type Drill, type DrillResult, figure, must } from './drill.ts'
import { acknowledgedPerSecond, failuresByCode, longestSilence, type Span } from './history.ts'
import { isGettingState, type Scene, withScene } from './scene.ts'

/** Enough outstanding for the group to be busy. */
const busyClients = 100
/** From one load to the other. */
const settleMs = 5_000
const measuredMs = 10_000
const shareOfSaturation = 0.5
const shareKept = 0.7
/** Bounds the drill: a group that orders fewer per second than this has another problem. */
const slowestPerSecond = 100
const recoverWithinMs = 15 * 60_000
const pollMs = 100

export const farBehind: Drill = {
  name: 'far-behind',
  about:
    'A follower is stopped, more entries are written than the log keeps, it is started again under half of the load that the group can bear.',
  run: (setting) => withScene({ ...setting, clients: busyClients }, play),
}

async function play(scene: Scene): Promise<DrillResult> {
  const { group, writers, history, setting } = scene
  const { entries, signal, say } = setting
  const away = await group.follower()
  // Also when it is back: what its own clients would see of it is not the question here.
  writers.avoid(away)
  await away.stop()
  await untilWritten(scene)
  // Everything that runs often is compiled now: what the group can do, it does.
  const full = await measure(scene)
  say(`saturated at ${full.toFixed(0)} writes per second`)
  const offered = full * shareOfSaturation
  writers.pace(offered)
  await sleep(settleMs, undefined, { signal })
  const before = await measure(scene)
  const { span, gotState } = await bringBack(scene, away)
  const kept = acknowledgedPerSecond(history.acknowledged, span)
  return {
    bars: [
      atLeast('share of the offered load that was served meanwhile', kept / offered, {
        limit: shareKept,
        unit: '',
      }),
      must('came back by a transfer of the state', gotState),
    ],
    figures: [
      figure('entries behind, at least', entries, ''),
      figure('saturation, writes per second', full, ''),
      figure('offered, writes per second', offered, ''),
      figure('served before it came back, per second', before, ''),
      figure('served meanwhile, per second', kept, ''),
      figure('write gap meanwhile', longestSilence(history.acknowledged, span), 'ms'),
      figure('from start to caught up', (span.toMs - span.fromMs) / 1_000, 's'),
      {
        what: 'attempts repeated meanwhile',
        seen: failuresByCode(history.failed, span) || 'none',
      },
    ],
  }
}

/** Acknowledged per second, from now on. */
async function measure({ history, setting }: Scene): Promise<number> {
  const fromMs = performance.now()
  await sleep(measuredMs, undefined, { signal: setting.signal })
  return acknowledgedPerSecond(history.acknowledged, { fromMs, toMs: performance.now() })
}

async function untilWritten({ history, setting }: Scene): Promise<void> {
  const { entries, signal, say } = setting
  const giveUpAtMs = performance.now() + (entries * 1_000) / slowestPerSecond + 60_000
  const first = history.acknowledged.length
  let saidTenths = 0
  for (let written = 0; written < entries; written = history.acknowledged.length - first) {
    if (performance.now() > giveUpAtMs) throw new Error('the entries are not written in time')
    await sleep(pollMs, undefined, { signal })
    const tenths = Math.floor((10 * written) / entries)
    if (tenths > saidTenths) say(`${written} of ${entries} entries`)
    saidTenths = tenths
  }
}

/** Resolves when the member has applied all that was acknowledged before, with how it came there. */
async function bringBack(
  { group, setting }: Scene,
  away: GroupMember,
): Promise<{ readonly span: Span; readonly gotState: boolean }> {
  const { signal, say } = setting
  const fromMs = performance.now()
  let gotState = false
  let isBack = false
  away.start()
  const watch = async (): Promise<void> => {
    while (!isBack) {
      gotState ||= isGettingState(await group.status(away.address.id))
      await sleep(pollMs)
    }
  }
  const watching = watch()
  await group.serves(away, { timeoutMs: recoverWithinMs, signal }).finally(() => {
    isBack = true
  })
  await watching
  const toMs = performance.now()
  say(`caught up after ${((toMs - fromMs) / 1_000).toFixed(1)} s`)
  return { span: { fromMs, toMs }, gotState }
}
