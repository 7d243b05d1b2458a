import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { Group } from '../../test/scenarios/raft/group.ts'
import { encodeAppliedContext } from './durable.ts'
import { noopEntry } from './entry.ts'
import { configurationOf } from './state.ts'
import { asIndex, asTerm } from './types.ts'

describe('a start', () => {
  /**
   * The position is committed without waiting for the disk. Its commit may survive a crash that the
   * write of the term, begun at the same time, does not.
   */
  function withStateOfLaterTerm(): Group {
    const group = new Group({ members: 3 })
    group.plantLog(1, [1, 2], 3)
    const member = group.member(1)
    member.applied = [
      { index: 1, text: '' },
      { index: 2, text: '' },
    ]
    member.appliedContext = encodeAppliedContext({
      entryTerm: asTerm(2),
      knownTerm: asTerm(4),
      configuration: configurationOf(group.core(1).state),
    })
    group.start(1)
    return group
  }

  it('never falls behind the term in which its state was known to be committed', () => {
    const group = withStateOfLaterTerm()
    expect(group.core(1).state).toMatchObject({ term: 4, votedFor: undefined })
    expect(group.durableTerm(1)).toBe(4)
  })

  it('does not listen to a leader that may lack what is applied here', () => {
    const group = withStateOfLaterTerm()
    group.inject(0, 1, {
      kind: 'append',
      term: asTerm(3),
      prevIndex: asIndex(1),
      prevTerm: asTerm(1),
      commitIndex: asIndex(1),
      entries: [noopEntry(asIndex(2), asTerm(3))],
    })
    expect(group.terms(1)).toEqual([1, 2])
    expect(group.network.at(-1)).toMatchObject({
      to: memberId(0),
      message: { kind: 'termOver', term: 4 },
    })
  })
})
