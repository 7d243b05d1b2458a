import { expect, test } from 'vitest'
import { memberId } from '../../common/member.ts'
import { findMember } from './arguments.ts'

const members = [0, 1].map((id) => ({ id: memberId(id), host: 'localhost', port: 6080 + 5 * id }))

test('--id names one of the configured members', () => {
  expect(findMember(members, ['--id', '1'])).toBe(members[1])
  expect(findMember(members, ['--id=0'])).toBe(members[0])
})

test('anything else is told with what was expected', () => {
  for (const argv of [[], ['--id', '2'], ['--id', '01'], ['--id', ''], ['--port', '1'], ['1']]) {
    expect(findMember(members, argv)).toMatch(/expected --id N, where N is one of 0, 1$/)
  }
})
