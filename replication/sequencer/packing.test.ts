import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { sequencerCodec } from './codec.ts'
import { defaultSequencerConfig } from './config.ts'
import type { Header, Part } from './message.ts'
import { maxViewRuns, requestParts } from './message.ts'
import { pack } from './packing.ts'
import { nothingTold } from './peers.ts'
import type { GlobalSequence, Incarnation, LocalSequence } from './view.ts'
import { viewId, viewOf } from './view.fixture.ts'

const huge = (Number.MAX_SAFE_INTEGER - 1) as Incarnation
const header: Header = {
  cluster: 1,
  viewId: viewId(huge, 7, huge),
  sender: memberId(0),
  incarnation: huge,
  metadata: nothingTold,
}

function request(localSequence: number, size: number): Part[] {
  const id = {
    sender: memberId(0),
    incarnation: huge,
    localSequence: localSequence as LocalSequence,
  }
  return requestParts(id, new Uint8Array(size))
}

function largestParts(): Part[] {
  const ids = [0, 1, 2, 3, 4, 5, 6]
  const view = { ...viewOf(ids, huge, huge), id: viewId(huge, 6, huge) }
  const k = huge as number as GlobalSequence
  const runs = Array.from({ length: maxViewRuns }, () => ({ viewId: view.id, first: k }))
  const log = { firstRetained: k, receivedUpTo: k, runs }
  const record = {
    member: memberId(6),
    incarnation: huge,
    number: huge,
    standing: 'behind' as const,
    promised: view.id,
    installed: view.id,
    receivedUpTo: k,
    hears: view.seats,
    choice: 127,
    damped: 127,
  }
  const holders = ids.map((id) => ({ id: memberId(id), firstRetained: k, receivedUpTo: k }))
  const promised = view.id
  return [
    { kind: 'join', records: ids.map(() => record) },
    { kind: 'operational', view, stable: log },
    { kind: 'propose', view },
    { kind: 'promise', viewId: view.id, installed: view, log },
    { kind: 'recover', viewId: view.id, recovered: { end: k, runs, holders } },
    { kind: 'recovered', viewId: view.id, receivedUpTo: k, stage: 'installed' },
    { kind: 'note', round: huge },
    { kind: 'noted', incarnation: huge, round: huge, known: huge, promised, installed: view, log },
  ]
}

describe('packing', () => {
  it('makes a status of nothing', () => {
    expect(pack(header, [], 1_370)).toEqual([{ header, parts: [] }])
  })

  it('keeps the order, and every message in its size', () => {
    const { messageTargetBytes } = defaultSequencerConfig
    const sizes = [10, 300, 5_000, 1_200, 0, 700, 650, 1]
    const parts = sizes.flatMap((size, place) => request(place, size))
    const messages = pack(header, parts, messageTargetBytes)
    expect(messages.flatMap((message) => message.parts)).toEqual(parts)
    for (const message of messages) {
      expect(sequencerCodec.encode(message).length).toBeLessThanOrEqual(messageTargetBytes)
    }
    expect(messages.length).toBeLessThan(parts.length)
  })

  it('knows how large the largest part of each kind of membership is', () => {
    const { messageTargetBytes } = defaultSequencerConfig
    for (const part of largestParts()) {
      const [message] = pack(header, [part], messageTargetBytes)
      if (message === undefined) throw new Error('a part makes a message')
      expect(sequencerCodec.encode(message).length, part.kind).toBeLessThanOrEqual(
        messageTargetBytes,
      )
      // Two of them never share a message that is too large.
      for (const one of pack(header, [part, part], messageTargetBytes)) {
        expect(sequencerCodec.encode(one).length).toBeLessThanOrEqual(messageTargetBytes)
      }
    }
  })
})
