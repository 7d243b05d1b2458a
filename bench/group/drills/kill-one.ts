/**
 * Again and again one member is killed with its PostgreSQL while clients write: the one that leads,
 * or one that does not. It is started again when the others go on, and has caught up before the next.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { GroupMember } from '../member.ts'
import { median } from '../report.ts'
import { atMost, type Drill, type DrillResult, figure } from './drill.ts'
import {
  bringBack,
  calmMs,
  type Kill,
  kill,
  killFigures,
  type Return,
  returnFigures,
} from './kill.ts'
import { type Scene, withScene } from './scene.ts'

type Round = { readonly killed: Kill; readonly returned: Return }

const roundsByDefault = 20

export const leaderKill: Drill = {
  name: 'leader-kill',
  about:
    'The leader and its PostgreSQL are killed (SIGKILL) while clients write at all members; it is started again and catches up.',
  run: (setting) =>
    withScene(setting, async (scene) => {
      const rounds = await killInRounds(scene, () => scene.group.leader())
      const gaps = rounds.map(({ killed }) => killed.allMs)
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
      const gaps = rounds.map(({ killed }) => killed.othersMs)
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
  const { rounds = roundsByDefault, signal, say } = scene.setting
  const done: Round[] = []
  for (let number = 1; number <= rounds; number += 1) {
    await sleep(calmMs, undefined, { signal })
    const victim = await choose()
    const killed = await kill(scene, victim)
    const returned = await bringBack(scene, victim)
    done.push({ killed, returned })
    say(
      `kill ${number}: gap ${killed.allMs.toFixed(0)} ms, at others ${killed.othersMs.toFixed(0)} ms, ` +
        `back after ${returned.afterMs.toFixed(0)} ms`,
    )
  }
  return done
}

function figuresOf(rounds: readonly Round[]): DrillResult['figures'] {
  return [
    figure('kills', rounds.length, ''),
    ...killFigures(
      'of a kill',
      rounds.map(({ killed }) => killed),
    ),
    ...returnFigures(rounds.map(({ returned }) => returned)),
  ]
}
