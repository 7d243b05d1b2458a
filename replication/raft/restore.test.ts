import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { Group, type GroupEvent } from '../../test/scenarios/raft/group.ts'
import { asIndex } from './types.ts'

const small = { retainEntriesMax: 8, trimStepEntries: 2, promoteLagEntries: 1 }

function behind(options = small, prepare: (group: Group) => void = () => undefined) {
  const events: GroupEvent[] = []
  const group = new Group({ members: 3, options, onEvent: (event) => events.push(event) })
  prepare(group)
  group.elect(0)
  group.propose(0, 'first')
  group.settle()
  group.isolate(2)
  for (let count = 0; count < 40; count += 1) {
    group.propose(0, `w${count}`)
    live(group, 1)
  }
  return { group, events }
}

function live(group: Group, ticks: number): void {
  for (let tick = 0; tick < ticks; tick += 1) {
    for (const { id, core } of group.members) if (core !== undefined) group.tick(id)
    group.settle()
  }
}

const installs = (events: readonly GroupEvent[]) =>
  events.filter(({ kind }) => kind === 'installed').length

describe('compaction', () => {
  it('keeps so many entries for a member that is away, and no more', () => {
    const { group } = behind()
    const { log } = group.core(0).state
    expect(log.lastIndex - log.baseIndex).toBeLessThanOrEqual(8 + 2)
    expect(log.baseIndex).toBeGreaterThan(20)
  })

  it('keeps so many bytes', () => {
    const { group } = behind({ ...small, retainEntriesMax: 1_000, ...{ retainSizeMaxBytes: 300 } })
    const { log } = group.core(0).state
    expect(log.lastIndex - log.baseIndex).toBeLessThanOrEqual(300 / 27 + 2)
  })

  it('goes never beyond what is durably applied', () => {
    const group = new Group({ members: 3, options: small })
    group.elect(0)
    group.member(0).applyHeld = true
    for (let count = 0; count < 40; count += 1) group.propose(0, `w${count}`)
    live(group, 10)
    expect(group.core(0).state.log.baseIndex).toBe(0)
  })
})

describe('a follower behind the log', () => {
  it('is told to get the state from one that keeps up, installs it, and goes on', () => {
    const { group, events } = behind()
    group.heal()
    live(group, 20)
    const wish = events.find(({ kind }) => kind === 'fetching')
    const { baseIndex } = group.core(0).state.log
    expect(wish).toMatchObject({ member: 2, wanted: { from: [1, 0], atLeast: baseIndex } })
    group.fetch(2, 1)
    group.propose(0, 'after')
    live(group, 20)
    expect(installs(events)).toBe(1)
    expect(group.texts(2)).toEqual(group.texts(0))
    expect(group.core(0).state.role).toMatchObject({ kind: 'leader' })
    expect(group.core(0).status().members[2]?.details).toMatchObject({ state: 'replicate' })
  })

  it('starts from the installed state after a crash, before and after the first append', () => {
    const { group } = behind()
    group.heal()
    live(group, 10)
    group.fetch(2, 0)
    group.start(2)
    expect(group.core(2).state.log.baseIndex).toBe(group.core(0).state.log.lastIndex)
    group.propose(0, 'after')
    live(group, 20)
    group.start(2)
    live(group, 20)
    expect(group.texts(2)).toEqual(group.texts(0))
  })

  it('installs nothing when a crash comes first, and asks again', () => {
    const { group, events } = behind()
    group.heal()
    live(group, 10)
    group.holdDisk(2)
    group.fetch(2, 0)
    group.crash(2)
    group.member(2).diskHeld = false
    group.start(2)
    expect(group.texts(2)).toEqual(['first'])
    live(group, 20)
    group.fetch(2, 0)
    live(group, 20)
    expect(installs(events)).toBe(1)
    expect(group.texts(2)).toEqual(group.texts(0))
  })

  it('drops the whole log that it had, also a tail that reaches beyond the state', () => {
    // 2 led term 2, and nobody else has heard of what it wrote.
    const tail = Array.from({ length: 80 }, () => 2)
    const { group } = behind(small, (before) => {
      for (const id of [0, 1]) before.plantLog(id, [1], 2)
      before.plantLog(2, [1, ...tail])
      before.isolate(2)
    })
    group.heal()
    live(group, 10)
    expect(group.core(2).state.log.lastIndex).toBe(81)
    group.fetch(2, 0)
    live(group, 20)
    expect(group.core(2).state.log.lastIndex).toBe(group.core(0).state.log.lastIndex)
    expect(group.texts(2)).toEqual(group.texts(0))
  })

  it('ignores a state that it does not need any more', () => {
    const { group, events } = behind({ ...small, retainEntriesMax: 1_000 })
    group.heal()
    live(group, 20)
    const { index, context } = { index: asIndex(5), context: group.member(0).appliedContext }
    group.core(2).advance({ kind: 'fetched', position: { index, context } })
    live(group, 5)
    expect(installs(events)).toBe(0)
  })

  it('says nothing about its log while the state is being installed', () => {
    const { group } = behind()
    group.heal()
    live(group, 10)
    group.holdDisk(2)
    group.fetch(2, 0)
    group.propose(0, 'meanwhile')
    group.drop(({ from }) => from === 2)
    live(group, 3)
    expect(group.core(2).state.outbox.accepted).toBeUndefined()
    expect(group.texts(0)).toContain('meanwhile')
    group.releaseDisk(2)
    live(group, 20)
    expect(group.texts(2)).toEqual(group.texts(0))
  })

  it('takes over the term in which its source knew the state to be committed', () => {
    const { group } = behind()
    // 1 leads a later term, of which 0 and 2 have not heard.
    group.heal()
    group.isolate(0)
    live(group, 200)
    const late = group.core(1).state.term
    group.propose(1, 'late')
    live(group, 10)
    expect(late).toBeGreaterThan(1)
    group.start(2)
    live(group, 10)
    group.fetch(2, 1)
    expect(group.durableTerm(2)).toBeGreaterThanOrEqual(late)
  })

  it('keeps what it needs next while it gets the state', () => {
    const { group } = behind()
    group.heal()
    live(group, 6)
    const { baseIndex } = group.core(0).state.log
    for (let count = 0; count < 20; count += 1) {
      group.propose(0, `m${count}`)
      live(group, 1)
    }
    expect(group.core(0).state.log.baseIndex).toBe(baseIndex)
    group.fetch(2, memberId(1))
    live(group, 20)
    expect(group.texts(2)).toEqual(group.texts(0))
  })
})
