/**
 * A member is stopped in its tracks (SIGSTOP) and goes on later, believing that all is as it was.
 * Meanwhile the others go on without it. Reads begun at it at any time must see what was acknowledged
 * before they began, those above all that it finds waiting when it goes on; and what it says of the
 * writes that it finds waiting must be true.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { GroupMember } from '../member.ts'
import {
  atLeast,
  atMost,
  type Bar,
  type Drill,
  type DrillResult,
  type DrillSetting,
  figure,
  must,
  none,
} from './drill.ts'
import { countByCode, longestSilence } from './history.ts'
import { OneShots } from './one-shots.ts'
import { Reader, type ReadOutcome } from './readers.ts'
import { type Scene, withScene } from './scene.ts'

const roundsByDefault = 1
const calmMs = 1_000
const readEveryMs = 25
const writeEveryMs = 100
const rejoinWithinMs = 20_000
/** After it goes on, it is watched for so long. */
const watchMs = 5_000
const answeredMin = { limit: 10, unit: '' }

type Round = {
  readonly pausedGapMs: number
  readonly othersWentOn: boolean
  readonly resumedGapMs: number
  /** Another epoch once it is back than while it was paused. */
  readonly epochsDiffer: boolean
  readonly rejoinedAfterMs: number
  readonly reads: readonly ReadOutcome[]
  /** Begun while it was paused. */
  readonly pausedReads: readonly ReadOutcome[]
  readonly pausedWrites: number
}

export const leaderPause: Drill = {
  name: 'leader-pause',
  about:
    'The leader is paused (SIGSTOP) while clients write at all members and others read and write at it, and goes on (SIGCONT).',
  run: (setting) =>
    pauseInRounds(setting, {
      choose: (scene) => scene.group.leader(),
      // As large as the gap allowed when a leader dies: nobody is meant to notice at all.
      bars: (rounds) => [
        must(
          'no election when it goes on',
          rounds.every(({ epochsDiffer }) => !epochsDiffer),
        ),
        readsBar('reads begun during the pause and answered by it', rounds, ({ kind }) => {
          return kind !== 'failed'
        }),
        resumedGapBar(rounds, 1_000),
      ],
    }),
}

export const memberPause: Drill = {
  name: 'member-pause',
  about:
    'A member is paused (SIGSTOP) while clients write at all members and others read and write at it, and goes on (SIGCONT).',
  run: (setting) =>
    pauseInRounds(setting, {
      choose: async ({ group: { members } }, number) =>
        members[number % members.length] as GroupMember,
      // As when one that was killed returns: it is let in again by a change of view.
      bars: (rounds) => [
        atMost('write gap in the pause, worst', worst(rounds, 'pausedGapMs'), ms(1_000)),
        // It may say for a while that it is catching up.
        readsBar(
          'reads begun at it during the pause, and answered or refused',
          rounds,
          ({ code }) => {
            return code === '' || code === 'UNAVAILABLE'
          },
        ),
        resumedGapBar(rounds, 300),
      ],
    }),
}

type Kind = {
  choose(scene: Scene, number: number): Promise<GroupMember>
  bars(rounds: readonly Round[]): Bar[]
}

function pauseInRounds(setting: DrillSetting, { choose, bars }: Kind): Promise<DrillResult> {
  return withScene(setting, async (scene) => {
    const rounds: Round[] = []
    for (let number = 1; number <= (setting.rounds ?? roundsByDefault); number += 1) {
      const round = await pauseOnce(scene, await choose(scene, number))
      rounds.push(round)
      const gaps = `${round.pausedGapMs.toFixed(0)} ms, ${round.resumedGapMs.toFixed(0)} ms`
      setting.say(`pause ${number}: gap ${gaps} when it goes on`)
    }
    return resultOf(rounds, bars(rounds))
  })
}

