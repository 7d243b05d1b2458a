/**
 * Again and again one member is killed with its PostgreSQL while clients write: the one that leads,
 * or one that does not. It is started again when the others go on, and has caught up before the next.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { GroupMember } from '../member.ts'
import { median } from '../report.ts'
import { atMost, type Drill, type DrillResult, figure } from './drill.ts'
import { longestCall, longestSilence, type Span } from './history.ts'
import { longestRead } from './readers.ts'
import { type Scene, withScene } from './scene.ts'

/** Milliseconds without an acknowledgement, of one kill. */
type Round = {
  /** In a while of the same length before. */
  readonly undisturbedMs: number
  readonly allMs: number
  /** As those see it who write at other members. */
  readonly othersMs: number
  readonly othersLongestCallMs: number
  readonly othersLongestReadMs: number
  /** While the killed one starts and catches up. */
  readonly returnMs: number
  readonly returnedAfterMs: number
}

const roundsByDefault = 20
/** Undisturbed before a kill, and down after the group goes on. */
const calmMs = 1_500
const recoverWithinMs = 30_000

export const leaderKill: Drill = {
  name: 'leader-kill',
  about:
    'The leader and its PostgreSQL are killed (SIGKILL) while clients write at all members; it is started again and catches up.',
  run: (setting) =>
    withScene(setting, async (scene) => {
      const rounds = await killInRounds(scene, () => scene.group.leader())
      const gaps = rounds.map(({ allMs }) => allMs)
      return {
        bars: [
          atMost('write gap, median', median(gaps), { limit: 1_000, unit: 'ms' }),
          atMost('write gap, worst', Math.max(...gaps), { limit: 2_000, unit: 'ms' }),
        ],
        figures: figuresOf(rounds),
      }
    }),
}

export const followerKill: Drill = {
  name: 'follower-kill',
  about:
    'A follower and its PostgreSQL are killed (SIGKILL) while clients write at all members; it is started again and catches up.',
  run: (setting) =>
    withScene(setting, async (scene) => {
      const rounds = await killInRounds(scene, () => scene.group.follower())
      const gaps = rounds.map(({ othersMs }) => othersMs)
      return {
        bars: [
          atMost('write gap of clients at other members, worst', Math.max(...gaps), {
            limit: 100,
            unit: 'ms',
          }),
        ],
        figures: figuresOf(rounds),
      }
    }),
}

async function killInRounds(scene: Scene, choose: () => Promise<GroupMember>): Promise<Round[]> {
  const { rounds = roundsByDefault, say } = scene.setting
  const done: Round[] = []
  for (let number = 1; number <= rounds; number += 1) {
    await sleep(calmMs, undefined, { signal: scene.setting.signal })
    const round = await killOnce(scene, await choose())
    done.push(round)
    say(
      `kill ${number}: gap ${round.allMs.toFixed(0)} ms, at others ${round.othersMs.toFixed(0)} ms, ` +
        `back after ${round.returnedAfterMs.toFixed(0)} ms`,
    )
  }
  return done
}

async function killOnce(scene: Scene, victim: GroupMember): Promise<Round> {
  const { group, writers, readers, history, setting } = scene
  const shoot = await victim.aimToKill()
  const killedMs = performance.now()
  const gone = shoot()
  await writers.acknowledgesAgain(performance.now(), recoverWithinMs)
  await gone
  await sleep(calmMs, undefined, { signal: setting.signal })
  const down: Span = { fromMs: killedMs, toMs: performance.now() }
  victim.start()
  await group.serves(victim, { timeoutMs: recoverWithinMs, signal: setting.signal })
  const back: Span = { fromMs: down.toMs, toMs: performance.now() }

  const writes = history.acknowledged
  const atOthers = writes.filter(({ home }) => home !== victim.address.id)
  const readsAtOthers = readers
    .filter(({ member }) => member !== victim)
    .flatMap(({ outcomes }) => outcomes)
  return {
    undisturbedMs: longestSilence(writes, { fromMs: killedMs - calmMs, toMs: killedMs - 100 }),
    allMs: longestSilence(writes, down),
    othersMs: longestSilence(atOthers, down),
    othersLongestCallMs: longestCall(atOthers, down),
    othersLongestReadMs: longestRead(readsAtOthers, down),
    returnMs: longestSilence(atOthers, back),
    returnedAfterMs: back.toMs - back.fromMs,
  }
}

function figuresOf(rounds: readonly Round[]): DrillResult['figures'] {
  const both = (what: string, of: (round: Round) => number) => {
    const values = rounds.map(of)
    return [
      figure(`${what}, median`, median(values), 'ms'),
      figure(`${what}, worst`, Math.max(...values), 'ms'),
    ]
  }
  return [
    figure('kills', rounds.length, ''),
    ...both('write gap', ({ allMs }) => allMs),
    ...both('write gap at other members', ({ othersMs }) => othersMs),
    ...both('longest write at other members', ({ othersLongestCallMs }) => othersLongestCallMs),
    ...both('longest read at other members', ({ othersLongestReadMs }) => othersLongestReadMs),
    ...both('write gap at other members while it returns', ({ returnMs }) => returnMs),
    ...both('from start to caught up', ({ returnedAfterMs }) => returnedAfterMs),
    ...both('write gap undisturbed, before the kill', ({ undisturbedMs }) => undisturbedMs),
  ]
}
