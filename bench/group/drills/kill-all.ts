/**
 * Again and again all members are killed at once, with their PostgreSQL, while clients write; all are
 * started again. What counts is the reckoning; how long the group was away is told as well.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from '../report.ts'
import { type Drill, figure, none } from './drill.ts'
import { longestSilence } from './history.ts'
import { type Scene, withScene } from './scene.ts'

const roundsByDefault = 20
const calmMs = 1_000
const recoverWithinMs = 60_000

export const killAll: Drill = {
  name: 'kill-all',
  about:
    'All members and their PostgreSQL servers are killed at once (SIGKILL) while clients write, and started again.',
  run: (setting) =>
    withScene(setting, async (scene) => {
      const { rounds = roundsByDefault, signal, say } = setting
      const outagesMs: number[] = []
      let unseen = 0
      let looked = 0
      for (let number = 1; number <= rounds; number += 1) {
        await sleep(calmMs, undefined, { signal })
        const outageMs = await killAllOnce(scene)
        outagesMs.push(outageMs)
        // At once, so that a loss is known by its round; all of them are counted again in the end.
        const keys = scene.history.acknowledged.slice(looked).map(({ key }) => key)
        unseen += await countUnseen(scene, keys)
        looked += keys.length
        say(`kill ${number}: away for ${outageMs.toFixed(0)} ms, ${unseen} writes missing so far`)
      }
      return {
        bars: [none('acknowledged writes that a read after the restart did not see', unseen)],
        figures: [
          figure('kills of the whole group', rounds, ''),
          figure('from the last write before to the first after, median', median(outagesMs), 'ms'),
          figure(
            'from the last write before to the first after, worst',
            Math.max(...outagesMs),
            'ms',
          ),
        ],
      }
    }),
}

async function killAllOnce({ group, writers, history, setting }: Scene): Promise<number> {
  const shots = await Promise.all(group.members.map((member) => member.aimToKill()))
  const fromMs = performance.now()
  await Promise.all(shots.map((shoot) => shoot()))
  for (const member of group.members) member.start()
  await writers.acknowledgesAgain(performance.now(), recoverWithinMs)
  const toMs = performance.now()
  const { signal } = setting
  await Promise.all(
    group.members.map((member) => group.serves(member, { timeoutMs: recoverWithinMs, signal })),
  )
  return longestSilence(history.acknowledged, { fromMs, toMs })
}

/** Of these acknowledged writes, those that a read at a follower does not see. */
async function countUnseen({ group }: Scene, keys: readonly string[]): Promise<number> {
  const follower = await group.follower()
  let unseen = 0
  for (let start = 0; start < keys.length; start += keysMax) {
    unseen += (await follower.client.missing(keys.slice(start, start + keysMax))).length
  }
  return unseen
}

/** In one question: well below what a message may hold. */
const keysMax = 10_000
