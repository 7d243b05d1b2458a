/**
 * Messages as bytes. Refuses what breaks the format's own limits; what a message *means*, and
 * whether its sender may say it, is for the core.
 */
import { ByteReader, ByteWriter } from '../../common/bytes.ts'
import { CodecError } from '../../common/codec-error.ts'
import { Slab } from '../../common/slab.ts'
import type { MemberId } from '../../common/member.ts'
import { unreachable } from '../../common/assert.ts'
import type { MessageCodec } from '../protocol.ts'
import type { Header, Part, RequestRun, SequenceMessage, SequencerMessage } from './message.ts'
import {
  chunkBytes,
  maxAskedPerRetransmitRequest,
  maxChunks,
  maxRequestsPerSequence,
  maxRunsPerRetransmitRequest,
  maxRunsPerSequence,
} from './message.ts'
import { isMembershipPart, readMembershipPart, writeMembershipPart } from './membership-codec.ts'
import { readViewId, readViewIdOrNone, writeViewId, writeViewIdOrNone } from './view-codec.ts'
import type { GlobalSequence, Incarnation, LocalSequence } from './view.ts'

const tag = { request: 1, sequence: 2, retransmitRequest: 3, barrierAsk: 4, barrierAnswer: 5 }

/** Most messages fit a datagram. */
const scratch = new ByteWriter(1_500)
const slab = new Slab()

export const sequencerCodec: MessageCodec<SequencerMessage> = {
  encode(message) {
    scratch.restart()
    writeHeader(scratch, message.header)
    for (const part of message.parts) writePart(scratch, part)
    return scratch.take(slab)
  },
  decode(bytes) {
    const reader = new ByteReader(bytes)
    const header = readHeader(reader)
    const parts: Part[] = []
    while (reader.remainingBytes > 0) parts.push(readPart(reader))
    return { header, parts }
  },
}

export function writeSequence(writer: ByteWriter, sequence: SequenceMessage): void {
  writeViewId(writer, sequence.viewId)
  writer.uint(sequence.globalSequence)
  writeRuns(writer, sequence.names)
}

export function readSequence(reader: ByteReader): SequenceMessage {
  return {
    viewId: readViewId(reader),
    globalSequence: reader.uint() as GlobalSequence,
    names: readRuns(reader, {
      minRuns: 1,
      maxRuns: maxRunsPerSequence,
      max: maxRequestsPerSequence,
    }),
  }
}

function writeHeader(writer: ByteWriter, header: Header): void {
  const { metadata } = header
  writer.u32(header.cluster)
  writeViewIdOrNone(writer, header.viewId)
  writer.u8(header.sender).uint(header.incarnation)
  writer.uintOrNone(metadata.receivedUpTo).uintOrNone(metadata.deliveredUpTo)
  writer.uintOrNone(metadata.highestSeen).uintOrNone(metadata.ownHighest)
  writer.u8(metadata.hears).u8(metadata.damped)
}

function readHeader(reader: ByteReader): Header {
  return {
    cluster: reader.u32(),
    viewId: readViewIdOrNone(reader),
    sender: reader.u8() as MemberId,
    incarnation: reader.uint() as Incarnation,
    metadata: {
      receivedUpTo: reader.uintOrNone() as GlobalSequence,
      deliveredUpTo: reader.uintOrNone() as GlobalSequence,
      highestSeen: reader.uintOrNone() as GlobalSequence,
      ownHighest: reader.uintOrNone() as LocalSequence,
      hears: reader.u8(),
      damped: reader.u8(),
    },
  }
}

