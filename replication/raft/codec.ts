/**
 * Raft's messages as bytes. Layout: version u8, kind u8, disk u53, then the fields in the order below. What
 * another release or a stranger wrote is a CodecError; no length is believed before it is checked.
 */
import { unreachable } from '../../common/assert.ts'
import { ByteReader, ByteWriter } from '../../common/bytes.ts'
import { CodecError } from '../../common/codec-error.ts'
import { memberId } from '../../common/member.ts'
import type { MessageCodec, ProposalId } from '../protocol.ts'
import type { LogIndex } from '../replicated-log.ts'
import { decodeConfiguration, encodeConfiguration } from './configuration.ts'
import { decodeEntry } from './entry.ts'
import type { Append, Entry, Forward, ForwardedProposal, RaftBody, RaftMessage } from './types.ts'
import { asDisk, asIncarnation, asIndex, asTerm, type ReadToken, type Round } from './types.ts'

const version = 2

/** Numbers on the wire: never reuse one. */
const kinds = {
  preVote: 1,
  preVoteReply: 2,
  vote: 3,
  voteReply: 4,
  append: 5,
  appendAccepted: 6,
  appendRefused: 7,
  heartbeat: 8,
  heartbeatReply: 9,
  commitMoved: 10,
  termOver: 11,
  forward: 12,
  readRequest: 13,
  readReply: 14,
  timeoutNow: 15,
  installState: 16,
  ask: 17,
  answer: 18,
  found: 19,
} as const satisfies Record<RaftMessage['kind'], number>

const kindOf = new Map<number, RaftMessage['kind']>(
  Object.entries(kinds).map(([kind, code]) => [code, kind as RaftMessage['kind']]),
)

const headerBytes = 2 + 8
const lengthBytes = 4
const proposalIdBytes = 8

export const raftCodec: MessageCodec<RaftMessage> = { encode, decode }

function encode(message: RaftMessage): Uint8Array {
  switch (message.kind) {
    case 'preVote':
      return start(message, 24)
        .u53(message.term)
        .u53(message.lastIndex)
        .u53(message.lastTerm)
        .finish()
    case 'vote':
      return start(message, 25)
        .u53(message.term)
        .u53(message.lastIndex)
        .u53(message.lastTerm)
        .u8(message.forced ? 1 : 0)
        .finish()
    case 'preVoteReply':
      return start(message, 10)
        .u53(message.term)
        .u8(message.granted ? 1 : 0)
        .u8(message.seated ? 1 : 0)
        .finish()
    case 'voteReply':
      return start(message, 9)
        .u53(message.term)
        .u8(message.granted ? 1 : 0)
        .finish()
    case 'append':
      return encodeAppend(message)
    case 'appendAccepted':
      return start(message, 16).u53(message.term).u53(message.matchIndex).finish()
    case 'appendRefused':
      return start(message, 32)
        .u53(message.term)
        .u53(message.prevIndex)
        .u53(message.hintIndex)
        .u53(message.hintTerm)
        .finish()
    case 'heartbeat':
      return start(message, 40)
        .u53(message.term)
        .u53(message.round)
        .u53(message.commitIndex)
        .u53(message.commitTerm)
        .u53(message.heldByAll)
        .finish()
    case 'heartbeatReply':
      return start(message, 16).u53(message.term).u53(message.round).finish()
    case 'commitMoved':
      return start(message, 24)
        .u53(message.term)
        .u53(message.commitIndex)
        .u53(message.commitTerm)
        .finish()
    case 'termOver':
      return start(message, 8).u53(message.term).finish()
    case 'forward':
      return encodeForward(message)
    case 'readRequest':
      return start(message, 16).u53(message.incarnation).u53(message.token).finish()
    case 'readReply':
      return start(message, 24)
        .u53(message.incarnation)
        .u53(message.token)
        .u53(message.readIndex)
        .finish()
    case 'timeoutNow':
      return start(message, 8).u53(message.term).finish()
    case 'installState':
      return start(message, 26)
        .u53(message.term)
        .u53(message.lastIndex)
        .u53(message.lastTerm)
        .u16(message.source)
        .finish()
    case 'ask':
      return start(message, 8).u53(message.incarnation).finish()
    case 'answer':
      return start(message, 9)
        .u53(message.incarnation)
        .u8(message.blank ? 1 : 0)
        .finish()
    case 'found': {
      const configuration = encodeConfiguration(message.configuration)
      return start(message, configuration.length).raw(configuration).finish()
    }
    default:
      return unreachable(message)
  }
}

function start({ kind, disk }: RaftMessage, bodyBytes: number): ByteWriter {
  return new ByteWriter(headerBytes + bodyBytes).u8(version).u8(kinds[kind]).u53(disk)
}

function encodeAppend(message: Append & RaftMessage): Uint8Array {
  let sizeBytes = 4 * 8 + lengthBytes
  for (const { bytes } of message.entries) sizeBytes += lengthBytes + bytes.length
  const writer = start(message, sizeBytes)
    .u53(message.term)
    .u53(message.prevIndex)
    .u53(message.prevTerm)
    .u53(message.commitIndex)
    .u32(message.entries.length)
  for (const { bytes } of message.entries) writer.u32(bytes.length).raw(bytes)
  return writer.finish()
}

