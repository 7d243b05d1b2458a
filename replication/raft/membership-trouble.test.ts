import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import {
  addressOf,
  type Envelope,
  Group,
  type GroupEvent,
} from '../../test/scenarios/raft/group.ts'
import { configurationOf } from './state.ts'

const seatsAt = (group: Group, id: number): readonly string[] =>
  configurationOf(group.core(id).state)?.seats.map((seat) => `${seat.id} ${seat.role}`) ?? []

function watch(setup: ConstructorParameters<typeof Group>[0]) {
  const events: GroupEvent[] = []
  const group = new Group({ ...setup, onEvent: (event) => events.push(event) })
  const refusals = () =>
    events.flatMap((event) => (event.kind === 'administered' ? [event.refusal ?? 'done'] : []))
  const rejected = () => events.filter(({ kind }) => kind === 'rejected')
  const passed = () => events.filter(({ kind }) => kind === 'passed').length
  return { group, refusals, rejected, passed }
}

function live(group: Group, ticks: number): void {
  for (let tick = 0; tick < ticks; tick += 1) {
    for (const { id, core } of group.members) if (core !== undefined) group.tick(id)
    group.settle()
  }
}

/** Member 0 leads, and appends what removes `id`; nobody else hears of it, and 0 starts again. */
function removedBeforeAnybodyKnows(group: Group, id: number): void {
  group.elect(0)
  live(group, 20)
  group.administer(0, { kind: 'remove', id: memberId(id) })
  group.drop(({ from }) => from === 0)
  group.start(0)
}

describe('a removal that only the removed leader has in its log', () => {
  it('of a group of two is agreed by that leader, elected anew (dissertation, figure 4.6)', () => {
    const { group } = watch({ members: 2 })
    removedBeforeAnybodyKnows(group, 0)
    live(group, 300)
    expect(group.roles()).toBe('follower leader')
    expect(seatsAt(group, 0)).toEqual(['1 voter'])
    expect(group.core(0).unavailableReason()).toMatch(/removed/)
  })

  it('of a group of four does not lock out the majority that lives', () => {
    const { group } = watch({ members: 4 })
    removedBeforeAnybodyKnows(group, 0)
    group.crash(3)
    live(group, 400)
    expect(group.roles()).toMatch(/leader/)
    expect(seatsAt(group, 1)).toEqual(['1 voter', '2 voter', '3 voter'])
  })
})

describe('a leader that removes itself', () => {
  it('takes proposals and reads until that is agreed', () => {
    const { group, rejected } = watch({ members: 3 })
    group.elect(0)
    live(group, 20)
    group.administer(0, { kind: 'remove', id: memberId(0) })
    group.propose(0, 'meanwhile')
    group.read(0)
    group.tick(0)
    expect(rejected()).toEqual([])
    live(group, 100)
    expect(group.texts(1)).toEqual(['meanwhile'])
  })
})

describe('a removed member', () => {
  function withLearner() {
    const watched = watch({ members: 3, spares: 1 })
    const { group } = watched
    group.elect(0)
    live(group, 30)
    group.administer(0, { kind: 'add', member: addressOf(memberId(3)), learner: true })
    live(group, 30)
    return watched
  }

  it('that lags gets its log up to its removal', () => {
    const { group } = withLearner()
    group.isolate(3)
    group.propose(0, 'missed')
    live(group, 20)
    group.administer(0, { kind: 'remove', id: memberId(3) })
    live(group, 20)
    group.heal()
    live(group, 60)
    expect(seatsAt(group, 3)).toEqual(['0 voter', '1 voter', '2 voter'])
  })

  it('that never voted is told so when it comes back, and can be added again', () => {
    const { group, refusals } = withLearner()
    group.isolate(3)
    group.administer(0, { kind: 'remove', id: memberId(3) })
    live(group, 300)
    group.heal()
    live(group, 300)
    expect(group.core(3).unavailableReason()).toMatch(/removed/)
    group.administer(0, { kind: 'add', member: addressOf(memberId(3)), learner: true })
    live(group, 60)
    expect(refusals().at(-1)).toBe('done')
    expect(seatsAt(group, 3)).toContain('3 learner')
    expect(group.core(3).unavailableReason()).toBeUndefined()
  })

  it('that voted can be added again though it has not heard of its removal', () => {
    const { group, refusals } = watch({ members: 3 })
    group.elect(0)
    live(group, 20)
    group.isolate(2)
    group.administer(0, { kind: 'remove', id: memberId(2) })
    live(group, 300)
    group.heal()
    live(group, 600)
    group.administer(0, { kind: 'add', member: addressOf(memberId(2)), learner: false })
    live(group, 60)
    expect(refusals()).toEqual(['done', 'done'])
    expect(seatsAt(group, 2)).toContain('2 voter')
  })

  it('whose seat another disk has got is told so, too', () => {
    const { group } = watch({ members: 3 })
    group.elect(0)
    live(group, 20)
    const { disk, wipes } = group.member(2)
    const old = { meta: disk.meta, entries: [...disk.entries] }
    group.wipe(2)
    live(group, 20)
    group.administer(0, { kind: 'replace', id: memberId(2), address: undefined })
    live(group, 60)
    Object.assign(group.member(2), { disk: old, wipes, applied: [], appliedContext: undefined })
    group.start(2)
    // It runs elsewhere: what the leader sends to 2 goes to the new disk.
    const toSeat = ['append', 'heartbeat', 'commitMoved']
    for (let tick = 0; tick < 400; tick += 1) {
      for (const { id } of group.members) group.tick(id)
      group.drop(({ to, message }) => to === 2 && toSeat.includes(message.kind))
      group.settle()
    }
    expect(group.core(2).unavailableReason()).toMatch(/removed/)
  })
})

