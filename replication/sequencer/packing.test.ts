import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { sequencerCodec } from './codec.ts'
import { defaultSequencerConfig } from './config.ts'
import type { Header, Part } from './message.ts'
import { requestParts } from './message.ts'
import { pack } from './packing.ts'
import { nothingTold } from './peers.ts'
import type { Incarnation, LocalSequence } from './view.ts'
import { fixedView } from './view.ts'

const huge = (Number.MAX_SAFE_INTEGER - 1) as Incarnation
const header: Header = {
  cluster: 1,
  viewId: { ...fixedView([memberId(0)]).id, incarnation: huge },
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
})
