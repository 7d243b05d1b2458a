import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { addressOf, Group, type GroupEvent } from '../../test/scenarios/raft/group.ts'
import { configurationOf } from './state.ts'

const seatsAt = (group: Group, id: number): readonly string[] =>
  configurationOf(group.core(id).state)?.seats.map((seat) => `${seat.id} ${seat.role}`) ?? []

/** Events of one kind, as they come. */
function watch(setup: ConstructorParameters<typeof Group>[0]) {
  const events: GroupEvent[] = []
  const group = new Group({ ...setup, onEvent: (event) => events.push(event) })
  const refusals = () =>
    events.flatMap((event) => (event.kind === 'administered' ? [event.refusal ?? 'done'] : []))
  return { group, events, refusals }
}

/** Heartbeats and questions of everybody, several rounds of them. */
function live(group: Group, ticks: number): void {
  for (let tick = 0; tick < ticks; tick += 1) {
    for (const { id, core } of group.members) if (core !== undefined) group.tick(id)
    group.settle()
  }
}

describe('formation', () => {
  it('takes all configured members, and none of them twice', () => {
    const group = new Group({ members: 3, unformed: true })
    group.crash(2)
    live(group, 100)
    expect(group.roles()).toBe('follower follower down')
    expect(group.core(0).unavailableReason()).toMatch(/2 do not answer/)
    group.start(2)
    live(group, 100)
    expect(group.roles()).toMatch(/leader/)
    const seats = ['0 voter', '1 voter', '2 voter']
    for (const id of [0, 1, 2]) expect(seatsAt(group, id)).toEqual(seats)
  })

  it('of one needs nobody else', () => {
    const group = new Group({ members: 1, unformed: true })
    live(group, 100)
    expect(group.roles()).toBe('leader')
  })

  it('is told to a member that was down when it happened', () => {
    const group = new Group({ members: 3, unformed: true })
    for (let tick = 0; tick < 30; tick += 1) {
      for (const id of [0, 1, 2]) group.tick(id)
      group.drop(({ message, to }) => message.kind === 'found' && to === 2)
      group.settle()
    }
    expect(seatsAt(group, 0)).toHaveLength(3)
    live(group, 100)
    expect(seatsAt(group, 2)).toHaveLength(3)
  })

  it('never happens again when a majority has lost its disks', () => {
    const { group } = watch({ members: 3 })
    group.elect(0)
    group.propose(0, 'kept')
    group.settle()
    group.wipe(1)
    group.wipe(2)
    live(group, 400)
    expect(group.roles()).not.toMatch(/leader/)
    expect(group.core(1).unavailableReason()).toMatch(/replace 1/)
  })
})

describe('a lost disk', () => {
  it('counts in nothing until it is replaced, then gets everything and votes', () => {
    const { group, refusals } = watch({ members: 3 })
    group.elect(0)
    for (const text of ['a', 'b', 'c']) group.propose(0, text)
    group.settle()
    group.wipe(2)
    live(group, 40)
    expect(group.core(0).status().members[2]?.details.diskLost).toBe(true)
    // With 1 gone, 0 and an empty disk are no majority.
    group.crash(1)
    group.propose(0, 'not yet')
    live(group, 20)
    expect(group.texts(0)).not.toContain('not yet')
    group.start(1)
    live(group, 20)
    group.administer(0, { kind: 'replace', id: memberId(2), address: undefined })
    live(group, 60)
    expect(refusals()).toEqual(['done'])
    expect(seatsAt(group, 0)).toEqual(['0 voter', '1 voter', '2 voter'])
    expect(seatsAt(group, 2)).toEqual(['0 voter', '1 voter', '2 voter'])
    expect(group.texts(2)).toEqual(['a', 'b', 'c', 'not yet'])
    group.crash(1)
    group.propose(0, 'with the new disk')
    live(group, 20)
    expect(group.texts(2)).toContain('with the new disk')
  })

  it('is not replaced by a member that has its disk, or is not there', () => {
    const { group, refusals } = watch({ members: 3 })
    group.elect(0)
    live(group, 20)
    group.administer(0, { kind: 'replace', id: memberId(2), address: undefined })
    group.administer(0, { kind: 'replace', id: memberId(0), address: undefined })
    group.administer(0, { kind: 'replace', id: memberId(6), address: undefined })
    group.administer(1, { kind: 'remove', id: memberId(2) })
    expect(refusals()).toEqual([
      expect.stringMatching(/not heard/),
      expect.stringMatching(/leads the group/),
      expect.stringMatching(/no member 6/),
      expect.stringMatching(/Ask member 0/),
    ])
  })
})

