/**
 * What Raft must not forget besides its log: its disk's name, term and vote, always written together
 * (paper, figure 2, persistent state); and what it stores beside the applied position. Versioned, so
 * that a later release can tell what it reads.
 */
import { ByteReader, ByteWriter } from '../../common/bytes.ts'
import { CodecError } from '../../common/codec-error.ts'
import { type MemberId, memberId } from '../../common/member.ts'
import { decodeConfiguration, encodeConfiguration } from './configuration.ts'
import { asDisk, asTerm, type Configuration, type DiskId, type Term } from './types.ts'

export type DurableScalars = {
  readonly disk: DiskId
  readonly term: Term
  /** For whom this member has voted in `term`. */
  readonly votedFor: MemberId | undefined
  /** What the group was formed with, or what this member was told before its log told it. */
  readonly founding: Configuration | undefined
}

const version = 2
const nobody = 0xffff
const noBytes = new Uint8Array()

export function encodeScalars({ disk, term, votedFor, founding }: DurableScalars): Uint8Array {
  const configuration = founding === undefined ? noBytes : encodeConfiguration(founding)
  return new ByteWriter(19 + configuration.length)
    .u8(version)
    .u53(disk)
    .u53(term)
    .u16(votedFor ?? nobody)
    .raw(configuration)
    .finish()
}

/** Throws CodecError on what it cannot read. */
export function decodeScalars(meta: Uint8Array): DurableScalars {
  const reader = new ByteReader(meta)
  const found = reader.u8()
  if (found !== version) throw new CodecError(`term and vote have version ${found}, not ${version}`)
  const disk = asDisk(reader.u53())
  const term = asTerm(reader.u53())
  const vote = reader.u16()
  const votedFor = vote === nobody ? undefined : memberId(vote)
  return { disk, term, votedFor, founding: configurationAtEnd(reader) }
}

/** Stored beside the applied position; with it a state makes sense without the log before it. */
export type AppliedContext = {
  /** Of the entry at the position. */
  readonly entryTerm: Term
  /**
   * Of the member that applied it, by then. Whoever takes this state over must know that term, too:
   * a leader of an earlier one may lack what the state holds.
   */
  readonly knownTerm: Term
  /** In force at the position. */
  readonly configuration: Configuration | undefined
}

export function encodeAppliedContext(context: AppliedContext): Uint8Array {
  const { entryTerm, knownTerm, configuration } = context
  const bytes = configuration === undefined ? noBytes : encodeConfiguration(configuration)
  return new ByteWriter(16 + bytes.length).u53(entryTerm).u53(knownTerm).raw(bytes).finish()
}

/** Throws CodecError on what it cannot read. */
export function decodeAppliedContext(context: Uint8Array): AppliedContext {
  const reader = new ByteReader(context)
  const entryTerm = asTerm(reader.u53())
  const knownTerm = asTerm(reader.u53())
  if (knownTerm < entryTerm) throw new CodecError('the entry is of a later term than was known')
  return { entryTerm, knownTerm, configuration: configurationAtEnd(reader) }
}

function configurationAtEnd(reader: ByteReader): Configuration | undefined {
  return reader.remainingBytes === 0 ? undefined : decodeConfiguration(reader)
}
