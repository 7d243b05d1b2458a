/** In a view: who owes what is missing, and after a timeout who has it. It must not know when. */
import { unreachable } from '../../common/assert.ts'
import type { Random } from '../../common/random.ts'
import type { RequestId } from './message.ts'
import type { Peer, Peers } from './peers.ts'
import type { Missing, TargetOf } from './repair.ts'
import type { GlobalSequence, View } from './view.ts'
import { sequencerOf } from './view.ts'

export type OwedBy = {
  readonly view: View
  readonly peers: Peers
  readonly random: Random
  /** Not for too long: whoever was not is not asked first. */
  readonly isHeard: (peer: Peer) => boolean
}

export function owedInView({ view, peers, random, isHeard }: OwedBy): TargetOf {
  const senderOf = (id: RequestId): Peer | undefined => {
    const peer = peers.has(id.sender) ? peers.get(id.sender) : undefined
    return peer?.incarnation === id.incarnation ? peer : undefined
  }
  const issuerOf = (k: GlobalSequence): Peer | undefined => {
    const issuer = sequencerOf(view, k)
    return peers.has(issuer) ? peers.get(issuer) : undefined
  }
  /** The sender, where it is still the incarnation that sent it; else the sequencer. */
  const ownerOf = (missing: Missing): Peer | undefined => {
    switch (missing.kind) {
      case 'sequence':
        return issuerOf(missing.k)
      case 'request':
        return senderOf(missing.id)
      case 'namedRequest':
        return senderOf(missing.id) ?? issuerOf(missing.k)
      default:
        return unreachable(missing)
    }
  }
  return (missing, attempts) => {
    const owner = ownerOf(missing)
    if (missing.kind === 'request') return owner?.id
    if (attempts === 0 && owner !== undefined && isHeard(owner)) return owner.id
    const heard = peers.all.filter(isHeard)
    const having = heard.filter(({ metadata }) => metadata.receivedUpTo >= missing.k)
    const seeing = heard.filter(({ metadata }) => metadata.highestSeen >= missing.k)
    const others = having.length > 0 ? having : seeing
    const chosen = others[random.integer(0, Math.max(0, others.length - 1))]
    return (chosen ?? issuerOf(missing.k) ?? owner)?.id
  }
}