async function pauseOnce(scene: Scene, paused: GroupMember): Promise<Round> {
  const { group, history, setting } = scene
  const { signal, pauseMs, sizeBytes } = setting
  const timeoutMs = pauseMs + rejoinWithinMs
  const client = paused.patientClient()
  const member = { address: paused.address, client }
  const reader = new Reader({ member, history, everyMs: readEveryMs, timeoutMs })
  const shots = new OneShots({ member, history, sizeBytes, everyMs: writeEveryMs, timeoutMs })
  scene.oneShots.push(shots)
  const stop = async (): Promise<void> => {
    await Promise.all([reader.stop(), shots.stop()])
  }
  try {
    await sleep(calmMs, undefined, { signal })
    const epochBefore = await epochAt(scene, paused)
    const pausedMs = performance.now()
    paused.pause()
    await sleep(pauseMs, undefined, { signal })
    const successor = await orderingAmongOthers(scene, paused)
    const epoch = successor && (await epochAt(scene, successor))
    const resumedMs = performance.now()
    paused.resume()
    await group.serves(paused, { timeoutMs: rejoinWithinMs, signal })
    const rejoinedMs = performance.now()
    await sleep(watchMs, undefined, { signal })
    const epochAfter = successor && (await epochAt(scene, successor))
    const watchedMs = performance.now()
    await stop()
    const begunInPause = ({ invokedMs }: { readonly invokedMs: number }): boolean =>
      invokedMs > pausedMs && invokedMs < resumedMs
    return {
      pausedGapMs: longestSilence(history.acknowledged, { fromMs: pausedMs, toMs: resumedMs }),
      othersWentOn: epoch !== undefined && epoch !== epochBefore,
      resumedGapMs: longestSilence(history.acknowledged, { fromMs: resumedMs, toMs: watchedMs }),
      epochsDiffer: epoch === undefined || epoch !== epochAfter,
      rejoinedAfterMs: rejoinedMs - resumedMs,
      reads: reader.outcomes,
      pausedReads: reader.outcomes.filter(begunInPause),
      pausedWrites: shots.outcomes.filter(begunInPause).length,
    }
  } finally {
    paused.resume()
    await stop()
    client.close()
  }
}

async function orderingAmongOthers(
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

function resultOf(rounds: readonly Round[], bars: readonly Bar[]): DrillResult {
  const reads = rounds.flatMap((round) => round.reads)
  const count = (kind: ReadOutcome['kind']): number =>
    reads.filter((read) => read.kind === kind).length
  const stale = reads.find(({ kind }) => kind === 'stale')
  return {
    bars: [
      must(
        'the others have gone on without it',
        rounds.every(({ othersWentOn }) => othersWentOn),
      ),
      none('stale reads at the paused member', count('stale'), stale?.missing.join(', ')),
      atLeast(
        'writes begun at it during the pause, and what became of them told',
        Math.min(...rounds.map(({ pausedWrites }) => pausedWrites)),
        answeredMin,
      ),
      ...bars,
    ],
    figures: [
      figure('pauses', rounds.length, ''),
      figure('write gap in the pause, worst', worst(rounds, 'pausedGapMs'), 'ms'),
      figure('back in the group after', worst(rounds, 'rejoinedAfterMs'), 'ms'),
      figure('reads answered', count('fresh') + count('stale'), ''),
      figure(
        'of those begun in a pause, answered, fewest',
        Math.min(
          ...rounds.map(({ pausedReads }) => pausedReads.filter(({ code }) => code === '').length),
        ),
        '',
      ),
      {
        what: 'reads refused or timed out',
        seen: countByCode(reads.filter(({ kind }) => kind === 'failed')) || 'none',
      },
    ],
  }
}

function readsBar(
  what: string,
  rounds: readonly Round[],
  counts: (read: ReadOutcome) => boolean,
): Bar {
  const fewest = Math.min(...rounds.map(({ pausedReads }) => pausedReads.filter(counts).length))
  return atLeast(what, fewest, answeredMin)
}

function resumedGapBar(rounds: readonly Round[], limit: number): Bar {
  return atMost('write gap when it goes on', worst(rounds, 'resumedGapMs'), ms(limit))
}

type Duration = 'pausedGapMs' | 'resumedGapMs' | 'rejoinedAfterMs'

function worst(rounds: readonly Round[], of: Duration): number {
  return Math.max(...rounds.map((round) => round[of]))
}

function ms(limit: number): { readonly limit: number; readonly unit: string } {
  return { limit, unit: 'ms' }
}
