/** Reports and answers of a Raft group's members, for tests. */
import { type MemberId, memberId } from '../../common/member.ts'
import type { Answer } from './client.ts'
import { type Report, readReport } from './report.ts'

export const basePort = 6180

export type FakeSeat = {
  readonly id: number
  readonly role?: 'voter' | 'joining' | 'learner'
  readonly state?: string
  readonly matchIndex?: number
  readonly lastHeardMsAgo?: number
  readonly diskLost?: boolean
}

export type FakeGroup = {
  readonly leader: number | undefined
  readonly seats: readonly FakeSeat[]
  readonly outsiders?: readonly number[]
  readonly committed?: boolean
  readonly lastIndex?: number
  readonly term?: number
}

/** The JSON that member `self` of this group answers. */
export function statusJson(group: FakeGroup, self: number, more: object = {}): string {
  const { leader, seats, outsiders = [], committed = true, lastIndex = 1_000, term = 3 } = group
  return JSON.stringify({
    protocol: 'raft',
    self,
    writable: leader !== undefined,
    ...(leader === undefined ? { reason: 'The group has no leader.' } : {}),
    appliedIndex: 990,
    members: seats.map(({ id, state = 'replicate', matchIndex = lastIndex, ...seat }) => ({
      id,
      ...(id === self ? {} : { lastHeardMsAgo: seat.lastHeardMsAgo ?? 10 }),
      details: { state, matchIndex, diskLost: seat.diskLost ?? false },
    })),
    protocolDetails: {
      term,
      role: self === leader ? 'leader' : 'follower',
      leader: leader ?? null,
      firstIndex: 1,
      lastIndex,
      commitIndex: lastIndex,
      configuration: seats.map(({ id, role = 'voter' }) => ({
        ...{ id, role, disk: 17 + id, host: '127.0.0.1', port: basePort + 5 * id },
      })),
      configurationIndex: 7,
      configurationCommitted: committed,
      outsiders: outsiders.map((id) => ({ id, disk: 99 })),
    },
    ...more,
  })
}

export function reportOf(group: FakeGroup, self: number, more: object = {}): Report {
  const report = readReport(statusJson(group, self, more))
  if (report === undefined) throw new Error('the fixture is no report')
  return report
}

export function answerOf(id: number, report: Report | undefined, problem = ''): Answer {
  return { host: '127.0.0.1', port: basePort + 5 * id, report, problem }
}

export function configuredMembers(ids: readonly number[]) {
  return ids.map((id): { id: MemberId; host: string; port: number } => ({
    id: memberId(id),
    host: '127.0.0.1',
    port: basePort + 5 * id,
  }))
}
