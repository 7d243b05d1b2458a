import { describe, expect, it } from 'vitest'
import { ManualClock } from './manual-clock.fixture.ts'
import { WakeUp } from './wake-up.ts'

function create() {
  const clock = new ManualClock()
  const woken: number[] = []
  let atMs: number | undefined
  let looked = 0
  const wakeUp = new WakeUp({
    clock,
    wakeAtMs: () => {
      looked += 1
      return atMs
    },
    wake: () => {
      woken.push(clock.nowMs())
      atMs = undefined
    },
  })
  const want = (ms: number | undefined): void => {
    atMs = ms
    wakeUp.watch()
  }
  return { clock, woken, wakeUp, want, looks: () => looked }
}

describe('a timeout that is finer than ticks', () => {
  it('is met within a millisecond, and leaves no timer behind', () => {
    const { clock, woken, want } = create()
    want(3.4)
    clock.pass(10)
    expect(woken).toEqual([4])
    expect(clock.timers).toBe(0)
  })

  it('costs no timer while there is none', () => {
    const { clock, want } = create()
    want(undefined)
    expect(clock.timers).toBe(0)
  })

  it('may be put off, and withdrawn', () => {
    const { clock, woken, want } = create()
    want(2)
    want(5)
    clock.pass(4)
    want(undefined)
    clock.pass(10)
    expect(woken).toEqual([])
    expect(clock.timers).toBe(0)
  })

  it('is met although a later one was waited for', () => {
    const { clock, woken, want } = create()
    want(20)
    clock.pass(1)
    want(3)
    clock.pass(30)
    expect(woken).toEqual([3])
  })

  it('wakes nobody who does not have to be woken', () => {
    const { clock, looks, want } = create()
    want(100)
    clock.pass(99)
    expect(looks()).toBe(1)
  })

  it('is forgotten when the driver ends', () => {
    const { clock, woken, wakeUp, want } = create()
    want(2)
    wakeUp.cancel()
    clock.pass(10)
    expect(woken).toEqual([])
  })
})
