import { Command } from 'commander'
import { afterEach, expect, it, vi } from 'vitest'
import { addFixedCommands } from './fixed-members.ts'

afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
})

it.each([
  ['add', ['3-127.0.0.1:9', '--learner'], 'CUSTOMER_DBS'],
  ['remove', ['2', '--purge'], 'the others go on without it'],
  ['promote', ['2'], 'CUSTOMER_DBS'],
  ['replace', ['2', '--address', 'a:1'], 'comes back by itself'],
  ['transfer-leadership', ['--to', '2'], 'Nobody leads this group'],
])('%s is refused, with the reason and an exit code', async (what, words, reason) => {
  const customers = new Command('customers').exitOverride()
  addFixedCommands(customers)
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  await customers.parseAsync([what, ...words], { from: 'user' })
  expect(said.mock.calls.join('')).toContain(reason)
  expect(process.exitCode).toBe(1)
  expect(customers.helpInformation()).not.toContain(what)
})
