/** A replica's status as people see it: what the protocol tells, in milliseconds. */
import type { MemberId } from '../common/member.ts'
import type { CoreStatus } from './protocol.ts'
import type { GroupStatus, LogIndex } from './replicated-log.ts'

type StatusParts = {
  readonly protocol: GroupStatus['protocol']
  readonly self: MemberId
  readonly core: CoreStatus
  readonly tickMs: number
  readonly appliedIndex: LogIndex
  /** Why nothing can be written; undefined: it can. */
  readonly reason: string | undefined
}

export function groupStatus(parts: StatusParts): GroupStatus {
  const { protocol, self, core, tickMs, appliedIndex, reason } = parts
  return {
    protocol,
    self,
    writable: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
    appliedIndex,
    members: core.members.map(({ id, lastHeardTicksAgo, details }) => ({
      id,
      lastHeardMsAgo:
        id === self || lastHeardTicksAgo === undefined ? undefined : lastHeardTicksAgo * tickMs,
      details,
    })),
    protocolDetails: core.protocolDetails,
  }
}
