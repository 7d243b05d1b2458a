import { describe, expect, it } from 'vitest'
import {
  acknowledgedPerSecond,
  failuresByCode,
  History,
  longestCall,
  longestSilence,
  silenceWithin,
} from './history.ts'

const at = (...times: number[]) => times.map((acknowledgedMs) => ({ acknowledgedMs }))

describe('longestSilence', () => {
  it('reaches from the last acknowledgement before the span to the first one in it', () => {
    expect(longestSilence(at(10, 90, 400, 410), { fromMs: 100, toMs: 500 })).toBe(310)
  })

  it('sees a silence that begins after an acknowledgement in the span', () => {
    // An answer that was on its way when the fault came does not make the silence shorter.
    expect(longestSilence(at(90, 101, 900, 905), { fromMs: 100, toMs: 905 })).toBe(799)
  })

  it('follows a silence beyond the end of the span', () => {
    expect(longestSilence(at(90, 110, 700), { fromMs: 100, toMs: 200 })).toBe(590)
  })

  it('ignores what was before and behind the span', () => {
    expect(longestSilence(at(0, 99, 101, 102, 5_000), { fromMs: 100, toMs: 101 })).toBe(2)
  })

  it('counts to the end of the span when nothing more is acknowledged', () => {
    expect(longestSilence(at(90), { fromMs: 100, toMs: 600 })).toBe(500)
    expect(longestSilence([], { fromMs: 100, toMs: 600 })).toBe(500)
  })
})

describe('silenceWithin', () => {
  it('counts silence only inside the span', () => {
    expect(silenceWithin(at(10, 150, 900), { fromMs: 100, toMs: 200 })).toBe(50)
    expect(silenceWithin(at(10, 900), { fromMs: 100, toMs: 200 })).toBe(100)
  })
})

describe('longestCall', () => {
  it('takes calls that were under way in the span, whole', () => {
    const calls = [
      { invokedMs: 0, acknowledgedMs: 99 },
      { invokedMs: 50, acknowledgedMs: 130 },
      { invokedMs: 190, acknowledgedMs: 350 },
      { invokedMs: 201, acknowledgedMs: 9_000 },
    ]
    expect(longestCall(calls, { fromMs: 100, toMs: 200 })).toBe(160)
  })
})

describe('History', () => {
  it('knows what a read must see: the latest acknowledged write of each client', () => {
    const history = new History()
    const write = { home: 0, invokedMs: 0, acknowledgedMs: 1 }
    history.acknowledge({ ...write, client: 0, key: 'a' })
    history.acknowledge({ ...write, client: 1, key: 'b' })
    history.acknowledge({ ...write, client: 0, key: 'c' })
    expect(history.latestKeys().sort()).toEqual(['b', 'c'])
  })
})

it('counts acknowledgements per second and failures by code', () => {
  expect(acknowledgedPerSecond(at(0, 100, 150, 199, 200), { fromMs: 100, toMs: 200 })).toBe(30)
  const failed = [
    { client: 0, member: 0, code: 'UNAVAILABLE', endedMs: 5 },
    { client: 0, member: 1, code: 'UNAVAILABLE', endedMs: 6 },
    { client: 1, member: 1, code: 'DEADLINE_EXCEEDED', endedMs: 7 },
    { client: 1, member: 1, code: 'OVERLOADED', endedMs: 8 },
  ]
  const counted = failuresByCode(failed, { fromMs: 5, toMs: 7 })
  expect(counted).toBe('UNAVAILABLE: 2, DEADLINE_EXCEEDED: 1')
})
