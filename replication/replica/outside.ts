/** Whether a replica belongs to its group, for those who must not know the group's protocol. */
import type { GroupStatus } from '../replicated-log.ts'

/**
 * Why this replica is not part of its group (its disk was lost, it was removed, it is new), and what
 * to do about it, for a person. Undefined: it is part of it, or its protocol knows no such thing.
 */
export function outsideReason({ protocolDetails }: GroupStatus): string | undefined {
  const outside = protocolDetails.outside
  return typeof outside === 'string' ? outside : undefined
}
