/**
 * As many members as the group can do without are killed with their PostgreSQL, one after another,
 * while clients write: of five, two. Then they are started again, one after another: the others must
 * hardly notice.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { quorumOf } from '../../../common/quorum.ts'
import type { GroupMember } from '../member.ts'
import { median } from '../report.ts'
import { atMost, type Bar, type Drill, type DrillResult, figure } from './drill.ts'
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

/** In the order in which they were killed, and came back. */
type Round = { readonly kills: readonly Kill[]; readonly returns: readonly Return[] }

const roundsByDefault = 20
const gapLimit = { limit: 1_000, unit: 'ms' }
const returnLimit = { limit: 300, unit: 'ms' }
const inWords = ['of the first', 'of the second', 'of the third']

export const killMinority: Drill = {
  name: 'member-kill',
  about:
    'One member and then another, as many as the group can do without, are killed with their PostgreSQL (SIGKILL) while clients write at all members; they are started again one by one and catch up.',
  run: (setting) =>
    withScene(setting, async (scene) => {
      const { rounds = roundsByDefault, say } = setting
      const done: Round[] = []
      for (let number = 1; number <= rounds; number += 1) {
        const round = await killAndReturn(scene, victimsOf(scene, number))
        done.push(round)
        const gaps = round.kills.map(({ allMs }) => allMs.toFixed(0)).join(' and ')
        const returns = round.returns.map(({ gapMs }) => gapMs.toFixed(0)).join(' and ')
        const back = round.returns.map(({ afterMs }) => afterMs.toFixed(0)).join(' and ')
        say(`round ${number}: gaps ${gaps} ms, returning ${returns} ms, back after ${back} ms`)
      }
      return resultOf(done)
    }),
}

/** Others each time; those that order, and those whose id is low, among them. */
function victimsOf({ group: { members } }: Scene, round: number): GroupMember[] {
  const minority = members.length - quorumOf(members.length)
  return Array.from({ length: minority }, (_, place) => {
    return members[(round + 2 * place) % members.length]
  }).filter((member) => member !== undefined)
}

async function killAndReturn(scene: Scene, victims: readonly GroupMember[]): Promise<Round> {
  const { signal } = scene.setting
  const kills: Kill[] = []
  for (const victim of victims) {
    await sleep(calmMs, undefined, { signal })
    kills.push(await kill(scene, victim))
  }
  const returns: Return[] = []
  for (const victim of victims) returns.push(await bringBack(scene, victim))
  return { kills, returns }
}

function resultOf(rounds: readonly Round[]): DrillResult {
  const inTurn = (rounds[0]?.kills ?? []).map((_, turn) => ({
    words: inWords[turn] ?? `of number ${turn + 1}`,
    kills: rounds.flatMap(({ kills }) => kills[turn] ?? []),
  }))
  const returns = rounds.flatMap((round) => round.returns)
  const gapBars = inTurn.map(({ words, kills }): Bar => {
    const gap = median(kills.map(({ allMs }) => allMs))
    return atMost(`write gap ${words} kill, median`, gap, gapLimit)
  })
  const worstReturn = Math.max(...returns.map(({ gapMs }) => gapMs))
  return {
    bars: [
      ...gapBars,
      atMost('write gap at other members while one returns, worst', worstReturn, returnLimit),
    ],
    figures: [
      figure('rounds', rounds.length, ''),
      ...inTurn.flatMap(({ words, kills }) => killFigures(`${words} kill`, kills)),
      ...returnFigures(returns),
    ],
  }
}
