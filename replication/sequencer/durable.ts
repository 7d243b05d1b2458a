/**
 * The protocol's durable scalars, and the number of one start of this process.
 *
 * Rule: an incarnation never repeats and only grows, wiped disks included: max(stored, Unix
 * milliseconds, highest that any other member knows of it) + 1 with random low bits, durable before
 * the first datagram that counts. The low bits keep two starts apart that share a millisecond and a
 * lost disk.
 */
import { ByteReader, ByteWriter } from '../../common/bytes.ts'
import { CodecError } from '../../common/codec-error.ts'
import type { MemberId } from '../../common/member.ts'
import type { Random } from '../../common/random.ts'
import {
  readViewIdOrNone,
  readViewOrNone,
  writeViewIdOrNone,
  writeViewOrNone,
} from './view-codec.ts'
import type { Incarnation, View, ViewId } from './view.ts'

const formatVersion = 2
/** 41 bits of milliseconds and these 10 stay a safe integer until the year 2248. */
const randomValues = 1_024
const maxNoted = 16

export type Scalars = {
  readonly incarnation: Incarnation
  /** Nothing below it is acknowledged, ordered, delivered or answered any more. */
  readonly promised: ViewId | undefined
  /** Its recovered log is in this log. */
  readonly installed: View | undefined
  /** This disk is not the one that the group once counted on, and not yet as good as it. */
  readonly isRecovering: boolean
  /** Of members that lost their disks: an older incarnation than this counts for nothing, ever. */
  readonly noted: ReadonlyMap<MemberId, Incarnation>
}

/** What a blank disk stands for. */
export function blankScalars(incarnation: Incarnation): Scalars {
  return {
    incarnation,
    promised: undefined,
    installed: undefined,
    isRecovering: false,
    noted: new Map(),
  }
}

/** Neither promised nor installed anything: new, or its disk is lost. */
export function isBlank({ promised, installed }: Scalars): boolean {
  return promised === undefined && installed === undefined
}

export function nextIncarnation(options: {
  /** The highest that is known of this member, by its disk or by others. */
  readonly known: Incarnation | undefined
  readonly startedAtUnixMs: number
  readonly random: Random
}): Incarnation {
  const { known, startedAtUnixMs, random } = options
  const knownMs = Math.floor((known ?? 0) / randomValues)
  const ms = Math.max(knownMs, Math.floor(startedAtUnixMs)) + 1
  return (ms * randomValues + random.integer(0, randomValues - 1)) as Incarnation
}

export function encodeScalars(scalars: Scalars): Uint8Array {
  const { incarnation, promised, installed, isRecovering, noted } = scalars
  const writer = new ByteWriter().u8(formatVersion).uint(incarnation)
  writeViewIdOrNone(writer, promised)
  writeViewOrNone(writer, installed)
  writer.u8(isRecovering ? 1 : 0).uint(noted.size)
  for (const [member, known] of [...noted].sort(([a], [b]) => a - b)) writer.u8(member).uint(known)
  return writer.finish()
}

/** Throws CodecError when another format has been stored. */
export function decodeScalars(bytes: Uint8Array): Scalars {
  const reader = new ByteReader(bytes)
  const version = reader.u8()
  if (version !== formatVersion) throw new CodecError(`meta of format ${version} is unknown`)
  const incarnation = reader.uint() as Incarnation
  const promised = readViewIdOrNone(reader)
  const installed = readViewOrNone(reader)
  const isRecovering = reader.u8() !== 0
  const noted = new Map<MemberId, Incarnation>()
  for (let left = reader.uintWithin(0, maxNoted, 'noted members'); left > 0; left -= 1) {
    noted.set(reader.u8() as MemberId, reader.uint() as Incarnation)
  }
  reader.end()
  return { incarnation, promised, installed, isRecovering, noted }
}
