/**
 * What a member of a group with a rotating sequencer says of itself and of the others, read from its
 * report. What a member of another version does not tell, or tells otherwise, is not known.
 */
import { z } from 'zod'
import { type MemberId, memberId } from '../../common/member.ts'
import type { Report } from './report.ts'

const id = z.number().int().nonnegative().transform(memberId)
const noId: MemberId | undefined = undefined
const count = z.number().optional().catch(undefined)
const text = z.string().optional().catch(undefined)

const states = ['starting', 'gather', 'rebuild', 'commit', 'recovery', 'operational'] as const
const standings = ['whole', 'behind', 'blank', 'recovering', 'leaving'] as const

const transition = z.object({
  number: z.number(),
  msAgo: z.number(),
  from: z.string(),
  to: z.string(),
  reason: z.string(),
})

const shape = z.object({
  state: z.enum(states).optional().catch(undefined),
  standing: z.enum(standings).optional().catch(undefined),
  quorum: count,
  viewId: text,
  viewMembers: z.array(id).default([]).catch([]),
  nextGlobalSequence: count,
  nextSequencer: id.optional().catch(noId),
  receivedUpTo: count,
  stableUpTo: count,
  deliveredUpTo: count,
  promised: text,
  installed: text,
  incarnation: count,
  /** The latest last. */
  transitions: z.array(transition).default([]).catch([]),
})

const seen = z.object({
  isHeard: z.boolean().optional().catch(undefined),
  damped: z.boolean().optional().catch(undefined),
})

export type SequencerReport = z.infer<typeof shape>
export type SeenReport = z.infer<typeof seen>

export function sequencerReport({ protocolDetails }: Report): SequencerReport {
  return shape.parse(protocolDetails)
}

/** How it sees another member. */
export function seenReport({ members }: Report, other: MemberId): SeenReport | undefined {
  const details = members.find((member) => member.id === other)?.details
  return details === undefined ? undefined : seen.parse(details)
}
