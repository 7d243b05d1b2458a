import { describe, expect, it } from 'vitest'
import { InvariantError } from '../../common/assert.ts'
import { type Envelope, Group } from '../../test/scenarios/raft/group.ts'
import type { ProposalId } from '../protocol.ts'
import { noopEntry } from './entry.ts'
import { type Append, asIndex, asTerm } from './types.ts'

const ofKind =
  (kind: string) =>
  ({ message }: Envelope) =>
    message.kind === kind

function append(term: number, prev: readonly [number, number], terms: readonly number[]): Append {
  const [prevIndex, prevTerm] = prev
  return {
    kind: 'append',
    term: asTerm(term),
    prevIndex: asIndex(prevIndex),
    prevTerm: asTerm(prevTerm),
    commitIndex: asIndex(0),
    entries: terms.map((each, place) => noopEntry(asIndex(prevIndex + place + 1), asTerm(each))),
  }
}

describe('log replication (paper, 5.3)', () => {
  it('delivers what is proposed at the leader, at every member, in one order', () => {
    const group = new Group({ members: 3 })
    group.elect(0)
    for (const text of ['a', 'b', 'c']) group.propose(0, text)
    group.settle()
    for (const id of [0, 1, 2]) expect(group.texts(id)).toEqual(['a', 'b', 'c'])
  })

  it('commits with a bare majority', () => {
    const group = new Group({ members: 5 })
    group.elect(0)
    group.isolate(3)
    group.isolate(4)
    group.propose(0, 'a')
    group.settle()
    expect(group.texts(2)).toEqual(['a'])
  })

  it('is one message for those that keep up, also while another does not', () => {
    const group = new Group({ members: 4 })
    group.crash(3)
    group.elect(0)
    group.core(0).propose({ id: 1 as ProposalId, payload: new Uint8Array(1) })
    const sent = group.core(0).takeReady()?.send ?? []
    const appends = sent.filter(({ message }) => message.kind === 'append')
    expect(appends.map(({ to }) => to)).toEqual([1, 2])
    expect(appends[0]?.message).toBe(appends[1]?.message)
  })

  it('does not commit without a majority', () => {
    const group = new Group({ members: 5 })
    group.elect(0)
    for (const id of [2, 3, 4]) group.isolate(id)
    group.propose(0, 'a')
    group.settle()
    expect(group.texts(0)).toEqual([])
  })

  it('sends entries at once, and counts its own copy only when it is durable', () => {
    const group = new Group({ members: 3 })
    group.elect(0)
    group.isolate(2)
    group.holdDisk(0)
    group.propose(0, 'a')
    expect(group.network.some(ofKind('append'))).toBe(true)
    group.settle()
    expect(group.core(0).state.commitIndex).toBe(1)
    group.releaseDisk(0)
    group.settle()
    expect(group.texts(1)).toEqual(['a'])
  })

  it('may commit before the leader itself is durable, but delivers there only after', () => {
    const group = new Group({ members: 3 })
    group.elect(0)
    group.holdDisk(0)
    group.propose(0, 'a')
    group.settle()
    expect(group.core(0).state.commitIndex).toBe(2)
    expect(group.texts(1)).toEqual(['a'])
    expect(group.texts(0)).toEqual([])
    group.releaseDisk(0)
    expect(group.texts(0)).toEqual(['a'])
  })

  it('makes a follower confirm only what is durable', () => {
    const group = new Group({ members: 3 })
    group.elect(0)
    group.holdDisk(1)
    group.isolate(2)
    group.propose(0, 'a')
    group.settle()
    expect(group.core(0).state.commitIndex).toBe(1)
    group.releaseDisk(1)
    group.settle()
    expect(group.core(0).state.commitIndex).toBe(2)
  })

  it('sends what is proposed between two Readys as one append, the same to all', () => {
    const group = new Group({ members: 5 })
    group.elect(0)
    group.proposeAll(0, ['a', 'b', 'c', 'd'])
    const appends = group.network.filter(ofKind('append'))
    expect(appends).toHaveLength(4)
    expect(
      appends.map(({ message }) => message.kind === 'append' && message.entries.length),
    ).toEqual([4, 4, 4, 4])
  })

  it('does not wait for one append before it sends the next, up to its window', () => {
    const group = new Group({ members: 2, options: { inflightAppendsMax: 3 } })
    group.elect(0)
    for (let count = 0; count < 10; count += 1) group.propose(0, `p${count}`)
    expect(group.network.filter(ofKind('append'))).toHaveLength(3)
    group.settle()
    expect(group.texts(1)).toHaveLength(10)
  })

  it('bounds an append in entries and in bytes', () => {
    const group = new Group({
      members: 2,
      options: { appendEntriesMax: 3, appendSizeMaxBytes: 200 },
    })
    group.elect(0)
    group.proposeAll(0, ['a', 'b', 'c', 'd', 'x'.repeat(150), 'y'.repeat(150), 'z'.repeat(500)])
    const counts = group.network
      .filter(ofKind('append'))
      .map(({ message }) => (message.kind === 'append' ? message.entries.length : 0))
    expect(counts).toEqual([3, 1, 1, 1, 1])
    group.settle()
    expect(group.texts(1)).toHaveLength(7)
  })

  it('tells followers of a new commit index at once, without waiting for a heartbeat', () => {
    const group = new Group({ members: 3 })
    group.elect(0)
    group.propose(0, 'a')
    group.settle()
    expect(group.texts(2)).toEqual(['a'])
    expect(group.core(0).state.now).toBeLessThan(100)
  })

  it('sends nothing but heartbeats when idle', () => {
    const sent = new Set<string>()
    const group = new Group({
      members: 3,
      onEvent: (event) => event.kind === 'sent' && sent.add(event.envelope.message.kind),
    })
    group.elect(0)
    group.propose(0, 'a')
    group.settle()
    sent.clear()
    for (let count = 0; count < 20; count += 1) group.heartbeat(0)
    expect([...sent].sort()).toEqual(['heartbeat', 'heartbeatReply'])
  })
})

