/**
 * What Raft must not forget besides its log: term and vote, always written together (paper,
 * figure 2, persistent state). Versioned, so that a later release can tell what it reads.
 */
import { ByteReader, ByteWriter } from '../../common/bytes.ts'
import { CodecError } from '../../common/codec-error.ts'
import { type MemberId, memberId } from '../../common/member.ts'
import { asTerm, emptyPrefixTerm, type Term } from './types.ts'

export type TermAndVote = {
  readonly term: Term
  /** For whom this member has voted in `term`. */
  readonly votedFor: MemberId | undefined
}

const version = 1
const sizeBytes = 1 + 8 + 2
const nobody = 0xffff

export function encodeTermAndVote({ term, votedFor }: TermAndVote): Uint8Array {
  return new ByteWriter(sizeBytes)
    .u8(version)
    .u53(term)
    .u16(votedFor ?? nobody)
    .finish()
}

/** Undefined: a member that has never taken part. Throws CodecError on a meta it cannot read. */
export function decodeTermAndVote(meta: Uint8Array | undefined): TermAndVote {
  if (meta === undefined) return { term: emptyPrefixTerm, votedFor: undefined }
  const reader = new ByteReader(meta)
  const found = reader.u8()
  if (found !== version) throw new CodecError(`term and vote have version ${found}, not ${version}`)
  const term = asTerm(reader.u53())
  const vote = reader.u16()
  reader.end()
  return { term, votedFor: vote === nobody ? undefined : memberId(vote) }
}

const termContextBytes = 8

/** What is stored beside the applied position: the term of the entry there. */
export function encodeAppliedTerm(term: Term): Uint8Array {
  return new ByteWriter(termContextBytes).u53(term).finish()
}

/** Throws CodecError. Undefined: nothing is applied, the empty prefix. */
export function decodeAppliedTerm(context: Uint8Array | undefined): Term {
  if (context === undefined) return emptyPrefixTerm
  const reader = new ByteReader(context)
  const term = asTerm(reader.u53())
  reader.end()
  return term
}