describe('changes', () => {
  it('a new member is added, catches up, and votes', () => {
    const { group, refusals } = watch({ members: 3, spares: 1 })
    group.elect(0)
    group.propose(0, 'before')
    live(group, 30)
    group.administer(0, { kind: 'add', member: addressOf(memberId(3)), learner: false })
    live(group, 60)
    expect(refusals()).toEqual(['done'])
    expect(seatsAt(group, 3)).toEqual(['0 voter', '1 voter', '2 voter', '3 voter'])
    expect(group.texts(3)).toEqual(['before'])
  })

  it('a new member can be added again when the change was lost with its leader', () => {
    for (const heardOfIt of [false, true]) {
      const { group, refusals } = watch({ members: 3, spares: 1 })
      group.elect(0)
      live(group, 20)
      for (const to of [1, 2]) group.cut(0, to, true)
      group.administer(0, { kind: 'add', member: addressOf(memberId(3)), learner: false })
      // It asks where it belongs, and perhaps gets the entry that says so.
      if (!heardOfIt) group.drop(({ message }) => message.kind === 'append')
      live(group, 15)
      group.crash(0)
      group.heal()
      live(group, 200)
      const leader = [1, 2].find((id) => group.core(id).state.role.kind === 'leader') ?? -1
      expect(seatsAt(group, leader)).toHaveLength(3)
      group.administer(leader, { kind: 'add', member: addressOf(memberId(3)), learner: false })
      live(group, 60)
      expect(refusals().at(-1)).toBe('done')
      expect(seatsAt(group, 3)).toContain('3 voter')
    }
  })

  it('a removed member is told by the entry itself, and then sent nothing more', () => {
    const { group } = watch({ members: 3 })
    group.elect(0)
    live(group, 20)
    group.administer(0, { kind: 'remove', id: memberId(2) })
    live(group, 10)
    expect(seatsAt(group, 2)).toEqual(['0 voter', '1 voter'])
    expect(group.core(2).state.commitIndex).toBe(group.core(0).state.commitIndex)
    expect(group.core(0).state.role).toMatchObject({ leaving: [] })
  })

  it('a learner stays one until it is promoted', () => {
    const { group } = watch({ members: 3, spares: 1 })
    group.elect(0)
    live(group, 30)
    group.administer(0, { kind: 'add', member: addressOf(memberId(3)), learner: true })
    live(group, 60)
    expect(seatsAt(group, 0)).toContain('3 learner')
    group.administer(0, { kind: 'promote', id: memberId(3) })
    live(group, 60)
    expect(seatsAt(group, 0)).toContain('3 voter')
  })

  it('a removed member hears of it and is quiet', () => {
    const { group } = watch({ members: 3 })
    group.elect(0)
    live(group, 20)
    group.administer(0, { kind: 'remove', id: memberId(2) })
    live(group, 200)
    expect(seatsAt(group, 2)).toEqual(['0 voter', '1 voter'])
    expect(group.core(2).unavailableReason()).toMatch(/removed/)
    expect(group.core(0).state.term).toBe(1)
  })

  it('a removed member that was away disturbs nobody, and is told', () => {
    const { group } = watch({ members: 3 })
    group.elect(0)
    live(group, 20)
    group.isolate(2)
    group.administer(0, { kind: 'remove', id: memberId(2) })
    live(group, 300)
    group.heal()
    live(group, 300)
    expect(group.core(0).state.role.kind).toBe('leader')
    expect(group.core(0).state.term).toBe(1)
    expect(group.core(2).unavailableReason()).toMatch(/removed/)
  })

  it('a leader that removes itself steps down once that is committed, and another leads', () => {
    const { group } = watch({ members: 3 })
    group.elect(0)
    live(group, 20)
    group.administer(0, { kind: 'remove', id: memberId(0) })
    live(group, 100)
    expect(group.core(0).state.role.kind).toBe('follower')
    expect(seatsAt(group, 1)).toEqual(['1 voter', '2 voter'])
    expect([1, 2].some((id) => group.core(id).state.role.kind === 'leader')).toBe(true)
  })

  it('a member whose own removal nobody else knows still campaigns: it alone has the log', () => {
    const { group } = watch({ members: 2 })
    group.elect(0)
    live(group, 20)
    group.cut(0, 1, true)
    group.administer(0, { kind: 'remove', id: memberId(0) })
    live(group, 5)
    expect(seatsAt(group, 0)).toEqual(['1 voter'])
    expect(seatsAt(group, 1)).toEqual(['0 voter', '1 voter'])
    group.crash(0)
    group.heal()
    group.start(0)
    live(group, 300)
    expect(seatsAt(group, 1)).toEqual(['1 voter'])
    expect(group.roles()).toBe('follower leader')
  })

  it('one at a time, and none before an entry of the term is committed', () => {
    const { group, refusals } = watch({ members: 5 })
    group.campaign(0)
    while (group.core(0).state.role.kind !== 'leader') group.deliverOne()
    group.administer(0, { kind: 'remove', id: memberId(4) })
    expect(refusals().at(-1)).toMatch(/just been elected/)
    live(group, 20)
    group.administer(0, { kind: 'remove', id: memberId(4) })
    group.administer(0, { kind: 'remove', id: memberId(3) })
    expect(refusals().at(-1)).toMatch(/Another change/)
  })

  it('no voter is taken away while those that remain could not decide', () => {
    const { group, refusals } = watch({ members: 3 })
    group.elect(0)
    live(group, 20)
    group.crash(1)
    // Longer than a leader counts on it, and 2 answers at the end.
    live(group, 80)
    group.administer(0, { kind: 'remove', id: memberId(2) })
    expect(refusals().at(-1)).toMatch(/would need 2 of the 2 others, and 1 answer/)
  })
})

