/**
 * Numbers and views of the rotating sequencer. A view says who takes turns, in which order, and from
 * which number on. Pure: what a member does with its views stands in membership/.
 */
import { assert } from '../../common/assert.ts'
import type { Brand } from '../../common/brand.ts'
import type { MemberId } from '../../common/member.ts'
import type { LogIndex } from '../replicated-log.ts'

/** Counts sequence messages from 0; −1 stands for "none yet". */
export type GlobalSequence = Brand<number, 'GlobalSequence'>
/** Counts the requests of one incarnation of one sender from 0; −1 stands for "none yet". */
export type LocalSequence = Brand<number, 'LocalSequence'>
/** One start of a process. Never repeats and only grows. */
export type Incarnation = Brand<number, 'Incarnation'>

export const noneGlobal = -1 as GlobalSequence
export const noneLocal = -1 as LocalSequence

/** Moves `distance` numbers on, or back. */
export function step<T extends GlobalSequence | LocalSequence>(from: T, distance: number): T {
  return (from + distance) as T
}

export function lower(a: GlobalSequence, b: GlobalSequence): GlobalSequence {
  return a < b ? a : b
}

export function higher(a: GlobalSequence, b: GlobalSequence): GlobalSequence {
  return a > b ? a : b
}

/** The log counts from 1, so that 0 means "none": index = globalSequence + 1. */
export function logIndexOf(k: GlobalSequence): LogIndex {
  return (k + 1) as number as LogIndex
}

export function globalSequenceOf(index: LogIndex): GlobalSequence {
  return (index - 1) as number as GlobalSequence
}

/** Compared in the order of its fields. Never reused, and never taken up again once left. */
export type ViewId = {
  readonly number: number
  readonly representative: MemberId
  readonly incarnation: Incarnation
}

/** One start of one member, as views name it. */
export type Seat = { readonly id: MemberId; readonly incarnation: Incarnation }

/** What a representative proposes. */
export type ProposedView = {
  readonly id: ViewId
  /** Ascending by id. Whose turn it is follows from a member's place here. */
  readonly seats: readonly Seat[]
}

/** Installed: from firstGlobal on, its members issue. */
export type View = ProposedView & { readonly firstGlobal: GlobalSequence }

export function sameViewId(a: ViewId, b: ViewId): boolean {
  return compareViewIds(a, b) === 0
}

/** Negative: a is lower. None is lower than any. */
export function compareViewIds(a: ViewId | undefined, b: ViewId | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined)
  return a.number - b.number || a.representative - b.representative || a.incarnation - b.incarnation
}

export function higherViewId(a: ViewId | undefined, b: ViewId | undefined): ViewId | undefined {
  return compareViewIds(a, b) >= 0 ? a : b
}

export function seatOf(view: ProposedView, member: MemberId): Seat | undefined {
  return view.seats.find(({ id }) => id === member)
}

export function viewIdText({ number, representative, incarnation }: ViewId): string {
  return `${number}.${representative}.${incarnation}`
}

/** The only member that may ever issue k in this view. */
export function sequencerOf({ seats }: ProposedView, k: GlobalSequence): MemberId {
  const seat = seats[k % seats.length]
  assert(seat !== undefined, 'a global sequence number is not negative')
  return seat.id
}

/** Keeps groups apart that share a network: FNV-1a, 32 bits, of whatever names the group. */
export function clusterIdOf(name: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < name.length; at += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193)
  }
  return hash >>> 0
}
