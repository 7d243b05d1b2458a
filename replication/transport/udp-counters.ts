/** What the UDP transport counts, since its start. Plain numbers: it counts for every datagram. */

/**
 * `foreign`: another version or cluster, not for this member, or from nobody known. `own`: one's own
 * multicast comes back. `forged`: the tag is wrong. `malformed`: behind a right tag. `replayed`: has
 * been here, or is too old to say. `unconfirmed`: of a process that has not echoed a nonce yet.
 */
export const refusalReasons = [
  'foreign',
  'own',
  'forged',
  'malformed',
  'replayed',
  'unconfirmed',
] as const

export type RefusalReason = (typeof refusalReasons)[number]

/** In datagrams where nothing else is said. */
export type UdpCounters = {
  sent: number
  sentBytes: number
  /** Of those sent: to the multicast group. */
  sentMulticast: number
  /** The kernel refused it. */
  sendFailed: number
  /** Given up because too much waited for the kernel already. */
  sendQueueFull: number
  lostOnPurpose: number
  received: number
  receivedBytes: number
  readonly refused: Record<RefusalReason, number>
  /** Processes of peers that have proven to be running. */
  sessionsConfirmed: number
  /** Messages of which fragments were missing when time or room ran out. */
  messagesIncomplete: number
}

export function zeroCounters(): UdpCounters {
  const refused = Object.fromEntries(refusalReasons.map((reason) => [reason, 0]))
  return {
    sent: 0,
    sentBytes: 0,
    sentMulticast: 0,
    sendFailed: 0,
    sendQueueFull: 0,
    lostOnPurpose: 0,
    received: 0,
    receivedBytes: 0,
    refused: refused as Record<RefusalReason, number>,
    sessionsConfirmed: 0,
    messagesIncomplete: 0,
  }
}
