/** What a message that has come in does to the duties. */
import { unreachable } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { Duties } from './duties.ts'
import type { Header, Part, RequestPart, SequenceMessage, SequencerMessage } from './message.ts'
import { sameViewId } from './view.ts'

/** False: the message counts for nothing. */
export function receiveMessage(
  duties: Duties,
  from: MemberId,
  { header, parts }: SequencerMessage,
  now: number,
): boolean {
  if (!concerns(duties, from, header)) return false
  const heard = duties.peers.hear(header, now)
  if (heard.kind === 'ignored') return false
  if (heard.isNewIncarnation) {
    duties.pool.supersede(from, header.incarnation)
    // It knows nothing of us yet, and need not wait for a heartbeat.
    duties.outbox.tell(from, [])
  }
  for (const part of parts) receivePart(duties, from, part, now)
  duties.standing.moved()
  return true
}

/** Datagrams of another cluster or view count for nothing. */
function concerns({ cluster, view, peers }: Duties, from: MemberId, header: Header): boolean {
  return (
    header.cluster === cluster &&
    sameViewId(header.viewId, view.id) &&
    header.sender === from &&
    peers.has(from)
  )
}

function receivePart(duties: Duties, from: MemberId, part: Part, now: number): void {
  const { answers, barriers, outbox, peers, standing } = duties
  switch (part.kind) {
    case 'request':
      receiveRequest(duties, part)
      break
    case 'sequence':
      receiveSequence(duties, part.sequence)
      break
    case 'retransmitRequest':
      // Whatever there is to answer: the header answers one that asks for a status alone.
      outbox.tell(from, answers.answer(from, part, now))
      break
    case 'barrierAsk': {
      const { incarnation } = peers.get(from)
      if (incarnation === undefined) break
      // The answer leaves at once, so it says what is durable already.
      const highest = standing.header().metadata.receivedUpTo
      outbox.tell(from, [{ kind: 'barrierAnswer', incarnation, round: part.round, highest }])
      break
    }
    case 'barrierAnswer':
      barriers.answer(from, part)
      break
    default:
      unreachable(part)
  }
}

function receiveSequence({ log, standing, view }: Duties, sequence: SequenceMessage): void {
  if (!sameViewId(sequence.viewId, view.id)) return
  if (log.offer(sequence)) standing.saw(sequence.globalSequence)
}

/**
 * Taken: what a held message names, and what the current incarnation of its sender goes on with.
 */
function receiveRequest({ self, log, pool, incarnationOf }: Duties, part: RequestPart): void {
  const { id } = part
  const isCurrent = id.sender !== self && incarnationOf(id.sender) === id.incarnation
  const isWanted = log.isMissing(id) || (isCurrent && pool.admits(part))
  if (isWanted && pool.add(part)) log.requestHeld(id)
}
