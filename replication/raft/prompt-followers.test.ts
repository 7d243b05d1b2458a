import { describe, expect, it } from 'vitest'
import { Group, type GroupEvent } from '../../test/scenarios/raft/group.ts'

function groupOfFive() {
  const events: GroupEvent[] = []
  const options = { appendToAllAtOnce: false, tellCommitToAll: false }
  const group = new Group({ members: 5, options, onEvent: (event) => events.push(event) })
  group.elect(0)
  group.heartbeat(0)
  events.length = 0
  return { group, events }
}

/** Who was sent entries since the last call. */
function appendedTo(events: GroupEvent[]): readonly number[] {
  return events.splice(0).flatMap((event) => {
    if (event.kind !== 'sent' || event.envelope.message.kind !== 'append') return []
    return event.envelope.message.entries.length > 0 ? [event.envelope.to as number] : []
  })
}

describe('members that share a machine', () => {
  it('get entries at once if a quorum needs them, the others at the next tick, together', () => {
    const { group, events } = groupOfFive()
    group.propose(0, 'a')
    group.settle()
    appendedTo(events)
    group.propose(0, 'b')
    group.settle()
    group.propose(0, 'c')
    group.settle()
    const prompt = appendedTo(events)
    expect(new Set(prompt).size).toBe(2)
    expect(prompt).toHaveLength(4)
    expect(group.texts(0)).toEqual(['a', 'b', 'c'])
    group.tick(0)
    group.settle()
    const others = [1, 2, 3, 4].filter((id) => !prompt.includes(id))
    expect(appendedTo(events)).toEqual(others)
  })

  it('get them at once where somebody waits: who proposed, and who reads', () => {
    const { group, events } = groupOfFive()
    group.propose(0, 'a')
    group.settle()
    const prompt = new Set(appendedTo(events).slice(0, 2))
    const other = [1, 2, 3, 4].find((id) => !prompt.has(id)) ?? 0
    group.propose(other, 'mine')
    group.settle()
    expect(group.texts(other)).toContain('mine')
    group.propose(0, 'b')
    group.settle()
    group.read(other)
    group.settle()
    expect(group.texts(other)).toContain('b')
    expect(events.some(({ kind }) => kind === 'passed')).toBe(true)
  })

  it('make up for one that does not confirm, within two ticks', () => {
    const { group, events } = groupOfFive()
    group.propose(0, 'a')
    group.settle()
    group.propose(0, 'b')
    group.settle()
    const [dead = 1] = appendedTo(events).slice(-2)
    group.crash(dead)
    group.tick(0)
    group.settle()
    group.propose(0, 'c')
    group.settle()
    expect(group.texts(0)).not.toContain('c')
    for (let ticks = 0; ticks < 2; ticks += 1) {
      group.tick(0)
      group.settle()
    }
    expect(group.texts(0)).toContain('c')
    // The next ones do not wait for it again.
    group.propose(0, 'd')
    group.settle()
    expect(group.texts(0)).toContain('d')
  })

  it('all get them at once while too few are fit', () => {
    const { group, events } = groupOfFive()
    for (const id of [1, 2]) group.crash(id)
    for (let ticks = 0; ticks < 20; ticks += 1) {
      group.tick(0)
      group.settle()
    }
    events.length = 0
    group.propose(0, 'a')
    group.settle()
    expect(group.texts(0)).toEqual(['a'])
    expect(appendedTo(events)).toEqual(expect.arrayContaining([3, 4]))
  })
})
