import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { Company } from './company.ts'
import { defaultSequencerConfig } from './config.ts'
import { Issuer } from './issue.ts'
import { RequestPool } from './request-pool.ts'
import { SenderOrder } from './sender-order.ts'
import { SequenceLog } from './sequence-log.ts'
import type { GlobalSequence, Incarnation, LocalSequence } from './view.ts'
import { viewOf } from './view.fixture.ts'

const view = viewOf([0, 1, 2])
const idle = { backlogEntries: 0, backlogBytes: 0 }

/** All members' turns on one log, as if they held the same: request by member 0. */
function create() {
  const pool = new RequestPool(defaultSequencerConfig)
  const log = new SequenceLog({
    pool,
    order: new SenderOrder(),
    lastTrimmed: -1 as GlobalSequence,
    trimmedView: undefined,
    sequenceWindow: 64,
    checkSenderOrder: true,
  })
  let stable = -1
  const company = new Company()
  const issuers = view.seats.map(
    ({ id: self }) =>
      new Issuer({
        self,
        view,
        log,
        pool,
        stableUpTo: () => stable as GlobalSequence,
        company,
        config: defaultSequencerConfig,
        plantedBug: undefined,
      }),
  )
  let next = 0
  return {
    request: (count: number) => {
      for (let left = count; left > 0; left -= 1) {
        const stream = { sender: memberId(0), incarnation: 7 as Incarnation }
        pool.hold({ ...stream, localSequence: next as LocalSequence }, new Uint8Array(8))
        next += 1
      }
    },
    /** Whoever's turn it is. */
    issue: (nowMs: number) => {
      const issuer = issuers[(log.orderedUpTo + 1) % issuers.length]
      return issuer?.issue(idle, nowMs)?.names.map(({ count }) => count)
    },
    isBusyAt: (nowMs: number) => {
      for (let write = 0; write < 10; write += 1) company.hasWritten(nowMs)
    },
    becomesStable: (k: number) => {
      stable = k
    },
  }
}

describe('while an earlier number is under way', () => {
  it('issues at once where little is written', () => {
    const { request, issue } = create()
    request(1)
    expect(issue(0)).toEqual([1])
    request(1)
    expect(issue(0)).toEqual([1])
  })

  it('lets a single request wait for others under load, until it is stable', () => {
    const { request, issue, isBusyAt, becomesStable } = create()
    isBusyAt(100)
    request(1)
    expect(issue(100)).toEqual([1])
    request(1)
    expect(issue(100.5)).toBeUndefined()
    becomesStable(0)
    expect(issue(100.6)).toEqual([1])
  })

  it('waits no longer than a moment, nor when there is another', () => {
    const { request, issue, isBusyAt } = create()
    isBusyAt(100)
    request(1)
    expect(issue(100)).toEqual([1])
    request(1)
    expect(issue(100)).toBeUndefined()
    request(1)
    expect(issue(100)).toEqual([2])
    request(1)
    expect(issue(100)).toBeUndefined()
    expect(issue(100.9)).toBeUndefined()
    expect(issue(101)).toEqual([1])
    request(1)
    expect(issue(101)).toBeUndefined()
  })
})