describe('consistency check', () => {
  it('refuses an append that does not fit, and changes nothing', () => {
    const group = new Group({ members: 3 })
    group.plantLog(0, [1, 1])
    group.inject(1, 0, append(2, [5, 2], [2]))
    expect(group.network.at(-1)?.message).toMatchObject({ kind: 'appendRefused', hintIndex: 2 })
    expect(group.terms(0)).toEqual([1, 1])
  })

  const cases = [
    { log: [1, 1], prev: [2, 1], sent: [2], result: [1, 1, 2], because: 'adds what is new' },
    { log: [1, 1], prev: [0, 0], sent: [1, 1], result: [1, 1], because: 'keeps what is the same' },
    { log: [1, 1, 1], prev: [1, 1], sent: [1], result: [1, 1, 1], because: 'never shortens' },
    { log: [1, 1, 1], prev: [1, 1], sent: [2], result: [1, 2], because: 'replaces a conflict' },
    { log: [1, 2, 2], prev: [0, 0], sent: [1, 3, 3], result: [1, 3, 3], because: 'to its end' },
  ] as const
  for (const { log, prev, sent, result, because } of cases) {
    it(`${because}: ${log} + ${sent} after ${prev[0]} = ${result}`, () => {
      const group = new Group({ members: 3 })
      group.plantLog(0, log)
      group.inject(1, 0, append(4, prev, sent))
      expect(group.terms(0)).toEqual(result)
      const matchIndex = prev[0] + sent.length
      expect(group.network.at(-1)?.message).toMatchObject({
        kind: 'appendAccepted',
        term: 4,
        matchIndex,
      })
    })
  }

  it('never replaces a committed entry: that would be a bug, and stops the member', () => {
    const group = new Group({ members: 3 })
    group.elect(0)
    group.propose(0, 'a')
    group.settle()
    expect(() => group.inject(2, 1, append(9, [1, 1], [9]))).toThrow(InvariantError)
  })

  it('has one leader in a term: another is a bug, and stops the member', () => {
    const group = new Group({ members: 3 })
    group.elect(0)
    expect(() => group.inject(2, 0, append(1, [0, 0], []))).toThrow(InvariantError)
    expect(() => group.inject(2, 1, append(1, [0, 0], []))).toThrow(InvariantError)
  })
})

