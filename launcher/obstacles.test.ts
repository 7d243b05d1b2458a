import { expect, it } from 'vitest'
import { memberId } from '../common/member.ts'
import { LastingReason, obstacleOf } from './obstacles.ts'

const members = (problems: readonly string[]) =>
  problems.map((problem, id) => ({ id: memberId(id), problem }))

it('says once who is missing, when that has lasted, and again when it is somebody else', () => {
  const said: string[] = []
  const told = new LastingReason((reason) => said.push(reason))
  const look = (reason: string | undefined, times: number) => {
    for (let time = 0; time < times; time += 1) told.seen(reason)
  }
  look('member 2 has not been heard for 1.5 s', 4)
  expect(said).toEqual([])
  for (const seconds of ['2.5', '3.5', '4.5'])
    look(`member 2 has not been heard for ${seconds} s`, 1)
  expect(said).toEqual(['member 2 has not been heard for 2.5 s'])
  look(undefined, 1)
  look('member 3 has not been heard', 5)
  expect(said).toHaveLength(2)
})

it('names the members that do not answer, unless the group does so itself', () => {
  const refused = 'connect ECONNREFUSED'
  const reason = 'There is no leader: 2 of 3 are needed.'
  const three = members(['', refused, refused])
  expect(obstacleOf({ writable: false, reason, members: three })).toBe(
    'There is no leader: 2 of 3 are needed; members 1 and 2 do not answer.',
  )
  const founding = 'The group is new, and forms once all are there; member 1 has not been heard.'
  const two = members(['', refused, ''])
  expect(obstacleOf({ writable: false, reason: founding, members: two })).toBe(founding)
  expect(obstacleOf({ writable: true, reason: '', members: two })).toBeUndefined()
})

it('says nothing of a group of which nobody has come up yet', () => {
  const silent = members(['no answer', 'no answer'])
  expect(obstacleOf({ writable: false, reason: 'no', members: silent })).toBeUndefined()
})
