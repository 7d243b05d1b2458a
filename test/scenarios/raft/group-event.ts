/** What happens in a group that is moved by hand, for a test or a trace to look at. */
import type { MemberId } from '../../../common/member.ts'
import type {
  BarrierId,
  Delivered,
  FetchState,
  ProposalId,
  Ready,
  Rejected,
} from '../../../replication/protocol.ts'
import type { RaftMessage } from '../../../replication/raft/types.ts'

export type Envelope = {
  readonly from: MemberId
  readonly to: MemberId
  readonly message: RaftMessage
}

export type GroupEvent =
  | { readonly kind: 'sent'; readonly envelope: Envelope }
  | { readonly kind: 'lost'; readonly envelope: Envelope }
  | { readonly kind: 'delivered'; readonly member: MemberId; readonly index: number; text: string }
  | { readonly kind: 'answered'; readonly member: MemberId; readonly proposal: ProposalId }
  | {
      readonly kind: 'passed'
      readonly member: MemberId
      readonly barrier: BarrierId
      readonly index: number
    }
  | { readonly kind: 'rejected'; readonly member: MemberId; readonly rejected: Rejected }
  | {
      readonly kind: 'administered'
      readonly member: MemberId
      readonly refusal: string | undefined
    }
  | { readonly kind: 'fetching'; readonly member: MemberId; readonly wanted: FetchState }
  | { readonly kind: 'installed'; readonly member: MemberId; readonly index: number }

const utf8 = new TextDecoder()

export function textOf({ commands }: Delivered): string {
  return commands.map(({ payload }) => utf8.decode(payload)).join()
}

/** What a Ready tells of its member; messages and writes are told when they get there. */
export function eventsOf(member: MemberId, ready: Ready<RaftMessage>): readonly GroupEvent[] {
  const events: GroupEvent[] = []
  for (const delivered of ready.deliver) {
    const { index, commands } = delivered
    events.push({ kind: 'delivered', member, index, text: textOf(delivered) })
    for (const { proposal } of commands) {
      if (proposal !== undefined) events.push({ kind: 'answered', member, proposal })
    }
  }
  for (const { id, index } of ready.barriers) {
    events.push({ kind: 'passed', member, barrier: id, index })
  }
  for (const { error } of ready.administered) {
    events.push({ kind: 'administered', member, refusal: error?.message })
  }
  if (ready.fetch !== undefined) events.push({ kind: 'fetching', member, wanted: ready.fetch })
  for (const rejected of ready.rejected) events.push({ kind: 'rejected', member, rejected })
  return events
}
