/**
 * The stage of a drill: a fresh group with clients that write and read, then the drill, then the reckoning;
 * whatever happens, nothing is left behind.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { GroupStatus } from '../../../replication/replicated-log.ts'
import { Group } from '../group.ts'
import { type Audit, auditGroup } from './audit.ts'
import { type DrillResult, type DrillSetting, figure, none } from './drill.ts'
import { failuresByCode, type History } from './history.ts'
import { OneShots, type ShotOutcome } from './one-shots.ts'
import { Reader, type ReadOutcome } from './readers.ts'
import { Writers } from './writers.ts'

export type Scene = {
  readonly setting: DrillSetting
  readonly group: Group
  readonly writers: Writers
  readonly history: History
  /** One at each member. */
  readonly readers: readonly Reader[]
  /** The same; a drill adds what it begins by itself, so that it is reckoned with. */
  readonly oneShots: OneShots[]
}

/** Until the programs that run often are compiled. */
const warmUpMs = 3_000
const firstWriteWithinMs = 30_000
/** At each member, besides what a drill reads itself. */
const readEveryMs = 200
const readTimeoutMs = 5_000
const shotEveryMs = 100
/** The member is to say what became of it, and not the client to lose patience. */
const shotTimeoutMs = 10_000

/** Plays with rows being applied, and adds to the result what the reckoning says. */
export async function withScene(
  setting: DrillSetting,
  play: (scene: Scene) => Promise<DrillResult>,
): Promise<DrillResult> {
  return await withGroup(setting, async (group) => {
    const { clients, sizeBytes, signal, say } = setting
    const { members } = group
    const writers = new Writers({ members, clients, sizeBytes, signal })
    const { history } = writers
    const readers = members.map(
      (member) => new Reader({ member, history, everyMs: readEveryMs, timeoutMs: readTimeoutMs }),
    )
    const oneShots = members.map(
      (member) =>
        new OneShots({
          member,
          history,
          sizeBytes,
          everyMs: shotEveryMs,
          timeoutMs: shotTimeoutMs,
        }),
    )
    const stop = async (): Promise<void> => {
      await Promise.all([writers, ...readers, ...oneShots].map((one) => one.stop()))
    }
    try {
      await writers.acknowledgesAgain(performance.now(), firstWriteWithinMs)
      await sleep(warmUpMs, undefined, { signal })
      const result = await play({ setting, group, writers, history, readers, oneShots })
      await stop()
      say('comparing all rows of all replicas')
      const shots = oneShots.flatMap(({ outcomes }) => outcomes)
      const told = { acknowledged: history.acknowledged, refused: refusedOf(shots) }
      const audit = await auditGroup(group, told, signal)
      const reads = readers.flatMap(({ outcomes }) => outcomes)
      return withReckoning(result, { history, reads, shots, audit })
    } finally {
      await stop()
    }
  })
}

/** Whether a member takes over another one's state: told beside its status meanwhile. */
export function isGettingState(status: GroupStatus | undefined): boolean {
  return status !== undefined && 'stateTransfer' in status
}

async function withGroup<T>(setting: DrillSetting, work: (group: Group) => Promise<T>): Promise<T> {
  const { protocol, members, basePort, parentDir, environment, logsDir, signal, say } = setting
  say(`starting ${members} members`)
  const shape = { members, apply: 'row', basePort, parentDir, environment, signal } as const
  const group = await Group.start(protocol, shape)
  try {
    return await work(group)
  } finally {
    if (logsDir !== undefined) group.copyLogs(logsDir)
    await group.remove()
  }
}

/** Of which a client was told for certain that they did not happen and will not. */
function refusedOf(shots: readonly ShotOutcome[]): string[] {
  return shots.filter(({ kind }) => kind === 'refused').map(({ key }) => key)
}

function withReckoning(
  { bars, figures }: DrillResult,
  {
    history,
    reads,
    shots,
    audit,
  }: {
    readonly history: History
    readonly reads: readonly ReadOutcome[]
    readonly shots: readonly ShotOutcome[]
    readonly audit: Audit
  },
): DrillResult {
  const answered = reads.filter(({ kind }) => kind !== 'failed')
  const stale = answered.filter(({ kind }) => kind === 'stale')
  const { acknowledged, rows, missing, twice, refusedButThere, differences } = audit
  const always = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }
  return {
    bars: [
      ...bars,
      none('acknowledged writes that are missing at any replica', missing),
      none('writes applied twice', twice),
      none('writes refused for certain that are there all the same', refusedButThere),
      none('stale reads at any member', stale.length, stale[0]?.missing.join(', ')),
      none('tables that differ between replicas', differences.length, differences.join('; ')),
      none('writes given up by their clients', history.givenUp),
    ],
    figures: [
      ...figures,
      figure('acknowledged writes', acknowledged, ''),
      figure('rows of each replica', rows, ''),
      figure('reads answered, over all members', answered.length, ''),
      {
        what: 'attempts that clients had to repeat',
        seen: failuresByCode(history.failed, always) || 'none',
      },
      { what: 'attempts made once, by what was told', seen: countByKind(shots) },
    ],
  }
}

function countByKind(shots: readonly ShotOutcome[]): string {
  const count = (kind: ShotOutcome['kind']): number =>
    shots.filter((shot) => shot.kind === kind).length
  return `${count('acknowledged')} acknowledged, ${count('refused')} refused for certain, ${count('unknown')} unknown`
}
