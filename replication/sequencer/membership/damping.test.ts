import { describe, expect, it } from 'vitest'
import { memberId } from '../../../common/member.ts'
import { Damping } from './damping.ts'

const two = memberId(2)

/** Ticks after which the member is let in, for each of so many returns at the same time. */
function delays(returns: number, damping = new Damping({ firstTicks: 10, maxTicks: 100 })) {
  return Array.from({ length: returns }, () => {
    damping.returned(two, 1_000)
    let now = 1_000
    while (damping.isDamped(two, now)) now += 1
    return now - 1_000
  })
}

describe('damping', () => {
  it('lets the first return in at once, and others later and later, up to a limit', () => {
    expect(delays(7)).toEqual([0, 10, 20, 40, 80, 100, 100])
  })

  it('credits calm times', () => {
    const damping = new Damping({ firstTicks: 10, maxTicks: 100 })
    delays(3, damping)
    damping.returned(two, 1_000 + 250)
    expect(damping.isDamped(two, 1_250 + 9)).toBe(true)
    expect(damping.isDamped(two, 1_250 + 10)).toBe(false)
  })

  it('says who is damped, and knows of each alone', () => {
    const damping = new Damping({ firstTicks: 10, maxTicks: 100 })
    delays(2, damping)
    expect(damping.damped(1_005)).toEqual([two])
    expect(damping.isDamped(memberId(1), 1_005)).toBe(false)
  })
})
