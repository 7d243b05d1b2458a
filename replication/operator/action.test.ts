import { describe, expect, it } from 'vitest'
import { AppError } from '../../common/errors.ts'
import { memberId } from '../../common/member.ts'
import type { GroupAction } from '../replicated-log.ts'
import { actionFromMessage, actionToMessage } from './action.ts'
import { groupDefinition } from './definition.ts'

/** As it arrives: through the bytes of a real request. */
function travelled(message: ReturnType<typeof actionToMessage>): unknown {
  const { requestSerialize, requestDeserialize } = groupDefinition().Administer
  return requestDeserialize(requestSerialize(message))
}

const id = memberId(5)
const address = { host: 'db-5.example', port: 6205 }

describe('a change of the group as a message', () => {
  it.each<GroupAction>([
    { kind: 'add', member: { id, ...address }, learner: true },
    { kind: 'add', member: { id: memberId(0), host: '::1', port: 65_535 }, learner: false },
    { kind: 'promote', id },
    { kind: 'remove', id: memberId(0) },
    { kind: 'replace', id, address },
    { kind: 'replace', id, address: undefined },
    { kind: 'transfer', to: memberId(0) },
    { kind: 'transfer', to: undefined },
  ])('arrives as it left: %j', (action) => {
    expect(actionFromMessage(travelled(actionToMessage(action)))).toEqual(action)
  })

  it.each([
    ['nothing', {}, ''],
    ['an id of three digits', { remove: { id: 100 } }, 'remove.id'],
    ['no address', { add: { id: 5, learner: false } }, 'add.address'],
    ['a port beyond all', { add: { id: 5, address: { host: 'a', port: 65_536 } } }, 'add.address'],
    [
      'a host of blanks',
      { replace: { id: 5, address: { host: ' ', port: 1 } } },
      'replace.address',
    ],
  ])('is refused with %s', (_what, message, path) => {
    const refusal = refusalOf(() => actionFromMessage(travelled(message)))
    expect(refusal).toMatchObject({ code: 'INVALID_ARGUMENT', definite: true })
    expect(refusal.fields.map((field) => field.path)).toContainEqual(expect.stringContaining(path))
  })
})

function refusalOf(work: () => unknown): AppError {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  return expect.unreachable('it should have been refused')
}