function writePart(writer: ByteWriter, part: Part): void {
  if (isMembershipPart(part)) {
    writeMembershipPart(writer, part)
    return
  }
  writer.u8(tag[part.kind])
  switch (part.kind) {
    case 'request':
      writer.u8(part.id.sender).uint(part.id.incarnation).uint(part.id.localSequence)
      writer.uint(part.chunk).uint(part.chunks).bytes(part.bytes)
      break
    case 'sequence':
      writeSequence(writer, part.sequence)
      break
    case 'retransmitRequest':
      writer.uint(part.sequences.length)
      for (const { first, count } of part.sequences) writer.uint(first).uint(count)
      writeRuns(writer, part.requests)
      break
    case 'barrierAsk':
      writer.uint(part.round)
      break
    case 'barrierAnswer':
      writer.uint(part.incarnation).uint(part.round).uintOrNone(part.highest)
      break
    default:
      unreachable(part)
  }
}

function readPart(reader: ByteReader): Part {
  const kind = reader.u8()
  switch (kind) {
    case tag.request:
      return readRequestPart(reader)
    case tag.sequence:
      return { kind: 'sequence', sequence: readSequence(reader) }
    case tag.retransmitRequest:
      return readRetransmitRequest(reader)
    case tag.barrierAsk:
      return { kind: 'barrierAsk', round: reader.uint() }
    case tag.barrierAnswer:
      return {
        kind: 'barrierAnswer',
        incarnation: reader.uint() as Incarnation,
        round: reader.uint(),
        highest: reader.uintOrNone() as GlobalSequence,
      }
    default:
      return readMembershipPart(reader, kind)
  }
}

function readRequestPart(reader: ByteReader): Part {
  const id = {
    sender: reader.u8() as MemberId,
    incarnation: reader.uint() as Incarnation,
    localSequence: reader.uint() as LocalSequence,
  }
  const chunk = reader.uint()
  const chunks = reader.uintWithin(1, maxChunks, 'a number of chunks')
  const bytes = reader.bytes()
  if (chunk >= chunks) throw new CodecError(`there is no chunk ${chunk} of ${chunks}`)
  // Every chunk but the last is full, so that a request's size is known from its chunks.
  const fits = chunk < chunks - 1 ? bytes.length === chunkBytes : bytes.length <= chunkBytes
  if (!fits) throw new CodecError(`chunk ${chunk} of ${chunks} has ${bytes.length} bytes`)
  return { kind: 'request', id, chunk, chunks, bytes }
}

function readRetransmitRequest(reader: ByteReader): Part {
  const length = reader.uintWithin(0, maxRunsPerRetransmitRequest, 'a number of runs')
  const sequences = Array.from({ length }, () => ({
    first: reader.uint() as GlobalSequence,
    count: reader.uintWithin(1, maxAskedPerRetransmitRequest, 'a count'),
  }))
  checkTotal(sequences, maxAskedPerRetransmitRequest)
  const requests = readRuns(reader, {
    minRuns: 0,
    maxRuns: maxRunsPerRetransmitRequest,
    max: maxAskedPerRetransmitRequest,
  })
  return { kind: 'retransmitRequest', sequences, requests }
}

function writeRuns(writer: ByteWriter, runs: readonly RequestRun[]): void {
  writer.uint(runs.length)
  for (const run of runs) {
    writer.u8(run.sender).uint(run.incarnation).uint(run.first).uint(run.count)
  }
}

type RunLimits = { readonly minRuns: number; readonly maxRuns: number; readonly max: number }

function readRuns(reader: ByteReader, { minRuns, maxRuns, max }: RunLimits): RequestRun[] {
  const length = reader.uintWithin(minRuns, maxRuns, 'a number of runs')
  const runs = Array.from({ length }, () => ({
    sender: reader.u8() as MemberId,
    incarnation: reader.uint() as Incarnation,
    first: reader.uint() as LocalSequence,
    count: reader.uintWithin(1, max, 'a count'),
  }))
  checkTotal(runs, max)
  return runs
}

function checkTotal(
  runs: readonly { readonly first: number; readonly count: number }[],
  max: number,
): void {
  let total = 0
  for (const { first, count } of runs) {
    total += count
    if (!Number.isSafeInteger(first + count)) throw new CodecError('a number is too large')
  }
  if (total > max) throw new CodecError(`${total} ids are more than ${max}`)
}
