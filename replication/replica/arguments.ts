/** Which member a db-* process is: `--id 0`, one of the configured ones. */
import process from 'node:process'
import { parseArgs } from 'node:util'
import type { Member } from '../../common/host-port.ts'

const EXIT_USAGE = 2

/** The member's own address among `members`. Prints what is wrong and exits with code 2. */
export function memberFromArguments(
  members: readonly Member[],
  argv: readonly string[] = process.argv.slice(2),
): Member {
  const found = findMember(members, argv)
  if (typeof found !== 'string') return found
  process.stderr.write(`${found}\n`)
  process.exit(EXIT_USAGE)
}

/** Or what is wrong, in a sentence. */
export function findMember(members: readonly Member[], argv: readonly string[]): Member | string {
  const configured = members.map(({ id }) => id).join(', ')
  const expected = `expected --id N, where N is one of ${configured}`
  try {
    const { values } = parseArgs({ args: [...argv], options: { id: { type: 'string' } } })
    if (values.id === undefined) return `The member's id is missing: ${expected}`
    const member = members.find(({ id }) => String(id) === values.id)
    return member ?? `There is no member ${values.id}: ${expected}`
  } catch (error) {
    // parseArgs throws a TypeError with a code for whatever it does not know.
    if (!(error instanceof TypeError)) throw error
    return `${error.message}: ${expected}`
  }
}
