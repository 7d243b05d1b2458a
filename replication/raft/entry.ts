/**
 * Log entries as bytes: the same in the log, in appends and in storage, made once where the entry
 * is born. The index is not part of them: their place gives it.
 *
 *   noop      kind u8 = 1, term u53
 *   command   kind u8 = 2, term u53, origin member u16, incarnation u53, proposal u53, payload
 *   configuration  kind u8 = 3, term u53, configuration
 */
import { ByteReader, ByteWriter } from '../../common/bytes.ts'
import { CodecError } from '../../common/codec-error.ts'
import { memberId } from '../../common/member.ts'
import type { ProposalId } from '../protocol.ts'
import type { LogIndex } from '../replicated-log.ts'
import { decodeConfiguration, encodeConfiguration } from './configuration.ts'
import {
  asIncarnation,
  asTerm,
  type Configuration,
  type Entry,
  type ProposalOrigin,
  type Term,
} from './types.ts'

const noopKind = 1
const commandKind = 2
const configurationKind = 3
const noopSizeBytes = 1 + 8
const commandHeaderBytes = 1 + 8 + 2 + 8 + 8

export function noopEntry(index: LogIndex, term: Term): Entry {
  const bytes = new ByteWriter(noopSizeBytes).u8(noopKind).u53(term).finish()
  return { kind: 'noop', index, term, bytes }
}

export type ConfigurationParts = {
  readonly index: LogIndex
  readonly term: Term
  readonly configuration: Configuration
}

export function configurationEntry({ index, term, configuration }: ConfigurationParts): Entry {
  const body = encodeConfiguration(configuration)
  const writer = new ByteWriter(noopSizeBytes + body.length).u8(configurationKind).u53(term)
  return { kind: 'configuration', index, term, configuration, bytes: writer.raw(body).finish() }
}

export type CommandParts = {
  readonly index: LogIndex
  readonly term: Term
  readonly origin: ProposalOrigin
  readonly payload: Uint8Array
}

/** Copies the payload: the entry outlives the message or the request that it came in. */
export function commandEntry({ index, term, origin, payload }: CommandParts): Entry {
  const bytes = new ByteWriter(commandHeaderBytes + payload.length)
    .u8(commandKind)
    .u53(term)
    .u16(origin.member)
    .u53(origin.incarnation)
    .u53(origin.proposal)
    .raw(payload)
    .finish()
  return {
    kind: 'command',
    index,
    term,
    origin,
    payload: bytes.subarray(commandHeaderBytes),
    bytes,
  }
}

/** Throws CodecError on anything that the functions above did not make. */
export function decodeEntry(index: LogIndex, bytes: Uint8Array): Entry {
  const reader = new ByteReader(bytes)
  const kind = reader.u8()
  const term = asTerm(reader.u53())
  switch (kind) {
    case noopKind:
      reader.end()
      return { kind: 'noop', index, term, bytes }
    case configurationKind: {
      const configuration = decodeConfiguration(reader)
      return { kind: 'configuration', index, term, configuration, bytes }
    }
    case commandKind: {
      const member = memberId(reader.u16())
      const incarnation = asIncarnation(reader.u53())
      const proposal = reader.u53() as ProposalId
      const origin = { member, incarnation, proposal }
      return {
        kind: 'command',
        index,
        term,
        origin,
        payload: reader.raw(reader.remainingBytes),
        bytes,
      }
    }
    default:
      throw new CodecError(`there is no entry of kind ${kind}`)
  }
}
