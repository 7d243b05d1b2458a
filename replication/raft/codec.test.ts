import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CodecError } from '../../common/codec-error.ts'
import { memberId } from '../../common/member.ts'
import type { ProposalId } from '../protocol.ts'
import { raftCodec } from './codec.ts'
import {
  decodeAppliedContext,
  decodeScalars,
  encodeAppliedContext,
  encodeScalars,
} from './durable.ts'
import { commandEntry, configurationEntry, decodeEntry, noopEntry } from './entry.ts'
import {
  asDisk,
  asIncarnation,
  asIndex,
  asTerm,
  type Configuration,
  type RaftBody,
  type RaftMessage,
  type Seat,
  type ReadToken,
  type Round,
} from './types.ts'

const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 100 })
const term = number.map(asTerm)
const index = number.map(asIndex)
const round = number.map((value) => value as Round)
const token = number.map((value) => value as ReadToken)
const incarnation = number.map(asIncarnation)
const proposal = number.map((value) => value as ProposalId)
const payload = fc.uint8Array({ maxLength: 40 })

const seat = (id: number, role: Seat['role']): Seat => ({
  id: memberId(id),
  disk: asDisk(1000 + id),
  role,
  host: `machine-${id}.example`,
  port: 6180,
})

const anyRole = fc.constantFrom<Seat['role']>('voter', 'joining', 'learner')

/** The first one votes. */
const configuration: fc.Arbitrary<Configuration> = fc
  .uniqueArray(fc.tuple(fc.nat(6), anyRole), { minLength: 1, selector: ([id]) => id })
  .map((chosen) => ({
    seats: chosen
      .sort(([a], [b]) => a - b)
      .map(([id, role], place) => seat(id, place === 0 ? 'voter' : role)),
  }))

const append = fc
  .record({
    term,
    prevIndex: index,
    prevTerm: term,
    commitIndex: index,
    bodies: fc.array(
      fc.option(
        fc.record({ member: fc.integer({ min: 0, max: 6 }), incarnation, proposal, payload }),
      ),
      { maxLength: 5 },
    ),
  })
  .map(({ bodies, term: given, prevTerm, ...rest }): RaftBody => {
    const [low, high] = [Math.min(given, prevTerm), Math.max(given, prevTerm)]
    return {
      kind: 'append',
      ...rest,
      prevTerm: asTerm(low),
      term: asTerm(high),
      entries: bodies.map((body, place) => {
        const at = { index: asIndex(rest.prevIndex + place + 1), term: asTerm(high) }
        if (body === null) return noopEntry(at.index, at.term)
        const origin = { ...body, member: memberId(body.member) }
        return commandEntry({
          ...at,
          origin: {
            member: origin.member,
            incarnation: origin.incarnation,
            proposal: origin.proposal,
          },
          payload: body.payload,
        })
      }),
    }
  })

const anyBody: fc.Arbitrary<RaftBody> = fc.oneof(
  fc.record({ kind: fc.constant('preVote'), term, lastIndex: index, lastTerm: term }),
  fc.record({
    kind: fc.constant('vote'),
    term,
    lastIndex: index,
    lastTerm: term,
    forced: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('preVoteReply'),
    term,
    granted: fc.boolean(),
    seated: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('voteReply'), term, granted: fc.boolean() }),
  append,
  fc.record({ kind: fc.constant('appendAccepted'), term, matchIndex: index }),
  fc.record({
    kind: fc.constant('appendRefused'),
    term,
    prevIndex: index,
    hintIndex: index,
    hintTerm: term,
  }),
  fc.record({
    kind: fc.constant('heartbeat'),
    term,
    round,
    commitIndex: index,
    commitTerm: term,
    heldByAll: index,
  }),
  fc.record({ kind: fc.constant('heartbeatReply'), term, round }),
  fc.record({ kind: fc.constant('commitMoved'), term, commitIndex: index, commitTerm: term }),
  fc.record({ kind: fc.constant('termOver'), term }),
  fc.record({ kind: fc.constant('timeoutNow'), term }),
  fc.record({
    kind: fc.constant('installState'),
    term,
    lastIndex: index,
    lastTerm: term,
    source: fc.nat(6).map(memberId),
  }),
  fc.record({ kind: fc.constant('ask'), incarnation }),
  fc.record({ kind: fc.constant('answer'), incarnation, blank: fc.boolean() }),
  fc.record({ kind: fc.constant('found'), configuration }),
  fc.record({
    kind: fc.constant('forward'),
    incarnation,
    proposals: fc.array(fc.record({ id: proposal, payload }), { maxLength: 5 }),
  }),
  fc.record({ kind: fc.constant('readRequest'), incarnation, token }),
  fc.record({ kind: fc.constant('readReply'), incarnation, token, readIndex: index }),
)

