/**
 * Gather waits for those that it has chosen to name the same choice. These members are heard, and
 * never do, or never go on: broken, but talking. Nobody may wait for them for ever.
 */
import { describe, expect, it } from 'vitest'
import type { Part, SequencerMessage } from '../../../replication/sequencer/message.ts'
import { ScenarioGroup } from './group.ts'

/** With the timeouts of scenarios: 20 ticks until a member is missed. */
const boundTicks = 250

type Broken = { readonly id: number; readonly neverSays: readonly Part['kind'][] }

/** It would join nobody, whoever is there, and leaves out what it should say besides. */
function speakingAs({ id, neverSays }: Broken) {
  return ({ header, parts }: SequencerMessage): SequencerMessage => {
    if (header.sender !== id) return { header, parts }
    const said = parts.filter(({ kind }) => !neverSays.includes(kind))
    const undecided = said.map((part): Part => {
      if (part.kind !== 'join') return part
      const records = part.records.map((one) => (one.member === id ? { ...one, choice: 0 } : one))
      return { ...part, records }
    })
    return { header, parts: undecided }
  }
}

function inView(group: ScenarioGroup, ids: readonly number[]): readonly number[][] {
  return ids.map((id) => {
    const { state } = group.coreOf(id).node
    return state.kind === 'operational' ? state.duties.view.seats.map((seat) => seat.id) : []
  })
}

/** All are in a view; then one is broken, another one dies, and a new view is needed. */
function viewsAfter(members: number, { broken, dead }: { broken: Broken; dead: number }) {
  const group = new ScenarioGroup({ members })
  for (const { id } of group.members) group.start(id)
  group.settle()
  group.disguise(speakingAs(broken))
  group.crash(dead)
  for (let ticks = 0; ticks < boundTicks; ticks += 1) group.tick()
  return (...ids: readonly number[]) => inView(group, ids)
}

describe('a member that is heard and never names the choice of the others', () => {
  it('is in the next view if it answers: the others cannot do without it', () => {
    const views = viewsAfter(3, { broken: { id: 2, neverSays: [] }, dead: 1 })
    expect(views(0, 2)).toEqual(Array(2).fill([0, 2]))
  })

  it('is left out if it does not answer, either', () => {
    const views = viewsAfter(5, { broken: { id: 3, neverSays: ['promise'] }, dead: 4 })
    expect(views(0, 1, 2)).toEqual(Array(3).fill([0, 1, 2]))
  })

  it('is left out if it should propose and does not', () => {
    const views = viewsAfter(5, { broken: { id: 0, neverSays: ['propose', 'promise'] }, dead: 4 })
    expect(views(1, 2, 3)).toEqual(Array(3).fill([1, 2, 3]))
  })
})

describe('a representative whose disk hangs', () => {
  it('does not hold it against those whom it has not asked', () => {
    const group = new ScenarioGroup({ members: 3 })
    for (const { id } of group.members) group.start(id)
    group.settle()
    group.holdDisk(0)
    const { node } = group.coreOf(0)
    node.returnToGather('the test')
    for (let ticks = 0; ticks < 200; ticks += 1) {
      group.tick()
      expect(node.damping.damped(node.now)).toEqual([])
    }
    const unanswered = node.transitions.all.filter(({ reason }) => /not answered/.test(reason))
    expect(unanswered.length).toBeGreaterThan(1)
    expect(inView(group, [1, 2])).toEqual([
      [1, 2],
      [1, 2],
    ])
  })
})
