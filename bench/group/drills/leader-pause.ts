/**
 * The leader is stopped in its tracks (SIGSTOP) and goes on later, believing that it still leads.
 * Meanwhile the others elect and go on. Reads begun at it at any time must see what was acknowledged
 * before they began, those above all that it finds waiting when it goes on.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { GroupMember } from '../member.ts'
import { atLeast, atMost, type Drill, type DrillResult, figure, must, none } from './drill.ts'
import { countByCode, longestSilence } from './history.ts'
import { Reader, type ReadOutcome } from './readers.ts'
import { type Scene, withScene } from './scene.ts'

const roundsByDefault = 1
const calmMs = 1_000
const readEveryMs = 25
const rejoinWithinMs = 20_000
/** After it goes on, it is watched for so long. */
const watchMs = 5_000
/** As large as the worst gap allowed when a leader dies: nobody is meant to notice at all. */
const gapLimitMs = 1_000

type Round = {
  readonly pausedGapMs: number
  readonly othersElected: boolean
  readonly resumedGapMs: number
  readonly epochsDiffer: boolean
  readonly rejoinedAfterMs: number
  readonly reads: readonly ReadOutcome[]
  /** Begun while it was paused, and answered. */
  readonly pausedReads: number
}

export const leaderPause: Drill = {
  name: 'leader-pause',
  about:
    'The leader is paused (SIGSTOP) while clients write at all members and others read at it, and goes on (SIGCONT).',
  run: (setting) =>
    withScene(setting, async (scene) => {
      const rounds: Round[] = []
      for (let number = 1; number <= (setting.rounds ?? roundsByDefault); number += 1) {
        rounds.push(await pauseOnce(scene))
        setting.say(`pause ${number}: gap ${rounds.at(-1)?.pausedGapMs.toFixed(0)} ms`)
      }
      return resultOf(rounds)
    }),
}

async function pauseOnce(scene: Scene): Promise<Round> {
  const { group, history, setting } = scene
  const { signal, pauseMs } = setting
  const leader = await group.leader()
  const timeoutMs = pauseMs + rejoinWithinMs
  const client = leader.patientClient()
  const member = { address: leader.address, client }
  const reader = new Reader({ member, history, everyMs: readEveryMs, timeoutMs })
  try {
    await sleep(calmMs, undefined, { signal })
    const pausedMs = performance.now()
    leader.pause()
    await sleep(pauseMs, undefined, { signal })
    const successor = await leaderAmongOthers(scene, leader)
    const before = successor && (await epochAt(scene, successor))
    const resumedMs = performance.now()
    leader.resume()
    await group.serves(leader, { timeoutMs: rejoinWithinMs, signal })
    const rejoinedMs = performance.now()
    await sleep(watchMs, undefined, { signal })
    const after = successor && (await epochAt(scene, successor))
    const watchedMs = performance.now()
    await reader.stop()
    const whilePaused = reader.outcomes.filter(
      ({ kind, invokedMs }) => kind !== 'failed' && invokedMs > pausedMs && invokedMs < resumedMs,
    )
    return {
      pausedGapMs: longestSilence(history.acknowledged, { fromMs: pausedMs, toMs: resumedMs }),
      othersElected: successor !== undefined,
      resumedGapMs: longestSilence(history.acknowledged, { fromMs: resumedMs, toMs: watchedMs }),
      epochsDiffer: before === undefined || before !== after,
      rejoinedAfterMs: rejoinedMs - resumedMs,
      reads: reader.outcomes,
      pausedReads: whilePaused.length,
    }
  } finally {
    leader.resume()
    await reader.stop()
    client.close()
  }
}

async function leaderAmongOthers(
  { group, setting }: Scene,
  paused: GroupMember,
): Promise<GroupMember | undefined> {
  for (const member of group.members) {
    if (member === paused) continue
    const status = await group.status(member.address.id)
    if (status !== undefined && setting.protocol.ordersWrites(status)) return member
  }
  return undefined
}

async function epochAt({ group, setting }: Scene, member: GroupMember): Promise<unknown> {
  const status = await group.status(member.address.id)
  return status === undefined ? undefined : setting.protocol.epoch(status)
}

function resultOf(rounds: readonly Round[]): DrillResult {
  const worst = (of: (round: Round) => number): number => Math.max(...rounds.map(of))
  const reads = rounds.flatMap((round) => round.reads)
  const count = (kind: ReadOutcome['kind']): number =>
    reads.filter((read) => read.kind === kind).length
  const stale = reads.find(({ kind }) => kind === 'stale')
  return {
    bars: [
      must(
        'the others have elected',
        rounds.every(({ othersElected }) => othersElected),
      ),
      none('stale reads at the paused member', count('stale'), stale?.missing.join(', ')),
      atLeast(
        'reads begun during the pause and answered by it',
        worst(({ pausedReads }) => pausedReads),
        {
          limit: 10,
          unit: '',
        },
      ),
      must(
        'no election when it goes on',
        rounds.every(({ epochsDiffer }) => !epochsDiffer),
      ),
      atMost(
        'write gap when it goes on',
        worst(({ resumedGapMs }) => resumedGapMs),
        {
          limit: gapLimitMs,
          unit: 'ms',
        },
      ),
    ],
    figures: [
      figure('pauses', rounds.length, ''),
      figure(
        'write gap in the pause, worst',
        worst(({ pausedGapMs }) => pausedGapMs),
        'ms',
      ),
      figure(
        'back in the group after',
        worst(({ rejoinedAfterMs }) => rejoinedAfterMs),
        'ms',
      ),
      figure('reads answered', count('fresh') + count('stale'), ''),
      {
        what: 'reads refused or timed out',
        seen: countByCode(reads.filter(({ kind }) => kind === 'failed')) || 'none',
      },
    ],
  }
}
