import { describe, expect, it } from 'vitest'
import { Announcer } from './announce.ts'

const timing = { heartbeatMs: 100, probeMinMs: 2, repairBackoffMaxMs: 100, tickMs: 5 }

describe('the heartbeat', () => {
  it('is due when nothing was broadcast for its time', () => {
    const announcer = new Announcer(timing, 5)
    expect(announcer.isHeartbeatDue(24)).toBe(false)
    expect(announcer.isHeartbeatDue(25)).toBe(true)
    announcer.broadcast(25)
    expect(announcer.isHeartbeatDue(44)).toBe(false)
  })
})

describe('an announcer', () => {
  it('wants to be called when the sooner of its probes is due', () => {
    const announcer = new Announcer(timing, 0)
    expect(announcer.dueAtMs).toBeUndefined()
    announcer.stability.isDue({ begun: 1, ended: 0 }, 10)
    announcer.ordering.isDue({ begun: 1, ended: 0 }, 7)
    expect(announcer.dueAtMs).toBe(announcer.ordering.dueAtMs)
    announcer.ordering.isDue({ begun: 1, ended: 1 }, 8)
    expect(announcer.dueAtMs).toBe(announcer.stability.dueAtMs)
  })
})