const anyMessage: fc.Arbitrary<RaftMessage> = fc
  .tuple(anyBody, number.map(asDisk))
  .map(([body, disk]) => ({ ...body, disk }))

describe('message codec', () => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(raftCodec.decode(raftCodec.encode(message))).toEqual(message)
      }),
    )
  })

  it('refuses every message that is cut short or has more behind it', () => {
    fc.assert(
      fc.property(anyMessage, fc.nat(), (message, cut) => {
        const bytes = raftCodec.encode(message)
        expect(() => raftCodec.decode(bytes.subarray(0, cut % bytes.length))).toThrow(CodecError)
        expect(() => raftCodec.decode(Uint8Array.from([...bytes, 0]))).toThrow(CodecError)
      }),
    )
  })

  it('throws nothing but CodecError, whatever it is given', () => {
    fc.assert(
      fc.property(anyMessage, fc.array(fc.tuple(fc.nat(), fc.nat(255))), (message, changes) => {
        const bytes = raftCodec.encode(message)
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        try {
          raftCodec.decode(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('does not believe a count that the bytes cannot hold', () => {
    const bytes = raftCodec.encode({
      kind: 'forward',
      disk: asDisk(1),
      incarnation: asIncarnation(1),
      proposals: [],
    })
    new DataView(bytes.buffer).setUint32(bytes.length - 4, 0xffff_ffff)
    expect(() => raftCodec.decode(bytes)).toThrow(/announced/)
  })

  it('refuses another version and an unknown kind', () => {
    const bytes = raftCodec.encode({ kind: 'termOver', term: asTerm(1), disk: asDisk(1) })
    expect(() => raftCodec.decode(Uint8Array.from([9, ...bytes.subarray(1)]))).toThrow(/version 9/)
    expect(() => raftCodec.decode(Uint8Array.from([2, 99, ...bytes.subarray(2)]))).toThrow(
      /kind 99/,
    )
  })
})

describe('what is stored', () => {
  it('entries read back', () => {
    const origin = {
      member: memberId(4),
      incarnation: asIncarnation(2 ** 48 - 1),
      proposal: 17 as ProposalId,
    }
    const command = commandEntry({
      index: asIndex(9),
      term: asTerm(3),
      origin,
      payload: Uint8Array.from([1, 2, 3]),
    })
    expect(decodeEntry(asIndex(9), command.bytes)).toEqual(command)
    const noop = noopEntry(asIndex(10), asTerm(4))
    expect(decodeEntry(asIndex(10), noop.bytes)).toEqual(noop)
    expect(() => decodeEntry(asIndex(1), Uint8Array.from([7]))).toThrow(CodecError)
  })

  it('a configuration entry reads back, and what no configuration looks like is refused', () => {
    fc.assert(
      fc.property(configuration, (given) => {
        const at = { index: asIndex(3), term: asTerm(2) }
        const entry = configurationEntry({ ...at, configuration: given })
        expect(decodeEntry(at.index, entry.bytes)).toEqual(entry)
        expect(() => decodeEntry(at.index, entry.bytes.subarray(0, -1))).toThrow(CodecError)
      }),
    )
    const nobodyVotes = { seats: [seat(1, 'learner')] }
    const twice = { seats: [seat(1, 'voter'), seat(1, 'voter')] }
    for (const wrong of [{ seats: [] }, nobodyVotes, twice]) {
      const entry = configurationEntry({ index: asIndex(1), term: asTerm(1), configuration: wrong })
      expect(() => decodeEntry(asIndex(1), entry.bytes)).toThrow(CodecError)
    }
  })

  it('disk, term, vote and founding configuration read back', () => {
    const founding: Configuration = { seats: [seat(0, 'voter'), seat(5, 'joining')] }
    for (const votedFor of [undefined, memberId(0), memberId(6)]) {
      for (const known of [undefined, founding]) {
        const stored = { disk: asDisk(7), term: asTerm(2 ** 40), votedFor, founding: known }
        expect(decodeScalars(encodeScalars(stored))).toEqual(stored)
      }
    }
    expect(() => decodeScalars(Uint8Array.from([1]))).toThrow(/version 1/)
  })

  it('what stands beside the applied position reads back', () => {
    const terms = { entryTerm: asTerm(7), knownTerm: asTerm(9) }
    for (const known of [undefined, { seats: [seat(2, 'voter')] }]) {
      const context = { ...terms, configuration: known }
      expect(decodeAppliedContext(encodeAppliedContext(context))).toEqual(context)
    }
    const impossible = { entryTerm: asTerm(9), knownTerm: asTerm(7), configuration: undefined }
    expect(() => decodeAppliedContext(encodeAppliedContext(impossible))).toThrow(CodecError)
  })
})