describe('backtracking', () => {
  it('skips whole terms: few questions, however long the conflict', () => {
    let refusals = 0
    const group = new Group({
      members: 3,
      onEvent: (event) => {
        if (event.kind === 'sent' && event.envelope.message.kind === 'appendRefused') refusals += 1
      },
    })
    const terms = (...runs: readonly (readonly [term: number, times: number])[]): number[] =>
      runs.flatMap(([term, times]) => Array<number>(times).fill(term))
    group.plantLog(0, terms([1, 3], [4, 50], [5, 50], [6, 1]), 7)
    group.plantLog(1, terms([1, 3], [2, 60], [3, 60]), 7)
    group.plantLog(2, terms([1, 3], [4, 50]), 7)
    group.elect(0)
    expect(group.terms(1)).toEqual(group.terms(0))
    expect(group.terms(2)).toEqual(group.terms(0))
    expect(refusals).toBeLessThanOrEqual(4)
  })

  it('finds the place after a lost append, and sends the rest again', () => {
    const group = new Group({ members: 2 })
    group.elect(0)
    group.propose(0, 'a')
    group.drop(ofKind('append'))
    group.propose(0, 'b')
    group.settle()
    expect(group.texts(1)).toEqual(['a', 'b'])
  })

  it('notices a lost append by the next heartbeats, though nothing follows it', () => {
    const group = new Group({ members: 2 })
    group.elect(0)
    group.propose(0, 'a')
    group.drop(ofKind('append'))
    for (let count = 0; count < 3; count += 1) group.heartbeat(0)
    expect(group.texts(1)).toEqual(['a'])
  })

  it('notices lost confirmations that fill its window', () => {
    const group = new Group({ members: 2, options: { inflightAppendsMax: 2 } })
    group.elect(0)
    group.propose(0, 'a')
    group.propose(0, 'b')
    while (group.deliverOne(({ to }) => to === 1)) group.drop(ofKind('appendAccepted'))
    group.propose(0, 'c')
    for (let count = 0; count < 4; count += 1) group.heartbeat(0)
    expect(group.texts(1)).toEqual(['a', 'b', 'c'])
  })

  it('takes messages in any order, and twice', () => {
    const group = new Group({ members: 2 })
    group.elect(0)
    for (const text of ['a', 'b', 'c', 'd']) group.propose(0, text)
    group.network.reverse()
    group.network.push(...group.network)
    group.settle()
    for (let count = 0; count < 3; count += 1) group.heartbeat(0)
    expect(group.texts(1)).toEqual(['a', 'b', 'c', 'd'])
  })
})

describe('durability', () => {
  it('a confirmation of entries replaced meanwhile does not count for the new ones', () => {
    const group = new Group({ members: 3 })
    group.plantLog(0, [1])
    group.holdDisk(0)
    group.inject(1, 0, append(2, [1, 1], [2, 2]))
    group.inject(2, 0, append(3, [1, 1], [3, 3]))
    expect(group.core(0).state.log.durableIndex).toBe(1)
    const write = group.member(0).writing?.write
    const entries = write !== undefined && 'entries' in write ? write.entries : []
    expect(entries.map(({ index }) => index)).toEqual([2, 3])
    group.holdDisk(0)
    group.writeReachesDisk(0)
    group.core(0).advance({ kind: 'persisted' })
    expect(group.core(0).state.log.durableIndex).toBe(1)
  })

  it('what was owed to an earlier leader is not said any more', () => {
    const group = new Group({ members: 3 })
    group.plantLog(0, [1])
    group.holdDisk(0)
    group.inject(1, 0, append(2, [1, 1], [2]))
    group.inject(1, 0, append(2, [2, 2], [2]))
    group.inject(2, 0, append(3, [1, 1], [3]))
    group.releaseDisk(0)
    const confirmed = group.network.filter(ofKind('appendAccepted'))
    expect(confirmed).toMatchObject([
      { to: 1, message: { term: 2, matchIndex: 2 } },
      { to: 2, message: { term: 3, matchIndex: 2 } },
    ])
  })

  it('a member comes back with its disk and goes on', () => {
    const group = new Group({ members: 3 })
    group.elect(0)
    group.propose(0, 'a')
    group.settle()
    group.crash(2)
    group.propose(0, 'b')
    group.settle()
    group.start(2)
    for (let count = 0; count < 3; count += 1) group.heartbeat(0)
    expect(group.texts(2)).toEqual(['a', 'b'])
  })

  it('all of them come back with their disks', () => {
    const group = new Group({ members: 3 })
    group.elect(0)
    group.propose(0, 'a')
    group.settle()
    for (const id of [0, 1, 2]) group.crash(id)
    for (const id of [0, 1, 2]) group.start(id)
    group.elect(1)
    group.propose(1, 'b')
    group.settle()
    expect(group.texts(2)).toEqual(['a', 'b'])
  })

  it('delivers no more ahead of what is applied than it may', () => {
    const group = new Group({ members: 1, options: { deliverAheadEntriesMax: 3 } })
    group.elect(0)
    group.member(0).applyHeld = true
    group.proposeAll(0, ['a', 'b', 'c', 'd', 'e'])
    expect(group.texts(0)).toEqual(['a', 'b', 'c'])
  })
})

