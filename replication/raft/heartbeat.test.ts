import { describe, expect, it } from 'vitest'
import { Group, type GroupEvent } from '../../test/scenarios/raft/group.ts'

function groupOf(members: number, options: { readonly tellCommitToAll: boolean }) {
  const events: GroupEvent[] = []
  const group = new Group({ members, options, onEvent: (event) => events.push(event) })
  group.elect(0)
  group.heartbeat(0)
  events.length = 0
  return { group, events }
}

const toldAtOnce = (events: readonly GroupEvent[]) =>
  events.flatMap((event) =>
    event.kind === 'sent' && event.envelope.message.kind === 'commitMoved'
      ? [event.envelope.to as number]
      : [],
  )

describe('a new commit index', () => {
  it('is told to all at once, if all are to be told', () => {
    const { group, events } = groupOf(3, { tellCommitToAll: true })
    group.propose(0, 'a')
    group.settle()
    expect(toldAtOnce(events)).toEqual([1, 2])
  })

  it('is told to nobody else while only the leader waits for it, and to all by a heartbeat', () => {
    const { group, events } = groupOf(5, { tellCommitToAll: false })
    group.propose(0, 'a')
    group.settle()
    expect(toldAtOnce(events)).toEqual([])
    expect(group.texts(0)).toEqual(['a'])
    expect(group.texts(1)).toEqual([])
    group.heartbeat(0)
    for (const id of [1, 2, 3, 4]) expect(group.texts(id)).toEqual(['a'])
  })

  it('is told at once to who proposed the command', () => {
    const { group, events } = groupOf(5, { tellCommitToAll: false })
    group.propose(3, 'a')
    group.settle()
    expect(toldAtOnce(events)).toEqual([3])
    expect(group.texts(3)).toEqual(['a'])
  })

  it('is told to who was answered a read, which then needs nothing more', () => {
    const { group, events } = groupOf(5, { tellCommitToAll: false })
    group.propose(0, 'a')
    group.settle()
    group.read(2)
    group.settle()
    expect(group.texts(2)).toEqual(['a'])
    expect(events.some(({ kind }) => kind === 'passed')).toBe(true)
  })

  it('travels with the next append', () => {
    const { group } = groupOf(5, { tellCommitToAll: false })
    group.propose(0, 'a')
    group.settle()
    group.propose(0, 'b')
    group.settle()
    for (const id of [1, 2, 3, 4]) expect(group.texts(id)).toEqual(['a'])
  })
})
