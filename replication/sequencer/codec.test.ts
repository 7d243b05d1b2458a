import { describe, expect, it } from 'vitest'
import { CodecError } from '../../common/codec-error.ts'
import { memberId } from '../../common/member.ts'
import { seededRandom } from '../../common/random.ts'
import { sequencerCodec } from './codec.ts'
import type { Header, Part, SequencerMessage } from './message.ts'
import { chunkBytes, requestParts } from './message.ts'
import { viewId, viewOf } from './view.fixture.ts'
import type { GlobalSequence, Incarnation, LocalSequence } from './view.ts'

const view = viewOf([0, 2, 5], 1_780_000_000_000_001, 12)
const header: Header = {
  cluster: 0xffff_fffe,
  viewId: view.id,
  sender: memberId(3),
  incarnation: 1_780_000_000_000_000 as Incarnation,
  metadata: {
    receivedUpTo: -1 as GlobalSequence,
    deliveredUpTo: 127 as GlobalSequence,
    highestSeen: 128 as GlobalSequence,
    ownHighest: (Number.MAX_SAFE_INTEGER - 1) as LocalSequence,
    hears: 0b101,
    damped: 0b10,
  },
}
const run = {
  sender: memberId(2),
  incarnation: 99 as Incarnation,
  first: 7 as LocalSequence,
  count: 3,
}
const id = {
  sender: memberId(2),
  incarnation: 99 as Incarnation,
  localSequence: 7 as LocalSequence,
}

const log = {
  firstRetained: 3 as GlobalSequence,
  receivedUpTo: 9 as GlobalSequence,
  runs: [
    { viewId: viewId(1), first: 2 as GlobalSequence },
    { viewId: view.id, first: 7 as GlobalSequence },
  ],
}
const holder = {
  id: memberId(4),
  firstRetained: 0 as GlobalSequence,
  receivedUpTo: -1 as GlobalSequence,
}
const record = {
  member: memberId(3),
  incarnation: header.incarnation,
  number: 8,
  standing: 'behind' as const,
  promised: viewId(4, 1, 2),
  installed: undefined,
  receivedUpTo: -1 as GlobalSequence,
  hears: view.seats,
  choice: 0b1101,
  damped: 0b10,
}

const membershipParts: Part[] = [
  { kind: 'join', records: [record, { ...record, standing: 'blank', promised: undefined }] },
  { kind: 'operational', view, stable: log },
  { kind: 'propose', view: { id: view.id, seats: view.seats } },
  { kind: 'promise', viewId: viewId(9), installed: undefined, log },
  { kind: 'promise', viewId: viewId(9), installed: view, log: { ...log, runs: [] } },
  {
    kind: 'recover',
    viewId: viewId(9),
    recovered: { end: -1 as GlobalSequence, runs: log.runs, holders: [holder, holder] },
  },
  { kind: 'recovered', viewId: viewId(9), receivedUpTo: log.receivedUpTo, stage: 'transferring' },
  { kind: 'note', round: 3 },
  {
    kind: 'noted',
    incarnation: header.incarnation,
    round: 3,
    known: 12 as Incarnation,
    promised: undefined,
    installed: view,
    log,
  },
]

const parts: Part[] = [
  ...membershipParts,
  ...requestParts(id, Buffer.from('short')),
  ...requestParts(id, Buffer.alloc(2 * chunkBytes + 1, 7)),
  ...requestParts(id, new Uint8Array(0)),
  {
    kind: 'sequence',
    sequence: { viewId: view.id, globalSequence: 300 as GlobalSequence, names: [run, run] },
  },
  { kind: 'retransmitRequest', sequences: [], requests: [] },
  {
    kind: 'retransmitRequest',
    sequences: [{ first: 5 as GlobalSequence, count: 2 }],
    requests: [run],
  },
  { kind: 'barrierAsk', round: 12 },
  {
    kind: 'barrierAnswer',
    incarnation: 5 as Incarnation,
    round: 12,
    highest: -1 as GlobalSequence,
  },
]
const message: SequencerMessage = { header, parts }

