/** Answers of a sequencer group's members, for tests. */
import type { Member } from '../../common/host-port.ts'
import { memberId } from '../../common/member.ts'
import type { Answer } from './client.ts'
import { readReport } from './report.ts'

export const rotationMembers = (count: number): Member[] =>
  Array.from({ length: count }, (_, id) => ({
    ...{ id: memberId(id), host: '127.0.0.1', port: 6080 + 5 * id },
  }))

export type FakeMember = {
  readonly id: number
  readonly state?: string
  readonly standing?: string
  readonly viewId?: string
  readonly viewMembers?: readonly number[]
  readonly next?: number
  readonly reason?: string
  readonly installed?: string
  /** Others that it does not hear, and for how long. */
  readonly unheard?: Readonly<Record<number, number | undefined>>
  readonly damped?: readonly number[]
  readonly transitions?: readonly object[]
  readonly stateTransfer?: object
}

/** In the same view all say the same of it. */
export const five = '3.0.1838372003017708'

export function operational(id: number, more: Partial<FakeMember> = {}): FakeMember {
  const viewMembers = [0, 1, 2, 3, 4]
  return { id, state: 'operational', viewId: five, viewMembers, installed: five, next: 31, ...more }
}

export function rotationAnswer(member: FakeMember, count = 5): Answer {
  const { id, state, standing = 'whole', viewId, viewMembers, reason, unheard = {} } = member
  const { damped = [], installed, next = 0, transitions = [], stateTransfer } = member
  const others = Array.from({ length: count }, (_, other) => ({
    id: other,
    ...(other in unheard ? { lastHeardMsAgo: unheard[other] } : { lastHeardMsAgo: 40 }),
    details: { isHeard: !(other in unheard), ...(damped.includes(other) ? { damped: true } : {}) },
  }))
  const report = readReport(
    JSON.stringify({
      protocol: 'sequencer',
      self: id,
      writable: reason === undefined,
      reason,
      appliedIndex: next,
      members: others,
      stateTransfer,
      protocolDetails: {
        ...{ state, standing, viewId, viewMembers, installed, transitions },
        ...{ quorum: Math.floor(count / 2) + 1, nextGlobalSequence: next },
        nextSequencer: viewMembers?.[next % viewMembers.length],
        ...{ receivedUpTo: next - 1, stableUpTo: next - 1, deliveredUpTo: next - 1 },
      },
    }),
  )
  return { host: '127.0.0.1', port: 6080 + 5 * id, report, problem: '' }
}

export function silentAnswer(id: number, problem = 'connect ECONNREFUSED'): Answer {
  return { host: '127.0.0.1', port: 6080 + 5 * id, report: undefined, problem }
}
