/**
 * What members say to each other. A message is a header and any number of parts; the header alone
 * is the *status*, so whatever leaves tells how far its sender has come.
 */
import type { MemberId } from '../../common/member.ts'
import type { GlobalSequence, Incarnation, LocalSequence, ViewId } from './view.ts'

export type RequestId = {
  readonly sender: MemberId
  readonly incarnation: Incarnation
  readonly localSequence: LocalSequence
}

/** Requests of one sender incarnation, `first`, `first + 1`, … (`count` of them, at least 1). */
export type RequestRun = {
  readonly sender: MemberId
  readonly incarnation: Incarnation
  readonly first: LocalSequence
  readonly count: number
}

/** Orders the requests that it names, in the order in which it names them. */
export type SequenceMessage = {
  readonly viewId: ViewId
  readonly globalSequence: GlobalSequence
  readonly names: readonly RequestRun[]
}

/** How far a member has come. −1 where there is nothing yet. */
export type Metadata = {
  /** It has *durably* every entry up to here. */
  readonly receivedUpTo: GlobalSequence
  readonly deliveredUpTo: GlobalSequence
  /** The highest sequence message it has held; it exists, whoever holds it now. */
  readonly highestSeen: GlobalSequence
  /** The last of its own requests that it has sent, in this incarnation. */
  readonly ownHighest: LocalSequence
}

export type Header = {
  readonly cluster: number
  readonly viewId: ViewId
  readonly sender: MemberId
  readonly incarnation: Incarnation
  readonly metadata: Metadata
}

/** One of `chunks` pieces of a request's command: a lost datagram costs one piece, not all. */
export type RequestPart = {
  readonly kind: 'request'
  readonly id: RequestId
  readonly chunk: number
  readonly chunks: number
  readonly bytes: Uint8Array
}

export type SequencePart = { readonly kind: 'sequence'; readonly sequence: SequenceMessage }

/** Sequence messages `first`, `first + 1`, … (`count` of them). */
export type SequenceRun = { readonly first: GlobalSequence; readonly count: number }

/** A negative acknowledgement. One that lists nothing asks for a status alone. */
export type RetransmitRequestPart = {
  readonly kind: 'retransmitRequest'
  readonly sequences: readonly SequenceRun[]
  readonly requests: readonly RequestRun[]
}

/**
 * Asks how far each member has durably come, under a round number that is fresh in this
 * incarnation.
 */
export type BarrierAskPart = { readonly kind: 'barrierAsk'; readonly round: number }

export type BarrierAnswerPart = {
  readonly kind: 'barrierAnswer'
  /** The incarnation that asked, and its round. */
  readonly incarnation: Incarnation
  readonly round: number
  readonly highest: GlobalSequence
}

export type Part =
  | RequestPart
  | SequencePart
  | RetransmitRequestPart
  | BarrierAskPart
  | BarrierAnswerPart

export type SequencerMessage = { readonly header: Header; readonly parts: readonly Part[] }

/**
 * All members cut alike, or pieces from two of them would not fit together: hence not
 * configurable.
 */
export const chunkBytes = 1_200

/** Limits of the format. A decoder refuses more, so nothing that follows has to expect it. */
export const maxChunks = 4_096
export const maxRunsPerSequence = 64
export const maxRequestsPerSequence = 4_096
export const maxRunsPerRetransmitRequest = 64
/** Ids that one retransmit request may ask for, of each kind. */
export const maxAskedPerRetransmitRequest = 512

/** The pieces in which a request travels; one for all but large commands. */
export function requestParts(id: RequestId, payload: Uint8Array): RequestPart[] {
  const chunks = Math.max(1, Math.ceil(payload.length / chunkBytes))
  return Array.from({ length: chunks }, (_, chunk) => ({
    kind: 'request' as const,
    id,
    chunk,
    chunks,
    bytes: payload.subarray(chunk * chunkBytes, (chunk + 1) * chunkBytes),
  }))
}

/** Appends an id to runs, in order; ids that follow each other share a run. */
export function appendToRuns(runs: RequestRun[], id: RequestId): void {
  const last = runs.at(-1)
  const follows =
    last !== undefined &&
    last.sender === id.sender &&
    last.incarnation === id.incarnation &&
    last.first + last.count === id.localSequence
  if (follows) runs[runs.length - 1] = { ...last, count: last.count + 1 }
  else runs.push(runOf(id, 1))
}

export function runOf(id: RequestId, count: number): RequestRun {
  return { sender: id.sender, incarnation: id.incarnation, first: id.localSequence, count }
}

/** The ids that runs stand for, in order. */
export function* idsOf(runs: readonly RequestRun[]): Generator<RequestId> {
  for (const { sender, incarnation, first, count } of runs) {
    for (let offset = 0; offset < count; offset += 1) {
      yield { sender, incarnation, localSequence: (first + offset) as LocalSequence }
    }
  }
}

/** Names a request in a Map. */
export function requestKey(id: RequestId): string {
  return `${id.sender}/${id.incarnation}/${id.localSequence}`
}
