import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { Answers } from './answers.ts'
import { defaultSequencerConfig } from './config.ts'
import type { Part, RequestId, RetransmitRequestPart, SequenceMessage } from './message.ts'
import { runOf } from './message.ts'
import { zeroRepairCounters } from './repair-counters.ts'
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
  const counters = zeroRepairCounters()
  const answers = new Answers({ pool, servable, suppressMs: 1, answersMaxBytes, counters })
  /** What member `to` gets. */
  const ask = (to: number, nowMs: number): readonly Part[] => {
    answers.asked(memberId(to), asked)
    return answers.take(nowMs).flatMap(({ parts }) => parts)
  }
  return { answers, ask, counters }
}

describe('answers to retransmit requests', () => {
  it('hold what is held, requests before the messages that name them', () => {
    const kinds = create()
      .ask(2, 1)
      .map((part) => part.kind)
    expect(kinds).toEqual(['request', 'request', 'sequence', 'sequence'])
  })

  it('are not repeated at once to the same member, but to another, and later', () => {
    const { ask, counters } = create()
    expect(ask(2, 1)).toHaveLength(4)
    expect(ask(2, 1.5)).toHaveLength(0)
    expect(ask(0, 1.5)).toHaveLength(4)
    expect(ask(2, 2.1)).toHaveLength(4)
    expect(counters).toMatchObject({ answered: 12, suppressed: 4 })
  })

  it('are one where the same ask has come twice', () => {
    const { answers } = create()
    answers.asked(memberId(2), asked)
    answers.asked(memberId(2), asked)
    expect(answers.take(1)).toHaveLength(1)
    expect(answers.take(1)).toHaveLength(0)
  })

  it('are a status alone where nothing else was asked for', () => {
    const { answers } = create()
    answers.asked(memberId(2), { kind: 'retransmitRequest', sequences: [], requests: [] })
    expect(answers.take(1)).toEqual([{ to: 2, parts: [] }])
  })

  it('are bounded in a tick for each member, and go on in the next', () => {
    const { answers, ask } = create(150)
    expect(ask(2, 1)).toHaveLength(2)
    expect(ask(2, 3)).toHaveLength(0)
    answers.tick()
    expect(ask(2, 5)).toHaveLength(2)
  })
})
