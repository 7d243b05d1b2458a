/**
 * What members say to each other. A message is a header and any number of parts; the header alone
 * is the *status*, so whatever leaves tells how far its sender has come.
 */
import type { MemberId } from '../../common/member.ts'
import type { LogExtent, RecoveredLog } from './recovered-log.ts'
import type {
  GlobalSequence,
  Incarnation,
  LocalSequence,
  ProposedView,
  Seat,
  View,
  ViewId,
} from './view.ts'
import { sameViewId } from './view.ts'

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
  /** One bit for each member, by id, that it has heard lately, in whatever state. */
  readonly hears: number
  /** Those that it does not let in yet, because they flap. */
  readonly damped: number
}

export type Reach = Pick<Metadata, 'hears' | 'damped'>

export type Header = {
  readonly cluster: number
  /** Its sender is operational in this view. None: what it says belongs to no view. */
  readonly viewId: ViewId | undefined
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

/**
 * How a member stands outside of a view.
 * - `blank`: its disk holds neither a promise nor a view. New, or the disk is lost.
 * - `whole`: its log holds all that it ever acknowledged.
 * - `behind`: whole, but so far behind that the others should not wait for it.
 * - `recovering`: its disk was lost, and it is not yet as good as it was. It counts in nothing.
 * - `leaving`: its process is about to end.
 */
export const standings = ['blank', 'whole', 'behind', 'recovering', 'leaving'] as const
export type MemberStanding = (typeof standings)[number]

/** What one member says in gather; others pass the latest of each on. */
export type JoinRecord = {
  readonly member: MemberId
  readonly incarnation: Incarnation
  /** Grows with each that this incarnation says. */
  readonly number: number
  readonly standing: MemberStanding
  readonly promised: ViewId | undefined
  readonly installed: ViewId | undefined
  readonly receivedUpTo: GlobalSequence
  /** Heard directly, lately. */
  readonly hears: readonly Seat[]
  /** Bits, by id: whom it would form a view with; who should not be waited for (flaps). */
  readonly choice: number
  readonly damped: number
}

/** The first is the sender's own. */
export type JoinPart = { readonly kind: 'join'; readonly records: readonly JoinRecord[] }

/** To one outside: there is a view, and this much is stable in it. */
export type OperationalPart = {
  readonly kind: 'operational'
  readonly view: View
  readonly stable: LogExtent
}

export type ProposePart = { readonly kind: 'propose'; readonly view: ProposedView }

/** The promise is durable, and so is what it says. */
export type PromisePart = {
  readonly kind: 'promise'
  readonly viewId: ViewId
  readonly installed: View | undefined
  readonly log: LogExtent
}

export type RecoverPart = {
  readonly kind: 'recover'
  readonly viewId: ViewId
  readonly recovered: RecoveredLog
}

export const recoveryStages = ['fetching', 'transferring', 'installed'] as const
export type RecoveryStage = (typeof recoveryStages)[number]

/** How far its sender has come with it; durably, once it says that it is installed. */
export type RecoveredPart = {
  readonly kind: 'recovered'
  readonly viewId: ViewId
  readonly receivedUpTo: GlobalSequence
  readonly stage: RecoveryStage
}

/** Its sender's disk was lost: note its incarnation, and tell what you have. */
export type NotePart = { readonly kind: 'note'; readonly round: number }

export type NotedPart = {
  readonly kind: 'noted'
  /** The incarnation that asked, and its round. */
  readonly incarnation: Incarnation
  readonly round: number
  /** The highest incarnation that is known of the one that asked. Noted, unless it is higher. */
  readonly known: Incarnation
  readonly promised: ViewId | undefined
  readonly installed: View | undefined
  readonly log: LogExtent
}

export type MembershipPart =
  | JoinPart
  | OperationalPart
  | ProposePart
  | PromisePart
  | RecoverPart
  | RecoveredPart
  | NotePart
  | NotedPart

export type Part =
  | RequestPart
  | SequencePart
  | RetransmitRequestPart
  | BarrierAskPart
  | BarrierAnswerPart
  | MembershipPart

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
/** So that what tells of a log fits a datagram. What came before them is not told. */
export const maxViewRuns = 40

/** The pieces in which a request travels; one for all but large commands. */
export function requestParts(id: RequestId, payload: Uint8Array): RequestPart[] {
  if (payload.length <= chunkBytes) {
    return [{ kind: 'request', id, chunk: 0, chunks: 1, bytes: payload }]
  }
  const chunks = Math.ceil(payload.length / chunkBytes)
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

export function sameSequence(a: SequenceMessage, b: SequenceMessage): boolean {
  return (
    sameViewId(a.viewId, b.viewId) &&
    a.names.length === b.names.length &&
    a.names.every((run, at) => {
      const other = b.names[at]
      return (
        other !== undefined &&
        run.sender === other.sender &&
        run.incarnation === other.incarnation &&
        run.first === other.first &&
        run.count === other.count
      )
    })
  )
}
