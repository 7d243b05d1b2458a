import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { Group, type GroupEvent } from '../../test/scenarios/raft/group.ts'
import { noopEntry } from './entry.ts'
import { asIndex, asTerm } from './types.ts'

/** Member 2 has been away for longer than the log of 0, the leader, reaches back. */
function behind() {
  const events: GroupEvent[] = []
  const options = { retainEntriesMax: 8, trimStepEntries: 2 }
  const group = new Group({ members: 3, options, onEvent: (event) => events.push(event) })
  group.elect(0)
  group.isolate(2)
  for (let count = 0; count < 40; count += 1) {
    group.propose(0, `w${count}`)
    live(group, 1)
  }
  group.heal()
  live(group, 10)
  const installs = () => events.filter(({ kind }) => kind === 'installed').length
  const wishes = () => events.flatMap((event) => (event.kind === 'fetching' ? [event.wanted] : []))
  return { group, events, installs, wishes }
}

function live(group: Group, ticks: number): void {
  for (let tick = 0; tick < ticks; tick += 1) {
    for (const { id, core } of group.members) if (core !== undefined) group.tick(id)
    group.settle()
  }
}

/** A leader of term 1 with a longer log than 0 has now sends entries from `first` to `last`. */
function append(group: Group, first: number, last: number): void {
  const entries = []
  for (let index = first; index <= last; index += 1) {
    entries.push(noopEntry(asIndex(index), asTerm(1)))
  }
  group.inject(0, 2, {
    kind: 'append',
    term: asTerm(1),
    prevIndex: asIndex(first - 1),
    prevTerm: asTerm(1),
    commitIndex: asIndex(first - 1),
    entries,
  })
}

function tellStranded(group: Group, from: number, lastIndex: number): void {
  const place = { term: group.core(2).state.term, lastIndex: asIndex(lastIndex) }
  const source = memberId(1)
  group.inject(from, 2, { kind: 'installState', ...place, lastTerm: asTerm(1), source })
}

describe('a state on its way', () => {
  it('is not installed over the log that has led there meanwhile', () => {
    const { group, installs } = behind()
    const { lastIndex } = group.core(2).state.log
    group.holdDisk(2)
    append(group, lastIndex + 1, lastIndex + 2)
    group.fetch(2, 0)
    expect(group.core(2).state.restoring?.kind).toBe('fetched')
    append(group, lastIndex + 3, 60)
    group.releaseDisk(2)
    expect(installs()).toBe(0)
    expect(group.core(2).state.log.lastIndex).toBe(60)
  })

  it('is not begun anew because the leader forgets more of its log', () => {
    const { group, wishes } = behind()
    expect(wishes()).toHaveLength(1)
    for (const lastIndex of [50, 60, 70]) tellStranded(group, 0, lastIndex)
    expect(wishes()).toHaveLength(1)
  })

  it('that is too old when it arrives is not installed; a newer one is asked for', () => {
    const { group, installs, wishes } = behind()
    tellStranded(group, 0, 60)
    group.fetch(2, 0)
    expect(installs()).toBe(0)
    expect(wishes().at(-1)?.atLeast).toBe(60)
    expect(group.core(2).state.restoring).toMatchObject({ kind: 'fetching', atLeast: 60 })
  })

  it('is asked for anew when somebody leads that is not among its sources', () => {
    const { group, wishes } = behind()
    group.inject(7, 2, {
      kind: 'installState',
      term: asTerm(2),
      lastIndex: asIndex(20),
      lastTerm: asTerm(1),
      source: memberId(7),
    })
    expect(wishes().at(-1)?.from[0]).toBe(7)
  })

  it('does not let questions of outsiders gather while it is being installed', () => {
    const { group } = behind()
    group.holdDisk(2)
    group.fetch(2, 0)
    expect(group.core(2).state.restoring?.kind).toBe('installing')
    for (let count = 0; count < 20; count += 1) {
      group.inject(7, 2, { kind: 'ask', incarnation: group.core(0).state.incarnation })
    }
    expect(group.core(2).state.outbox.promises).toEqual([])
  })

  it('costs the leader no entries', () => {
    const { group, events } = behind()
    const before = events.length
    live(group, 60)
    const entries = events.slice(before).flatMap((event) => {
      if (event.kind !== 'sent' || event.envelope.to !== 2) return []
      const { message } = event.envelope
      return message.kind === 'append' ? message.entries : []
    })
    expect(entries).toEqual([])
  })
})
