import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { Answers } from './answers.ts'
import { defaultSequencerConfig } from './config.ts'
import type { RequestId, RetransmitRequestPart, SequenceMessage } from './message.ts'
import { runOf } from './message.ts'
import { RequestPool } from './request-pool.ts'
import type { GlobalSequence, Incarnation, LocalSequence } from './view.ts'
import { viewOf } from './view.fixture.ts'

const view = viewOf([0, 1, 2])

function id(localSequence: number): RequestId {
  const stream = { sender: memberId(1), incarnation: 8 as Incarnation }
  return { ...stream, localSequence: localSequence as LocalSequence }
}

const asked: RetransmitRequestPart = {
  kind: 'retransmitRequest',
  sequences: [{ first: 0 as GlobalSequence, count: 3 }],
  requests: [runOf(id(0), 3)],
}

function create(answersMaxBytes = 10_000) {
  const pool = new RequestPool(defaultSequencerConfig)
  for (const local of [0, 1]) pool.hold(id(local), new Uint8Array(100))
  const sequence = (k: GlobalSequence): SequenceMessage => ({
    viewId: view.id,
    globalSequence: k,
    names: [runOf(id(k), 1)],
  })
  const servable = (k: GlobalSequence) => (k < 2 ? sequence(k) : undefined)
  return new Answers({ pool, servable, answersMaxBytes })
}

describe('answers to retransmit requests', () => {
  it('hold what is held, requests before the messages that name them', () => {
    const parts = create().answer(memberId(2), asked, 1)
    expect(parts.map((part) => part.kind)).toEqual(['request', 'request', 'sequence', 'sequence'])
  })

  it('are not repeated at once to the same member, but to another, and later', () => {
    const answers = create()
    expect(answers.answer(memberId(2), asked, 1)).toHaveLength(4)
    expect(answers.answer(memberId(2), asked, 1)).toHaveLength(0)
    expect(answers.answer(memberId(0), asked, 1)).toHaveLength(4)
    answers.tick(2)
    expect(answers.answer(memberId(2), asked, 2)).toHaveLength(0)
    answers.tick(3)
    expect(answers.answer(memberId(2), asked, 3)).toHaveLength(4)
    expect(answers.answered).toBe(12)
  })

  it('are bounded in a tick for each member, and go on in the next', () => {
    const answers = create(200)
    expect(answers.answer(memberId(2), asked, 1)).toHaveLength(2)
    answers.tick(2)
    expect(answers.answer(memberId(2), asked, 2)).toHaveLength(2)
  })
})