describe('trimming', () => {
  const options = { trimStepEntries: 4 }

  it('forgets what all members hold and have applied, and still serves everybody', () => {
    const group = new Group({ members: 3, options })
    group.elect(0)
    for (let count = 0; count < 20; count += 1) group.propose(0, `p${count}`)
    group.settle()
    for (let count = 0; count < 3; count += 1) group.heartbeat(0)
    for (const id of [0, 1, 2]) {
      expect(group.member(id).trimmedTo).toBeGreaterThan(10)
      expect(group.core(id).state.log.baseIndex).toBe(group.member(id).trimmedTo + 1)
    }
    for (const id of [0, 1, 2]) group.start(id)
    group.elect(2)
    group.propose(2, 'after')
    group.settle()
    for (const id of [0, 1, 2]) expect(group.texts(id).at(-1)).toBe('after')
  })

  it('keeps everything that a member which is away will need', () => {
    const group = new Group({ members: 3, options })
    group.elect(0)
    group.propose(0, 'first')
    group.settle()
    group.crash(2)
    for (let count = 0; count < 30; count += 1) group.propose(0, `p${count}`)
    group.settle()
    for (let count = 0; count < 3; count += 1) group.heartbeat(0)
    expect(group.core(0).state.log.baseIndex).toBeLessThanOrEqual(2)
    group.start(2)
    for (let count = 0; count < 5; count += 1) group.heartbeat(0)
    expect(group.texts(2)).toHaveLength(31)
  })

  it('does not forget what is not durably applied', () => {
    const group = new Group({ members: 1, options })
    group.elect(0)
    group.member(0).applyHeld = true
    for (let count = 0; count < 20; count += 1) group.propose(0, `p${count}`)
    group.core(0).advance({ kind: 'applied', index: asIndex(15) })
    group.tick(0, 10)
    expect(group.member(0).trimmedTo).toBe(0)
    group.core(0).advance({ kind: 'appliedDurably', index: asIndex(10) })
    group.tick(0, 1)
    expect(group.member(0).trimmedTo).toBe(9)
  })

  it('goes on without a member that has lost what is trimmed', () => {
    const group = new Group({ members: 3, options })
    group.elect(0)
    for (let count = 0; count < 20; count += 1) group.propose(0, `p${count}`)
    group.settle()
    group.heartbeat(0)
    const lost = group.member(2)
    lost.disk = { meta: undefined, entries: [] }
    lost.applied = []
    lost.appliedContext = undefined
    group.start(2)
    for (let count = 0; count < 6; count += 1) group.heartbeat(0)
    group.propose(0, 'goes on')
    group.settle()
    expect(group.texts(1).at(-1)).toBe('goes on')
    expect(group.texts(2)).toEqual([])
    group.tick(1, 30)
    group.elect(0)
    group.elect(1)
    group.propose(1, 'and on')
    group.settle()
    expect(group.texts(0).at(-1)).toBe('and on')
    expect(group.core(1).status().members[2]?.details).toMatchObject({ state: 'stranded' })
  })
})
