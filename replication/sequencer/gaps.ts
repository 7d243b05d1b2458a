/**
 * What a member of a view lacks, and on whose word. Evidence is a higher k, a request that a
 * message names, and what others tell of themselves. Who tells of its own that it has sent it says
 * so in a datagram that left later (outbox.ts): then what is not here was lost or overtaken.
 */
import type { Duties } from './duties.ts'
import type { RequestId } from './message.ts'
import type { Node } from './node.ts'
import type { Peers } from './peers.ts'
import type { Missing } from './repair.ts'
import type { GlobalSequence, View } from './view.ts'
import { higher, sequencerOf } from './view.ts'

/** What of each kind is looked at at a time. */
const missingMax = { sequences: 64, namedRequests: 256, requestsOfSender: 64 }

export function gapsInView({ log, pool }: Node, { peers, standing, view }: Duties): Missing[] {
  const { sequences, namedRequests, requestsOfSender } = missingMax
  const highest = higher(standing.highestSeen, peers.highestSeen())
  const missing: Missing[] = []
  for (const k of log.missingSequences(highest, sequences)) {
    missing.push({ kind: 'sequence', k, isSent: isSequenceSent(view, peers, k) })
  }
  for (const { id, k } of log.missingRequests(namedRequests)) {
    missing.push({ kind: 'namedRequest', id, k, isSent: isRequestSent(peers, id) })
  }
  for (const { id: sender, incarnation, metadata } of peers.all) {
    const from = { sender, incarnation }
    for (const id of pool.gaps(from, metadata.ownHighest, requestsOfSender)) {
      missing.push({ kind: 'request', id, isSent: true })
    }
  }
  return missing
}

function isSequenceSent(view: View, peers: Peers, k: GlobalSequence): boolean {
  const issuer = sequencerOf(view, k)
  return peers.has(issuer) && peers.get(issuer).metadata.highestSeen >= k
}

function isRequestSent(peers: Peers, { sender, incarnation, localSequence }: RequestId): boolean {
  if (!peers.has(sender)) return false
  const peer = peers.get(sender)
  return peer.incarnation === incarnation && peer.metadata.ownHighest >= localSequence
}
