/**
 * A follower is away while more is written than the log keeps, and comes back: it needs the whole
 * state. Meanwhile clients offer a fixed load, half of what the group can do, and must get most of it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Group } from '../group.ts'
import type { GroupMember } from '../member.ts'
import { auditGroup } from './audit.ts'
import {
  atLeast,
  type Drill,
  type DrillResult,
  type DrillSetting,
  figure,
  must,
  none,
} from './drill.ts'
import { acknowledgedPerSecond, failuresByCode, longestSilence, type Span } from './history.ts'
import { withGroup } from './scene.ts'
import { isGettingState } from './wipe-replace.ts'
import { Writers } from './writers.ts'

/** Enough outstanding for the group to be busy. */
const saturatingClients = 100
const warmUpMs = 5_000
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
  run: (setting) =>
    withGroup(setting, {}, async (group) => {
      const others = (away: GroupMember) => group.members.filter((member) => member !== away)
      const away = await group.follower()
      const writing = { ...setting, clients: saturatingClients }
      const all: Writers[] = []
      try {
        const saturating = startWriters(writing, group.members)
        all.push(saturating)
        await sleep(warmUpMs, undefined, { signal: setting.signal })
        const full = await measure(saturating, setting)
        setting.say(`saturated at ${full.toFixed(0)} writes per second`)
        await saturating.stop()

        await away.stop()
        const filling = startWriters(writing, others(away))
        all.push(filling)
        await untilWritten(filling, setting)
        await filling.stop()

        const offered = full * shareOfSaturation
        const paced = startWriters({ ...writing, perSecond: offered }, others(away))
        all.push(paced)
        await sleep(warmUpMs, undefined, { signal: setting.signal })
        const before = await measure(paced, setting)
        const { span, usedTransfer } = await bringBack(group, away, setting)
        await paced.stop()
        const writes = all.flatMap(({ history }) => history.acknowledged)
        setting.say('comparing all rows of all replicas')
        const audit = await auditGroup(group, writes, setting.signal)
        const kept = acknowledgedPerSecond(paced.history.acknowledged, span)
        return withAudit(audit, {
          bars: [
            atLeast('share of the offered load that was served meanwhile', kept / offered, {
              limit: shareKept,
              unit: '',
            }),
            must('came back by a transfer of the state', usedTransfer),
          ],
          figures: [
            figure('entries behind, at least', setting.entries, ''),
            figure('saturation, writes per second', full, ''),
            figure('offered, writes per second', offered, ''),
            figure('served before it came back, per second', before, ''),
            figure('served meanwhile, per second', kept, ''),
            figure('write gap meanwhile', longestSilence(paced.history.acknowledged, span), 'ms'),
            figure('from start to caught up', (span.toMs - span.fromMs) / 1_000, 's'),
            {
              what: 'attempts repeated meanwhile',
              seen: failuresByCode(paced.history.failed, span) || 'none',
            },
          ],
        })
      } finally {
        for (const writers of all) await writers.stop()
      }
    }),
}

function startWriters(
  setting: DrillSetting & { readonly perSecond?: number },
  members: readonly GroupMember[],
): Writers {
  const { clients, sizeBytes, perSecond, signal } = setting
  return new Writers({ members, clients, sizeBytes, perSecond, signal })
}

/** Acknowledged per second, from now on. */
async function measure({ history }: Writers, { signal }: DrillSetting): Promise<number> {
  const fromMs = performance.now()
  await sleep(measuredMs, undefined, { signal })
  return acknowledgedPerSecond(history.acknowledged, { fromMs, toMs: performance.now() })
}

async function untilWritten({ history }: Writers, setting: DrillSetting): Promise<void> {
  const { entries, signal, say } = setting
  const giveUpAtMs = performance.now() + (entries * 1_000) / slowestPerSecond + 60_000
  let said = 0
  while (history.acknowledged.length < entries) {
    if (performance.now() > giveUpAtMs) throw new Error('the entries are not written in time')
    await sleep(pollMs, undefined, { signal })
    const tenths = Math.floor((10 * history.acknowledged.length) / entries)
    if (tenths > said) say(`${history.acknowledged.length} of ${entries} entries`)
    said = tenths
  }
}

/** Resolves when the member has applied all that was acknowledged before, with how it came there. */
async function bringBack(
  group: Group,
  away: GroupMember,
  { signal, say }: DrillSetting,
): Promise<{ readonly span: Span; readonly usedTransfer: boolean }> {
  const fromMs = performance.now()
  let usedTransfer = false
  let isBack = false
  away.start()
  const watch = async (): Promise<void> => {
    while (!isBack) {
      usedTransfer ||= isGettingState(await group.status(away.address.id))
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
  return { span: { fromMs, toMs }, usedTransfer }
}

function withAudit(
  { missing, twice, differences }: Awaited<ReturnType<typeof auditGroup>>,
  { bars, figures }: DrillResult,
): DrillResult {
  return {
    bars: [
      ...bars,
      none('acknowledged writes that are missing at any replica', missing),
      none('writes applied twice', twice),
      none('tables that differ between replicas', differences.length, differences.join('; ')),
    ],
    figures,
  }
}
