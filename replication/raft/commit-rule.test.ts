import { describe, expect, it } from 'vitest'
import { InvariantError } from '../../common/assert.ts'
import { Group } from '../../test/scenarios/raft/group.ts'
import type { PlantedBug } from './state.ts'

/**
 * Figure 8 of the paper, (c): member 0 leads term 4. Its entry 2, of term 2, has reached members 1
 * and 2, a majority; its entry 3, of term 4, nobody. Member 4 has an entry of term 3 at index 2.
 */
function figure8(plantedBug?: PlantedBug): Group {
  const group = new Group({
    members: 5,
    options: { appendEntriesMax: 1 },
    ...(plantedBug === undefined ? {} : { plantedBug }),
  })
  group.plantLog(0, [1, 2], 3)
  for (const id of [1, 2, 3]) group.plantLog(id, [1], 3)
  group.plantLog(4, [1, 3], 3)
  group.isolate(3)
  group.isolate(4)
  group.campaign(0)
  do loseEntry3(group)
  while (group.deliverOne())
  expect(group.terms(0)).toEqual([1, 2, 4])
  expect(group.terms(1)).toEqual([1, 2])
  expect(group.terms(2)).toEqual([1, 2])
  return group
}

/** What arrives and fits. What does not fit is needed to find where the logs meet. */
function loseEntry3(group: Group): void {
  group.drop(
    ({ to, message }) =>
      message.kind === 'append' &&
      message.entries.some(({ term }) => term === 4) &&
      group.core(to).state.log.lastIndex >= message.prevIndex,
  )
}

/** Figure 8 (d): the leader is gone, and member 4 gets the votes of those who have entry 2. */
function memberFourLeads(group: Group): void {
  group.heal()
  group.crash(0)
  for (const id of [1, 2]) group.tick(id, group.core(id).state.options.electionMinTicks)
  // It does not know of term 4 yet: the first attempt tells it.
  group.elect(4)
  group.elect(4)
}

describe('commit rule (paper, 5.4.2)', () => {
  it('does not commit an entry of an earlier term by counting, though a majority holds it', () => {
    expect(figure8().core(0).state.commitIndex).toBe(0)
  })

  it('is right in that: such an entry can still be replaced', () => {
    const group = figure8()
    memberFourLeads(group)
    expect(group.core(4).state.role.kind).toBe('leader')
    for (const id of [1, 2, 3]) expect(group.terms(id)).toEqual([1, 3, 5])
  })

  it('commits it together with the first entry of the new term', () => {
    const group = figure8()
    for (let count = 0; count < 3; count += 1) group.heartbeat(0)
    expect(group.core(0).state.commitIndex).toBe(3)
    memberFourLeads(group)
    expect(group.core(4).state.role.kind).not.toBe('leader')
  })

  it('if it is broken, a committed entry is about to be replaced, and the member stops', () => {
    const group = figure8('commitOlderTerm')
    expect(group.core(0).state.commitIndex).toBe(2)
    expect(group.core(1).state.commitIndex).toBe(2)
    expect(() => memberFourLeads(group)).toThrow(InvariantError)
  })
})
