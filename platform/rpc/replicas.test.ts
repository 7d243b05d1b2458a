import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { seededRandom } from '../../common/random.ts'
import { Replicas } from './replicas.ts'
import { silent } from './testing/echo.ts'

let serving: boolean[]
let probes: number[]

beforeEach(() => {
  vi.useFakeTimers()
  serving = [true, true, true]
  probes = []
})
afterEach(() => {
  vi.useRealTimers()
})

function create(seed = 1): Replicas {
  return new Replicas({
    addresses: [1, 2, 3].map((port) => ({ host: 'db', port })),
    probe: async (index) => {
      probes.push(index)
      return serving[index] === true
    },
    probeIntervalMs: 500,
    nowMs: () => Date.now(),
    random: seededRandom(seed),
    logger: silent,
  })
}

const none = new Set<number>()
const chosen = (replicas: Replicas) => {
  const replica = replicas.choose(none)
  if (replica === undefined) throw new Error('there is always one to choose')
  return replica
}

describe('choosing', () => {
  it('stays at home, then with one substitute, then returns', async () => {
    const replicas = create()
    const home = chosen(replicas)
    expect(chosen(replicas)).toBe(home)
    serving[home.index] = false
    replicas.failed(home, 'gone')
    const substitute = chosen(replicas)
    expect(substitute).not.toBe(home)
    await vi.advanceTimersByTimeAsync(3_000)
    expect(chosen(replicas)).toBe(substitute)
    serving[home.index] = true
    await vi.advanceTimersByTimeAsync(500)
    expect(chosen(replicas)).toBe(home)
  })

  it('goes through all, the well ones first, and then has no more', () => {
    const replicas = create()
    const sick = chosen(replicas)
    replicas.failed(sick, 'gone')
    const tried = new Set<number>()
    for (let replica = replicas.choose(tried); replica; replica = replicas.choose(tried)) {
      tried.add(replica.index)
    }
    expect([...tried]).toHaveLength(3)
    expect([...tried].at(-1)).toBe(sick.index)
  })

  it('spreads homes over the group', () => {
    const homes = new Set(Array.from({ length: 50 }, (_, seed) => chosen(create(seed)).index))
    expect(homes.size).toBe(3)
  })
})

describe('one that failed', () => {
  it('is asked every half second whether it is well', async () => {
    const replicas = create()
    const home = chosen(replicas)
    serving[home.index] = false
    replicas.failed(home, 'gone')
    await vi.advanceTimersByTimeAsync(2_100)
    expect(probes).toEqual([home.index, home.index, home.index, home.index])
  })

  it('is well at once when a call succeeds', () => {
    const replicas = create()
    const home = chosen(replicas)
    replicas.failed(home, 'gone')
    replicas.succeeded(home)
    expect(chosen(replicas)).toBe(home)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('again and again although it says that it is well, is asked less and less', async () => {
    const replicas = create()
    const home = chosen(replicas)
    let failures = 0
    for (let passedMs = 0; passedMs < 60_000; passedMs += 100) {
      if (chosen(replicas) === home) {
        failures += 1
        replicas.failed(home, 'no quorum')
      }
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(failures).toBeGreaterThan(5)
    expect(failures).toBeLessThan(15)
  })

  it('starts anew once it has been well for long', async () => {
    const replicas = create()
    const home = chosen(replicas)
    for (let round = 0; round < 6; round += 1) {
      replicas.failed(home, 'no quorum')
      await vi.advanceTimersByTimeAsync(8_000)
      expect(home.well).toBe(true)
    }
    await vi.advanceTimersByTimeAsync(10_000)
    replicas.failed(home, 'restarted')
    await vi.advanceTimersByTimeAsync(500)
    expect(home.well).toBe(true)
  })

  it('is forgotten when the client closes', () => {
    const replicas = create()
    replicas.failed(chosen(replicas), 'gone')
    replicas.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})
