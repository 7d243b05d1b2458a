/**
 * A member loses its disk, PostgreSQL and all, while clients write, and is started again: it comes
 * back by itself, with another member's state. Until it is whole it counts in no quorum, which is
 * tried out, too.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { GroupMember } from '../member.ts'
import { atMost, type Drill, type DrillResult, figure, must, none } from './drill.ts'
import { acknowledgedPerSecond, longestSilence, type Span } from './history.ts'
import { calmMs } from './kill.ts'
import { untilListening } from './listening.ts'
import { type Scene, withScene } from './scene.ts'
import { pauseToMinority, untilLogForgets, type WithoutQuorum } from './wipe.ts'

type Round = {
  /** At the other members: when it was killed, and while it came back. */
  readonly killGapMs: number
  readonly returnGapMs: number
  readonly gotState: boolean
  readonly returnedAfterMs: number
  /** Served at the other members while it came back. */
  readonly perSecond: number
}

const roundsByDefault = 3
/** Wiped, and writes go on without it. */
const awayMs = 2_000
const recoverWithinMs = 120_000
const killLimit = { limit: 1_000, unit: 'ms' }
const returnLimit = { limit: 300, unit: 'ms' }
/** In a replica's log. */
const installedText = "another member's state is installed"

export const wipeReturn: Drill = {
  name: 'wipe-return',
  about:
    'A member is killed and its data deleted while clients write; it starts blank and comes back by itself. Once more, while so many others are paused that only the empty disk could make a quorum.',
  run: (setting) =>
    withScene(setting, async (scene) => {
      const { rounds = roundsByDefault, say } = setting
      const logBegins = await untilLogForgets(scene)
      const done: Round[] = []
      for (let number = 1; number <= rounds; number += 1) {
        const round = await wipeOnce(scene, victimOf(scene, number))
        done.push(round)
        const { returnGapMs, returnedAfterMs } = round
        say(
          `wipe ${number}: back after ${returnedAfterMs.toFixed(0)} ms, gap ${returnGapMs.toFixed(0)} ms`,
        )
      }
      const withoutQuorum = await wipeWithoutQuorum(scene, victimOf(scene, rounds + 1))
      say(`without a quorum: ${withoutQuorum.acknowledged} writes acknowledged`)
      return resultOf(done, withoutQuorum, logBegins)
    }),
}

function victimOf({ group: { members } }: Scene, number: number): GroupMember {
  return members[(2 * number) % members.length] as GroupMember
}

async function wipeOnce(scene: Scene, victim: GroupMember): Promise<Round> {
  const { group, history, setting } = scene
  const { signal } = setting
  await sleep(calmMs, undefined, { signal })
  const installedBefore = victim.countInLog(installedText)
  const wipedMs = performance.now()
  await victim.killWithDatabase()
  await victim.wipe()
  await sleep(awayMs, undefined, { signal })
  const away: Span = { fromMs: wipedMs, toMs: performance.now() }
  victim.start()
  await group.serves(victim, { timeoutMs: recoverWithinMs, signal })
  const back: Span = { fromMs: away.toMs, toMs: performance.now() }
  const others = history.acknowledged.filter(({ home }) => home !== victim.address.id)
  return {
    killGapMs: longestSilence(others, away),
    returnGapMs: longestSilence(others, back),
    gotState: victim.countInLog(installedText) > installedBefore,
    returnedAfterMs: back.toMs - back.fromMs,
    perSecond: acknowledgedPerSecond(others, back),
  }
}

/** It runs, and must not count, while it cannot get whole. */
async function wipeWithoutQuorum(scene: Scene, victim: GroupMember): Promise<WithoutQuorum> {
  const { group, setting } = scene
  const { signal } = setting
  await sleep(calmMs, undefined, { signal })
  await victim.killWithDatabase()
  await victim.wipe()
  await sleep(awayMs, undefined, { signal })
  const withoutQuorum = await pauseToMinority(scene, victim, async () => {
    victim.start()
    await untilListening(victim, signal)
  })
  for (const member of group.members) {
    await group.serves(member, { timeoutMs: recoverWithinMs, signal })
  }
  return withoutQuorum
}

function resultOf(
  rounds: readonly Round[],
  withoutQuorum: WithoutQuorum,
  logBegins: number,
): DrillResult {
  const worst = (of: (round: Round) => number): number => Math.max(...rounds.map(of))
  return {
    bars: [
      must(
        'came back by a transfer of the state',
        rounds.every(({ gotState }) => gotState),
      ),
      atMost(
        'write gap at other members when it is killed, worst',
        worst(({ killGapMs }) => killGapMs),
        killLimit,
      ),
      atMost(
        'write gap at other members while it comes back, worst',
        worst(({ returnGapMs }) => returnGapMs),
        returnLimit,
      ),
      none('writes that only the empty disk could have agreed to', withoutQuorum.acknowledged),
    ],
    figures: [
      figure('disks lost', rounds.length + 1, ''),
      figure('the log began at', logBegins, ''),
      figure(
        'from start to caught up, worst',
        worst(({ returnedAfterMs }) => returnedAfterMs),
        'ms',
      ),
      figure(
        'acknowledged per second at other members meanwhile, least',
        Math.min(...rounds.map(({ perSecond }) => perSecond)),
        '',
      ),
    ],
  }
}
