/**
 * What one replica says about its group, read from the JSON of its status. Protocol details that a
 * replica of another version does not tell, or tells otherwise, are simply not known. Those of the
 * sequencer stand in sequencer-report.ts.
 */
import { z } from 'zod'
import { type MemberId, memberId } from '../../common/member.ts'

const id = z.number().int().nonnegative().transform(memberId)
const unknownId: MemberId | undefined = undefined
const optionalId = id.optional().catch(unknownId)
const count = z.number().optional().catch(undefined)
const flag = z.boolean().optional().catch(undefined)
const text = z.string().optional().catch(undefined)

const seat = z.object({
  id,
  host: z.string(),
  port: z.number(),
  role: z.enum(['voter', 'joining', 'learner']),
})

const details = z.looseObject({
  term: count,
  role: text,
  leader: optionalId,
  firstIndex: count,
  lastIndex: count,
  commitIndex: count,
  configuration: z.array(seat).optional().catch(undefined),
  configurationIndex: count,
  configurationCommitted: flag,
  outsiders: z.array(z.object({ id })).default([]).catch([]),
  /** Why the member that reports is not part of the group. */
  outside: text,
  transferring: z.union([id, z.boolean()]).optional().catch(undefined),
})

const member = z.object({
  id,
  lastHeardMsAgo: count,
  details: z
    .looseObject({
      role: text,
      state: text,
      matchIndex: count,
      diskLost: flag,
    })
    .default({}),
})

const bytes = z.number().default(0)
const transfer = z.object({
  kind: z.enum(['preparing', 'fetching', 'fetched', 'installing']),
  receivedBytes: bytes,
  totalBytes: bytes,
  installedBytes: bytes,
})

const shape = z.object({
  protocol: z.enum(['raft', 'sequencer', 'direct']),
  self: id,
  writable: z.boolean(),
  reason: text,
  appliedIndex: z.number(),
  members: z.array(member),
  protocolDetails: details,
  /** How far it is with taking over another member's state, while it does. */
  stateTransfer: transfer.optional().catch(undefined),
})

export type MemberReport = z.infer<typeof member>
export type TransferReport = z.infer<typeof transfer>
export type SeatReport = z.infer<typeof seat>
export type Report = z.infer<typeof shape>

/** Undefined when it is no status at all. */
export function readReport(json: string): Report | undefined {
  try {
    return shape.safeParse(JSON.parse(json)).data
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}
