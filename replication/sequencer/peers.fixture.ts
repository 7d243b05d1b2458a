/** The other members of a view as a test has them told: for tests of repair. */
import { memberId } from '../../common/member.ts'
import type { Metadata, RequestId } from './message.ts'
import { nothingTold, Peers } from './peers.ts'
import type { Missing } from './repair.ts'
import type { GlobalSequence, Incarnation, LocalSequence } from './view.ts'
import { viewOf } from './view.fixture.ts'

/** Of all members of the view. */
export const incarnation = 8 as Incarnation
export const view = viewOf([0, 1, 2, 3, 4], incarnation)

/** Seen by member 0. */
export function toldPeers() {
  const peers = new Peers(view, memberId(0), 0)
  const hear = (from: number, told: Partial<Metadata>, now = 1): void => {
    const metadata = { ...nothingTold, ...told }
    const sender = memberId(from)
    peers.hear({ cluster: 1, viewId: view.id, sender, incarnation, metadata }, now)
  }
  return { peers, hear }
}

export function sequence(k: number, isSent = true): Missing {
  return { kind: 'sequence', k: k as GlobalSequence, isSent }
}

export function request(sender: number, localSequence: number, of = incarnation): RequestId {
  return {
    sender: memberId(sender),
    incarnation: of,
    localSequence: localSequence as LocalSequence,
  }
}
