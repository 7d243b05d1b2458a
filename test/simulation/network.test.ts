import { describe, expect, it } from 'vitest'
import { type MemberId, memberId } from '../../common/member.ts'
import { seededRandom } from '../../common/random.ts'
import { EventQueue } from './event-queue.ts'
import { SimulatedNetwork } from './network.ts'
import { drawOptions, type SimulationOptions } from './options.ts'

const quiet: Partial<SimulationOptions> = {
  loss: 0,
  duplication: 0,
  holdBack: 0,
  delayMinMs: 1,
  delayMaxMs: 2,
}

function network(options: Partial<SimulationOptions>) {
  const queue = new EventQueue(seededRandom(1))
  const arrivals: { readonly to: MemberId; readonly first: number; readonly atMs: number }[] = []
  const created = new SimulatedNetwork({
    random: seededRandom(2),
    queue,
    options: { ...drawOptions(seededRandom(3), {}), ...quiet, ...options },
    deliver: (_from, to, [first = -1]) => arrivals.push({ to, first, atMs: queue.nowMs }),
  })
  const run = (untilMs: number): void => {
    while ((queue.nextAtMs ?? Number.POSITIVE_INFINITY) <= untilMs) queue.runNext()
  }
  return { created, arrivals, run }
}

const [a, b] = [memberId(0), memberId(1)]

describe('the simulated network', () => {
  it('holds datagrams back for any time, and delivers some of them again', () => {
    const { created, arrivals, run } = network({ holdBack: 1, holdBackMaxMs: 60_000 })
    for (let first = 0; first < 200; first += 1) created.send(a, b, Uint8Array.of(first))
    run(2)
    const inTime = new Set(arrivals.map(({ first }) => first))
    run(60_000)
    const late = arrivals.filter(({ atMs }) => atMs > 2)
    expect(new Set(late.map(({ first }) => first)).size).toBeGreaterThan(190)
    expect(late.filter(({ first }) => inTime.has(first)).length).toBeGreaterThan(50)
    expect(late.filter(({ first }) => !inTime.has(first)).length).toBeGreaterThan(50)
    expect(Math.max(...late.map(({ atMs }) => atMs))).toBeGreaterThan(50_000)
  })

  it('delivers what was held back although the link has been cut, or all is calm since', () => {
    const { created, arrivals, run } = network({ holdBack: 1, holdBackMaxMs: 1_000 })
    created.send(a, b, Uint8Array.of(7))
    created.cut(a, b)
    created.calmDown()
    created.send(a, b, Uint8Array.of(8))
    run(1_000)
    expect(new Set(arrivals.map(({ first }) => first))).toEqual(new Set([7]))
  })
})
