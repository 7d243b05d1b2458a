/**
 * The changes that there are for the products group and not for customers, whose members are the
 * configured ones: each is refused with the reason, and with what to do instead.
 */
import type { Command } from 'commander'
import { exitCodes } from '../../platform/terminal/exit-codes.ts'

const configured =
  'Its members are those that CUSTOMER_DBS names: a majority of all of them, there or not, must\n' +
  'have a write on disk before it is acknowledged. They cannot change while the group runs.'

const refusals: Readonly<Record<string, string>> = {
  add: configured,
  remove: `${configured}\nOne that is gone for a while, or for good, need not be removed: the others go on without it.`,
  promote: configured,
  replace:
    'Nothing has to be replaced: a member that has lost its disk is started with an empty one, and\n' +
    'comes back by itself with what the others have. ./agora wipe customers-N tries it.',
  'transfer-leadership':
    'Nobody leads this group: its members take turns, and the turn goes on with each number.',
}

export function addFixedCommands(customers: Command): void {
  for (const [name, reason] of Object.entries(refusals)) {
    customers
      .command(name, { hidden: true })
      .argument('[words...]')
      .allowUnknownOption()
      .action(() => {
        process.stderr.write(`The customers group has no \`${name}\`. ${reason}\n`)
        process.exitCode = exitCodes.error
      })
  }
  customers.addHelpText(
    'after',
    '\nThe members of this group are the configured ones: there is no add, remove or replace. One\n' +
      'whose disk was lost comes back by itself, and nobody leads.',
  )
}
