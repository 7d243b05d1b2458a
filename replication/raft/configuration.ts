/**
 * Configurations as values: who votes, how many are a quorum, how one becomes the next, and as bytes.
 * Each change concerns one voter at most, so that any quorum before and any after it have a member in
 * common (dissertation, section 4.1). When a change may be made is decided in membership.ts.
 */
import { assert } from '../../common/assert.ts'
import { type ByteReader, ByteWriter } from '../../common/bytes.ts'
import { CodecError } from '../../common/codec-error.ts'
import { type MemberId, memberId } from '../../common/member.ts'
import { asDisk, type Configuration, type DiskId, type Seat, type SeatRole } from './types.ts'

/** More seats than any sensible group: a bound for what is decoded, and for what is added. */
export const seatsMax = 16

export function seatOf(configuration: Configuration | undefined, id: MemberId): Seat | undefined {
  return configuration?.seats.find((seat) => seat.id === id)
}

/** Whether this disk of this member has a seat. */
export function hasSeat(
  configuration: Configuration | undefined,
  { id, disk }: { readonly id: MemberId; readonly disk: DiskId },
): boolean {
  return seatOf(configuration, id)?.disk === disk
}

/** Whether this disk of this member votes. */
export function hasVote(
  configuration: Configuration | undefined,
  { id, disk }: { readonly id: MemberId; readonly disk: DiskId },
): boolean {
  const seat = seatOf(configuration, id)
  return seat?.role === 'voter' && seat.disk === disk
}

export function votersOf(configuration: Configuration | undefined): readonly MemberId[] {
  const seats = configuration?.seats ?? []
  return seats.filter(({ role }) => role === 'voter').map(({ id }) => id)
}

/** Puts a seat in its place, instead of the one that its member had before. */
export function withSeat(configuration: Configuration, seat: Seat): Configuration {
  const others = configuration.seats.filter(({ id }) => id !== seat.id)
  return configurationFrom([...others, seat])
}

export function withoutSeat(configuration: Configuration, id: MemberId): Configuration {
  return configurationFrom(configuration.seats.filter((seat) => seat.id !== id))
}

export function configurationFrom(seats: readonly Seat[]): Configuration {
  const configuration = { seats: [...seats].sort((a, b) => a.id - b.id) }
  assert(votersOf(configuration).length > 0, 'a configuration has a voter')
  assert(new Set(seats.map(({ id }) => id)).size === seats.length, 'a member has one seat')
  return configuration
}

/** How many voters differ between two configurations: 1 at most in a single step. */
export function changedVoters(before: Configuration, after: Configuration): number {
  const names = (of: Configuration) =>
    of.seats.filter(({ role }) => role === 'voter').map(({ id, disk }) => `${id}/${disk}`)
  const [old, now] = [names(before), names(after)]
  const gone = old.filter((name) => !now.includes(name)).length
  const come = now.filter((name) => !old.includes(name)).length
  return gone + come
}

const roleCodes = { voter: 1, joining: 2, learner: 3 } as const satisfies Record<SeatRole, number>
const roles = new Map<number, SeatRole>(
  Object.entries(roleCodes).map(([role, code]) => [code, role as SeatRole]),
)

/** count u8, then for each seat: id u16, disk u53, role u8, port u16, host (length u16, UTF-8) */
export function encodeConfiguration({ seats }: Configuration): Uint8Array {
  const hosts = seats.map(({ host }) => new TextEncoder().encode(host))
  const sizeBytes = hosts.reduce((sum, host) => sum + 15 + host.length, 1)
  const writer = new ByteWriter(sizeBytes).u8(seats.length)
  seats.forEach(({ id, disk, role, port }, place) => {
    const host = hosts[place] ?? new Uint8Array()
    writer.u16(id).u53(disk).u8(roleCodes[role]).u16(port).u16(host.length).raw(host)
  })
  return writer.finish()
}

/** Reads to the end. Throws CodecError on what encodeConfiguration did not make. */
export function decodeConfiguration(reader: ByteReader): Configuration {
  const count = reader.u8()
  if (count > seatsMax) throw new CodecError(`a configuration of ${count} seats`)
  const seats: Seat[] = []
  for (let place = 0; place < count; place += 1) seats.push(decodeSeat(reader))
  reader.end()
  const rising = seats.every(({ id }, place) => id > (seats[place - 1]?.id ?? -1))
  const voters = seats.some(({ role }) => role === 'voter')
  if (!rising || !voters) throw new CodecError('the seats of a configuration do not fit together')
  return { seats }
}

function decodeSeat(reader: ByteReader): Seat {
  const id = memberId(reader.u16())
  const disk = asDisk(reader.u53())
  const code = reader.u8()
  const role = roles.get(code)
  if (role === undefined) throw new CodecError(`there is no role ${code}`)
  const port = reader.u16()
  const host = new TextDecoder('utf-8', { fatal: false }).decode(reader.raw(reader.u16()))
  return { id, disk, role, host, port }
}