function encodeForward(message: Forward & RaftMessage): Uint8Array {
  let sizeBytes = 8 + lengthBytes
  for (const { payload } of message.proposals) {
    sizeBytes += proposalIdBytes + lengthBytes + payload.length
  }
  const writer = start(message, sizeBytes).u53(message.incarnation).u32(message.proposals.length)
  for (const { id, payload } of message.proposals) {
    writer.u53(id).u32(payload.length).raw(payload)
  }
  return writer.finish()
}

function decode(bytes: Uint8Array): RaftMessage {
  const reader = new ByteReader(bytes)
  const found = reader.u8()
  if (found !== version) throw new CodecError(`the message has version ${found}, not ${version}`)
  const code = reader.u8()
  const kind = kindOf.get(code)
  if (kind === undefined) throw new CodecError(`there is no message of kind ${code}`)
  const disk = asDisk(reader.u53())
  const body = decodeBody(kind, reader)
  reader.end()
  return { ...body, disk }
}

function decodeBody(kind: RaftBody['kind'], reader: ByteReader): RaftBody {
  const term = () => asTerm(reader.u53())
  const index = () => asIndex(reader.u53())
  switch (kind) {
    case 'preVote':
      return { kind, term: term(), lastIndex: index(), lastTerm: term() }
    case 'vote': {
      const lastEntry = { term: term(), lastIndex: index(), lastTerm: term() }
      return { kind, ...lastEntry, forced: readBoolean(reader) }
    }
    case 'preVoteReply': {
      const reply = { term: term(), granted: readBoolean(reader) }
      return { kind, ...reply, seated: readBoolean(reader) }
    }
    case 'voteReply':
      return { kind, term: term(), granted: readBoolean(reader) }
    case 'append':
      return decodeAppend(reader)
    case 'appendAccepted':
      return { kind, term: term(), matchIndex: index() }
    case 'appendRefused':
      return { kind, term: term(), prevIndex: index(), hintIndex: index(), hintTerm: term() }
    case 'heartbeat':
      return {
        kind,
        term: term(),
        round: reader.u53() as Round,
        commitIndex: index(),
        commitTerm: term(),
        heldByAll: index(),
      }
    case 'heartbeatReply':
      return { kind, term: term(), round: reader.u53() as Round }
    case 'commitMoved':
      return { kind, term: term(), commitIndex: index(), commitTerm: term() }
    case 'termOver':
      return { kind, term: term() }
    case 'forward':
      return decodeForward(reader)
    case 'readRequest':
      return {
        kind,
        incarnation: asIncarnation(reader.u53()),
        token: reader.u53() as ReadToken,
      }
    case 'readReply':
      return {
        kind,
        incarnation: asIncarnation(reader.u53()),
        token: reader.u53() as ReadToken,
        readIndex: index(),
      }
    case 'timeoutNow':
      return { kind, term: term() }
    case 'installState': {
      const place = { term: term(), lastIndex: index(), lastTerm: term() }
      return { kind, ...place, source: memberId(reader.u16()) }
    }
    case 'ask':
      return { kind, incarnation: asIncarnation(reader.u53()) }
    case 'answer':
      return { kind, incarnation: asIncarnation(reader.u53()), blank: readBoolean(reader) }
    case 'found':
      return { kind, configuration: decodeConfiguration(reader) }
    default:
      return unreachable(kind)
  }
}

function decodeAppend(reader: ByteReader): Append {
  const term = asTerm(reader.u53())
  const prevIndex = asIndex(reader.u53())
  const prevTerm = asTerm(reader.u53())
  const commitIndex = asIndex(reader.u53())
  const count = readCount(reader, lengthBytes)
  if (!Number.isSafeInteger(prevIndex + count)) throw new CodecError('an index is too large')
  const entries: Entry[] = []
  let before = prevTerm
  for (let place = 1; place <= count; place += 1) {
    const entry = decodeEntry((prevIndex + place) as LogIndex, reader.raw(reader.u32()))
    if (entry.term < before || entry.term > term) {
      throw new CodecError('the terms of the entries do not rise from prevTerm to term')
    }
    before = entry.term
    entries.push(entry)
  }
  return { kind: 'append', term, prevIndex, prevTerm, commitIndex, entries }
}

function decodeForward(reader: ByteReader): Forward {
  const incarnation = asIncarnation(reader.u53())
  const count = readCount(reader, proposalIdBytes + lengthBytes)
  const proposals: ForwardedProposal[] = []
  for (let place = 0; place < count; place += 1) {
    const id = reader.u53() as ProposalId
    proposals.push({ id, payload: reader.raw(reader.u32()) })
  }
  return { kind: 'forward', incarnation, proposals }
}

/** A count of things that take at least `eachMinBytes` each: more than fit are not looked for. */
function readCount(reader: ByteReader, eachMinBytes: number): number {
  const count = reader.u32()
  if (count * eachMinBytes > reader.remainingBytes) {
    throw new CodecError(`${count} are announced, but only ${reader.remainingBytes} bytes follow`)
  }
  return count
}

function readBoolean(reader: ByteReader): boolean {
  const value = reader.u8()
  if (value > 1) throw new CodecError(`${value} is neither true nor false`)
  return value === 1
}