describe('a read', () => {
  it('passes though those whose answer it waits for have lost their vote', () => {
    const { group, passed } = watch({ members: 2 })
    group.elect(0)
    live(group, 20)
    group.read(0)
    group.drop(({ from }) => from === 0)
    group.administer(0, { kind: 'remove', id: memberId(1) })
    live(group, 20)
    expect(passed()).toBe(1)
  })
})

describe('an action', () => {
  it('ends, though the next one comes in the moment in which it is agreed', () => {
    const { group, refusals } = watch({ members: 5 })
    group.elect(0)
    live(group, 20)
    group.administer(0, { kind: 'remove', id: memberId(4) })
    while (group.deliverOne(({ to }) => to !== 0)) {}
    const core = group.core(0)
    for (const { from, message } of group.drop(({ to }) => to === 0)) core.receive(from, message)
    group.administer(0, { kind: 'remove', id: memberId(3) })
    live(group, 20)
    expect(refusals()).toHaveLength(2)
  })

  it('takes no voter away on the word of members that never answered this leader', () => {
    const { group, refusals } = watch({ members: 3 })
    group.crash(1)
    group.elect(0)
    group.administer(0, { kind: 'remove', id: memberId(2) })
    expect(refusals()).toEqual([
      expect.stringMatching(/would need 2 of the 2 others, and 1 answer/),
    ])
  })
})

describe('a joining member', () => {
  it('votes in the end, however busy the group is', () => {
    const { group } = watch({ members: 3, spares: 1, options: { promoteLagEntries: 1 } })
    group.elect(0)
    live(group, 30)
    group.administer(0, { kind: 'add', member: addressOf(memberId(3)), learner: false })
    // What 3 confirms is always of the last tick, and more has been written since.
    let late: readonly Envelope[] = []
    for (let tick = 0; tick < 100; tick += 1) {
      for (const text of ['a', 'b', 'c']) group.propose(0, `${text}${tick}`)
      for (const { id } of group.members) group.tick(id)
      while (group.deliverOne(({ from }) => from !== 3)) {}
      const now = group.drop(({ from }) => from === 3)
      group.network.push(...late)
      group.settle()
      late = now
    }
    expect(seatsAt(group, 0)).toContain('3 voter')
  })

  it('is heard, however many others have asked long ago', () => {
    const { group } = watch({ members: 3 })
    group.elect(0)
    const incarnation = group.core(0).state.incarnation
    for (let id = 10; id < 42; id += 1) group.inject(id, 0, { kind: 'ask', incarnation })
    group.drop(({ to }) => to >= 10)
    live(group, 300)
    group.inject(50, 0, { kind: 'ask', incarnation })
    expect([...group.core(0).state.outsiders.keys()]).toContain(50)
  })
})

describe('a transfer', () => {
  it('has failed when the lead is lost otherwise', () => {
    const { group, refusals } = watch({ members: 3 })
    group.elect(0)
    live(group, 20)
    group.isolate(0)
    group.tick(0, 30)
    group.administer(0, { kind: 'transfer', to: memberId(2) })
    group.tick(0, 50)
    expect(group.core(0).state.role.kind).toBe('follower')
    expect(refusals()).toEqual([expect.stringMatching(/lost the lead/)])
  })
})
