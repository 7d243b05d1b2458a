/** The parts of membership as bytes. Each is small: it fits a datagram together with a header. */
import { unreachable } from '../../common/assert.ts'
import type { ByteReader, ByteWriter } from '../../common/bytes.ts'
import { CodecError } from '../../common/codec-error.ts'
import type { MemberId } from '../../common/member.ts'
import type { JoinRecord, MembershipPart, Part } from './message.ts'
import { maxViewRuns, recoveryStages, standings } from './message.ts'
import type { LogExtent, RecoveredLog, ViewRun } from './recovered-log.ts'
import {
  maxSeats,
  readSeats,
  readViewId,
  readViewIdOrNone,
  readViewOrNone,
  writeSeats,
  writeViewId,
  writeViewIdOrNone,
  writeViewOrNone,
} from './view-codec.ts'
import type { GlobalSequence, Incarnation } from './view.ts'

const membershipTags: Record<MembershipPart['kind'], number> = {
  join: 16,
  operational: 17,
  propose: 18,
  promise: 19,
  recover: 20,
  recovered: 21,
  note: 22,
  noted: 23,
}

export function isMembershipPart(part: Part): part is MembershipPart {
  return part.kind in membershipTags
}

export function writeMembershipPart(writer: ByteWriter, part: MembershipPart): void {
  writer.u8(membershipTags[part.kind])
  switch (part.kind) {
    case 'join':
      writer.uint(part.records.length)
      for (const record of part.records) writeRecord(writer, record)
      break
    case 'operational':
      writeViewOrNone(writer, part.view)
      writeExtent(writer, part.stable)
      break
    case 'propose':
      writeViewId(writer, part.view.id)
      writeSeats(writer, part.view.seats)
      break
    case 'promise':
      writeViewId(writer, part.viewId)
      writeViewOrNone(writer, part.installed)
      writeExtent(writer, part.log)
      break
    case 'recover':
      writeViewId(writer, part.viewId)
      writeRecovered(writer, part.recovered)
      break
    case 'recovered':
      writeViewId(writer, part.viewId)
      writer.uintOrNone(part.receivedUpTo).u8(recoveryStages.indexOf(part.stage))
      break
    case 'note':
      writer.uint(part.round)
      break
    case 'noted':
      writer.uint(part.incarnation).uint(part.round).uint(part.known)
      writeViewIdOrNone(writer, part.promised)
      writeViewOrNone(writer, part.installed)
      writeExtent(writer, part.log)
      break
    default:
      unreachable(part)
  }
}

/** Throws CodecError when there is no such kind. */
export function readMembershipPart(reader: ByteReader, tag: number): MembershipPart {
  switch (tag) {
    case membershipTags.join:
      return { kind: 'join', records: readRecords(reader) }
    case membershipTags.operational: {
      const view = readViewOrNone(reader)
      if (view === undefined) throw new CodecError('who is operational is so in a view')
      return { kind: 'operational', view, stable: readExtent(reader) }
    }
    case membershipTags.propose:
      return { kind: 'propose', view: { id: readViewId(reader), seats: readSeats(reader) } }
    case membershipTags.promise: {
      const viewId = readViewId(reader)
      const installed = readViewOrNone(reader)
      return { kind: 'promise', viewId, installed, log: readExtent(reader) }
    }
    case membershipTags.recover:
      return { kind: 'recover', viewId: readViewId(reader), recovered: readRecovered(reader) }
    case membershipTags.recovered: {
      const viewId = readViewId(reader)
      const receivedUpTo = reader.uintOrNone() as GlobalSequence
      const stage = recoveryStages[reader.u8()]
      if (stage === undefined) throw new CodecError('there is no such stage')
      return { kind: 'recovered', viewId, receivedUpTo, stage }
    }
    case membershipTags.note:
      return { kind: 'note', round: reader.uint() }
    case membershipTags.noted: {
      const incarnation = reader.uint() as Incarnation
      const [round, known] = [reader.uint(), reader.uint() as Incarnation]
      const promised = readViewIdOrNone(reader)
      const installed = readViewOrNone(reader)
      const log = readExtent(reader)
      return { kind: 'noted', incarnation, round, known, promised, installed, log }
    }
    default:
      throw new CodecError(`there is no part of kind ${tag}`)
  }
}

function writeRecord(writer: ByteWriter, record: JoinRecord): void {
  writer.u8(record.member).uint(record.incarnation).uint(record.number)
  writer.u8(standings.indexOf(record.standing))
  writeViewIdOrNone(writer, record.promised)
  writeViewIdOrNone(writer, record.installed)
  writer.uintOrNone(record.receivedUpTo)
  writeSeats(writer, record.hears)
  writer.u8(record.choice).u8(record.damped)
}

function readRecords(reader: ByteReader): JoinRecord[] {
  const length = reader.uintWithin(1, maxSeats, 'a number of records')
  return Array.from({ length }, () => readRecord(reader))
}

function readRecord(reader: ByteReader): JoinRecord {
  const member = reader.u8() as MemberId
  const incarnation = reader.uint() as Incarnation
  const number = reader.uint()
  const standing = standings[reader.u8()]
  if (standing === undefined) throw new CodecError('there is no such standing')
  return {
    member,
    incarnation,
    number,
    standing,
    promised: readViewIdOrNone(reader),
    installed: readViewIdOrNone(reader),
    receivedUpTo: reader.uintOrNone() as GlobalSequence,
    hears: readSeats(reader),
    choice: reader.u8(),
    damped: reader.u8(),
  }
}

function writeExtent(writer: ByteWriter, extent: LogExtent): void {
  writer.uint(extent.firstRetained).uintOrNone(extent.receivedUpTo)
  writeRuns(writer, extent.runs)
}

function readExtent(reader: ByteReader): LogExtent {
  return {
    firstRetained: reader.uint() as GlobalSequence,
    receivedUpTo: reader.uintOrNone() as GlobalSequence,
    runs: readRuns(reader),
  }
}

function writeRecovered(writer: ByteWriter, { end, runs, holders }: RecoveredLog): void {
  writer.uintOrNone(end).uint(holders.length)
  for (const { id, firstRetained, receivedUpTo } of holders) {
    writer.u8(id).uint(firstRetained).uintOrNone(receivedUpTo)
  }
  writeRuns(writer, runs)
}

function readRecovered(reader: ByteReader): RecoveredLog {
  const end = reader.uintOrNone() as GlobalSequence
  const length = reader.uintWithin(0, maxSeats, 'a number of holders')
  const holders = Array.from({ length }, () => ({
    id: reader.u8() as MemberId,
    firstRetained: reader.uint() as GlobalSequence,
    receivedUpTo: reader.uintOrNone() as GlobalSequence,
  }))
  return { end, runs: readRuns(reader), holders }
}

function writeRuns(writer: ByteWriter, runs: readonly ViewRun[]): void {
  const told = runs.slice(-maxViewRuns)
  writer.uint(told.length)
  for (const { viewId, first } of told) {
    writeViewId(writer, viewId)
    writer.uint(first)
  }
}

function readRuns(reader: ByteReader): ViewRun[] {
  const length = reader.uintWithin(0, maxViewRuns, 'a number of views')
  return Array.from({ length }, () => ({
    viewId: readViewId(reader),
    first: reader.uint() as GlobalSequence,
  }))
}