describe('leadership', () => {
  it('is handed over within the election timeout, and nothing is lost', () => {
    const { group, refusals } = watch({ members: 3 })
    group.elect(0)
    group.propose(0, 'before')
    group.administer(0, { kind: 'transfer', to: memberId(2) })
    group.settle()
    expect(group.roles()).toBe('follower follower leader')
    expect(refusals()).toEqual(['done'])
    live(group, 10)
    expect(group.texts(2)).toEqual(['before'])
  })

  it('is handed over once the successor is heard to lead, not when it campaigns', () => {
    const { group, refusals } = watch({ members: 3 })
    group.elect(0)
    group.administer(0, { kind: 'transfer', to: memberId(2) })
    while (group.core(0).state.role.kind === 'leader') group.deliverOne()
    expect(refusals()).toEqual([])
    group.settle()
    expect(refusals()).toEqual(['done'])
  })

  it('is not said to be handed over when the successor is heard no more', () => {
    const { group, refusals } = watch({ members: 3 })
    group.elect(0)
    group.administer(0, { kind: 'transfer', to: memberId(2) })
    while (group.core(0).state.role.kind === 'leader') group.deliverOne()
    group.crash(2)
    live(group, 200)
    expect(refusals()).toEqual([expect.stringMatching(/leads now, not member 2|nobody is heard/)])
  })

  it('is kept when the successor does not answer', () => {
    const { group, refusals } = watch({ members: 3 })
    group.elect(0)
    group.isolate(2)
    group.administer(0, { kind: 'transfer', to: memberId(2) })
    live(group, 70)
    expect(refusals()).toEqual([expect.stringMatching(/not taken over/)])
    group.propose(0, 'goes on')
    live(group, 10)
    expect(group.texts(0)).toEqual(['goes on'])
  })

  it('is handed over by a member that will stop', () => {
    const { group } = watch({ members: 3 })
    group.elect(0)
    live(group, 20)
    expect(group.core(1).mayStop()).toBe(true)
    group.stepAside(0)
    expect(group.core(0).mayStop()).toBe(false)
    group.settle()
    expect(group.core(0).mayStop()).toBe(true)
    expect(group.roles()).toMatch(/leader/)
  })
})
