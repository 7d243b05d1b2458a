import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import type { Clock } from '../ports.ts'
import type { HashBody } from '../state-machine/check-commands.ts'
import { startCheckSchedule } from './schedule.ts'
import type { CheckLog } from './self-check.ts'

const start = 1_800_000_000_000
const intervalMs = 60_000

/** Some replicas with one group time, whose log applies everything everywhere at once, or never. */
class World {
  readonly ordered: { readonly by: number; readonly noneSinceMs: number; readonly atMs: number }[] =
    []
  groupTimeMs = 0
  lastOrderedMs: number | undefined
  fails = false
  readonly #looks: (() => void)[] = []

  constructor(chances: readonly number[], members = chances.length) {
    for (const [by, chance] of chances.entries()) {
      const log = {
        status: () => ({ members: Array.from({ length: members }, (_, id) => memberId(id)) }),
        submit: async ({ body }: { body: HashBody }) => {
          if (this.fails) throw new Error('no majority')
          this.ordered.push({ by, noneSinceMs: body.noneSinceMs, atMs: this.groupTimeMs - start })
          this.lastOrderedMs = this.groupTimeMs
        },
      } as unknown as CheckLog
      const clock: Pick<Clock, 'every' | 'nowUnixMs'> = {
        nowUnixMs: () => 0,
        every: (pollMs, look) => {
          expect(pollMs).toBe(1_000)
          this.#looks.push(look)
          return { cancel: () => undefined }
        },
      }
      startCheckSchedule({
        log,
        clock: clock as Clock,
        random: { next: () => chance },
        intervalMs,
        groupTimeMs: () => this.groupTimeMs,
        lastOrderedMs: () => this.lastOrderedMs,
        onFailure: () => undefined,
      })
    }
  }

  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      for (const look of this.#looks) look()
      await new Promise(setImmediate)
      if (this.groupTimeMs !== 0) this.groupTimeMs += 1_000
    }
  }
}

describe('the schedule of comparisons', () => {
  it('lets one replica order each, the one with the shortest wait', async () => {
    const world = new World([0.5, 0.1, 0.9])
    world.groupTimeMs = start
    await world.pass(150)
    expect(world.ordered).toEqual([
      { by: 1, noneSinceMs: start, atMs: 62_000 },
      { by: 1, noneSinceMs: start + 62_000, atMs: 124_000 },
    ])
  })

  it('orders nothing while the group has no time', async () => {
    const world = new World([0, 0, 0])
    await world.pass(300)
    expect(world.ordered).toEqual([])
  })

  it('counts from what another replica has ordered meanwhile', async () => {
    const world = new World([0], 3)
    world.groupTimeMs = start
    await world.pass(50)
    world.lastOrderedMs = world.groupTimeMs
    await world.pass(59)
    expect(world.ordered).toEqual([])
    await world.pass(2)
    expect(world.ordered).toHaveLength(1)
  })

  it('tries again after a failure, and orders nothing for a group of one', async () => {
    const world = new World([0, 0.1, 0.2])
    world.groupTimeMs = start
    world.fails = true
    await world.pass(100)
    world.fails = false
    await world.pass(2)
    expect(world.ordered).toHaveLength(1)
    const alone = new World([0])
    alone.groupTimeMs = start
    await alone.pass(200)
    expect(alone.ordered).toEqual([])
  })
})
