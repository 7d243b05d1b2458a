import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import type { Header, SequencePart } from './message.ts'
import { requestParts, runOf } from './message.ts'
import { Outbox } from './outbox.ts'
import { incarnation, request, view } from './peers.fixture.ts'
import { nothingTold } from './peers.ts'
import type { GlobalSequence, LocalSequence } from './view.ts'

const metadata = {
  ...nothingTold,
  receivedUpTo: 3 as GlobalSequence,
  highestSeen: 4 as GlobalSequence,
  ownHighest: 9 as LocalSequence,
}
const header: Header = { cluster: 1, viewId: view.id, sender: memberId(0), incarnation, metadata }

function sequencePart(): SequencePart {
  const globalSequence = 4 as GlobalSequence
  const names = [runOf(request(0, 7), 3)]
  return { kind: 'sequence', sequence: { viewId: view.id, globalSequence, names } }
}

describe('what leaves together', () => {
  it('tells in each header only what has left by then', () => {
    const outbox = new Outbox(300)
    for (const local of [7, 8, 9])
      outbox.tellAll(requestParts(request(0, local), new Uint8Array(150)))
    outbox.tellAll([sequencePart()])
    const told = outbox.take(header).map(({ message }) => message.header.metadata)
    expect(told.map(({ ownHighest }) => ownHighest)).toEqual([7, 8, 9, 9])
    expect(told.map(({ highestSeen }) => highestSeen)).toEqual([3, 3, 3, 4])
  })

  it('does not tell a large request before its last piece', () => {
    const outbox = new Outbox(1_300)
    outbox.tellAll(requestParts(request(0, 9), new Uint8Array(3_000)))
    const told = outbox.take(header).map(({ message }) => message.header.metadata.ownHighest)
    expect(told).toEqual([8, 8, 9])
  })

  it('tells everything where all fits one message, and in a status', () => {
    const outbox = new Outbox(1_300)
    outbox.tellAll([sequencePart()])
    expect(outbox.take(header).map(({ message }) => message.header)).toEqual([header])
    outbox.statusToAll()
    expect(outbox.take(header).map(({ message }) => message)).toEqual([{ header, parts: [] }])
    expect(outbox.isEmpty).toBe(true)
  })
})
