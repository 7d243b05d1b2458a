/**
 * Numbers and views of the rotating sequencer. A view says who takes turns, and in which order.
 *
 * For now there is one view for ever: number 1, all configured members. Every datagram and every
 * log entry carries its id nevertheless, and nobody but this file knows that there is only one.
 */
import { assert } from '../../common/assert.ts'
import type { Brand } from '../../common/brand.ts'
import type { MemberId } from '../../common/member.ts'
import { quorumOf } from '../../common/quorum.ts'
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

/** Compared in the order of its fields. */
export type ViewId = {
  readonly number: number
  readonly representative: MemberId
  readonly incarnation: Incarnation
}

export type View = {
  readonly id: ViewId
  /** Ascending. Whose turn it is follows from a member's place here. */
  readonly members: readonly MemberId[]
  readonly firstGlobal: GlobalSequence
  /** Members that make something stable: a majority of the *configured* members. */
  readonly quorum: number
}

/** The one and only view until membership is built: all configured members. */
export function fixedView(universe: readonly MemberId[]): View {
  const members = [...universe].sort((a, b) => a - b)
  const [representative] = members
  assert(representative !== undefined, 'a view has members')
  assert(new Set(members).size === members.length, 'each member is configured once')
  return {
    id: { number: 1, representative, incarnation: 0 as Incarnation },
    members,
    firstGlobal: 0 as GlobalSequence,
    quorum: quorumOf(members.length),
  }
}

export function sameViewId(a: ViewId, b: ViewId): boolean {
  return (
    a.number === b.number &&
    a.representative === b.representative &&
    a.incarnation === b.incarnation
  )
}

/** The only member that may ever issue k in this view. */
export function sequencerOf(view: View, k: GlobalSequence): MemberId {
  const member = view.members[k % view.members.length]
  assert(member !== undefined, 'a global sequence number is not negative')
  return member
}

/** Keeps groups apart that share a network: FNV-1a, 32 bits, of whatever names the group. */
export function clusterIdOf(name: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < name.length; at += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193)
  }
  return hash >>> 0
}
