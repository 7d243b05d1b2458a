/**
 * Why a replica cannot start or go on, said so that its operator knows what to do: a full disk, a
 * log or files that are damaged. What is none of these is left as it is.
 */
import { DatabaseError } from 'pg'
import { unreachable } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { Postgres } from '../../platform/postgres/postgres.ts'
import { LogCorruption } from '../storage/framing.ts'

type Seat = { readonly group: 'customers' | 'products'; readonly self: MemberId }

/** What was stored cannot be read as it was written. */
export class DamagedReplica extends Error {
  override readonly name = 'DamagedReplica'
}

/** `postgres`: undefined when it has not been started. */
export async function explainFailure(
  error: unknown,
  { group, self, postgres }: Seat & { readonly postgres: Postgres | undefined },
): Promise<unknown> {
  if (!isDamage(error)) return (await postgres?.explain(error)) ?? error
  const what = `What ${group}-${self} has stored is damaged: ${error.message}.`
  const message = `${what} Nothing may be built upon it. ${howToReplace({ group, self })}`
  return new DamagedReplica(message, { cause: error })
}

/** SQLSTATE class XX is PostgreSQL's own: XX001 data_corrupted, XX002 index_corrupted. */
function isDamage(error: unknown): error is Error {
  if (error instanceof LogCorruption) return true
  return error instanceof DatabaseError && (error.code === 'XX001' || error.code === 'XX002')
}

/** For a replica whose data is of no use any more. */
export function howToReplace({ group, self }: Seat): string {
  switch (group) {
    case 'products':
      return (
        `Delete its data with ./agora wipe products-${self}, then let the group take the empty ` +
        `replica in its place: ./agora members products replace ${self}`
      )
    case 'customers':
      return (
        'The customers group cannot take a member without its data yet: see "A replica whose data ' +
        'is of no use" in docs/operations.md'
      )
    default:
      return unreachable(group)
  }
}