describe('messages as bytes', () => {
  it('come back as they were', () => {
    const decoded = sequencerCodec.decode(sequencerCodec.encode(message))
    expect(decoded).toEqual(plain(message))
    expect(sequencerCodec.decode(sequencerCodec.encode({ header, parts: [] })).parts).toEqual([])
    const outside = { header: { ...header, viewId: undefined }, parts: [] }
    expect(sequencerCodec.decode(sequencerCodec.encode(outside))).toEqual(outside)
  })

  it('come back from the middle of a larger buffer', () => {
    const encoded = sequencerCodec.encode(message)
    const larger = new Uint8Array(encoded.length + 20)
    larger.set(encoded, 10)
    const view = larger.subarray(10, 10 + encoded.length)
    expect(sequencerCodec.decode(view)).toEqual(plain(message))
  })

  it('that end too early are refused, wherever they end, or are a message with fewer parts', () => {
    const encoded = sequencerCodec.encode(message)
    const whole = new Set<number>()
    for (let count = 0; count <= parts.length; count += 1) {
      whole.add(sequencerCodec.encode({ header, parts: parts.slice(0, count) }).length)
    }
    for (let size = 0; size < encoded.length; size += 1) {
      const cut = encoded.subarray(0, size)
      if (whole.has(size))
        expect(sequencerCodec.decode(cut).parts.length).toBeLessThan(parts.length)
      else expect(() => sequencerCodec.decode(cut)).toThrow(CodecError)
    }
  })

  it('that are random or changed are refused or read, never anything else', () => {
    const seed = 20_260_101
    const random = seededRandom(seed)
    const encoded = sequencerCodec.encode(message)
    let refused = 0
    for (let round = 0; round < 20_000; round += 1) {
      const bytes = random.next() < 0.5 ? encoded.slice() : new Uint8Array(random.integer(0, 200))
      const changes = bytes === encoded ? 3 : bytes.length
      for (let change = 0; change < Math.min(changes, 8) && bytes.length > 0; change += 1) {
        bytes[random.integer(0, bytes.length - 1)] = random.integer(0, 255)
      }
      try {
        sequencerCodec.decode(bytes)
      } catch (error) {
        expect(error, `seed ${seed}, round ${round}`).toBeInstanceOf(CodecError)
        refused += 1
      }
    }
    expect(refused).toBeGreaterThan(5_000)
  })

  it('refuses what breaks the limits of the format', () => {
    const encode = (part: Part): Uint8Array => sequencerCodec.encode({ header, parts: [part] })
    const [piece] = requestParts(id, Buffer.from('x'))
    if (piece === undefined) throw new Error('a request has parts')
    const sequences = [{ first: 0 as GlobalSequence, count: 513 }]
    const tooMuch: Part[] = [
      { ...piece, chunk: 1 },
      { ...piece, chunks: 5_000 },
      { ...piece, chunks: 2 }, // The first of two, and not full.
      { kind: 'retransmitRequest', sequences, requests: [] },
      { kind: 'retransmitRequest', sequences: [], requests: new Array(65).fill(run) },
      {
        kind: 'sequence',
        sequence: { viewId: view.id, globalSequence: 0 as GlobalSequence, names: [] },
      },
    ]
    for (const part of tooMuch) {
      expect(() => sequencerCodec.decode(encode(part))).toThrow(CodecError)
    }
  })
})

/** As decoded: bytes are views of the datagram, whatever they were before. */
function plain({ parts: original, ...rest }: SequencerMessage): SequencerMessage {
  const copied = original.map((part) =>
    part.kind === 'request' ? { ...part, bytes: new Uint8Array(part.bytes) } : part,
  )
  return { ...rest, parts: copied }
}
