/** View ids and seats as bytes: what messages, log entries and durable scalars share. */
import type { ByteReader, ByteWriter } from '../../common/bytes.ts'
import type { MemberId } from '../../common/member.ts'
import type { GlobalSequence, Incarnation, Seat, View, ViewId } from './view.ts'

/** More than any group has members. */
export const maxSeats = 16

export function writeViewId(writer: ByteWriter, id: ViewId): void {
  writer.uint(id.number).u8(id.representative).uint(id.incarnation)
}

export function readViewId(reader: ByteReader): ViewId {
  return {
    number: reader.uint(),
    representative: reader.u8() as MemberId,
    incarnation: reader.uint() as Incarnation,
  }
}

export function writeViewIdOrNone(writer: ByteWriter, id: ViewId | undefined): void {
  writer.u8(id === undefined ? 0 : 1)
  if (id !== undefined) writeViewId(writer, id)
}

export function readViewIdOrNone(reader: ByteReader): ViewId | undefined {
  return reader.u8() === 0 ? undefined : readViewId(reader)
}

export function writeSeats(writer: ByteWriter, seats: readonly Seat[]): void {
  writer.uint(seats.length)
  for (const { id, incarnation } of seats) writer.u8(id).uint(incarnation)
}

export function readSeats(reader: ByteReader): Seat[] {
  const length = reader.uintWithin(0, maxSeats, 'a number of members')
  return Array.from({ length }, () => ({
    id: reader.u8() as MemberId,
    incarnation: reader.uint() as Incarnation,
  }))
}

export function writeViewOrNone(writer: ByteWriter, view: View | undefined): void {
  writer.u8(view === undefined ? 0 : 1)
  if (view === undefined) return
  writeViewId(writer, view.id)
  writeSeats(writer, view.seats)
  writer.uint(view.firstGlobal)
}

export function readViewOrNone(reader: ByteReader): View | undefined {
  if (reader.u8() === 0) return undefined
  const id = readViewId(reader)
  return { id, seats: readSeats(reader), firstGlobal: reader.uint() as GlobalSequence }
}
