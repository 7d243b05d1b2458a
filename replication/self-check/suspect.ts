/**
 * A replica whose rows differ from the majority's marks its own database before it stops, so that
 * whoever starts it again gets the same answer until the data is gone. The mark lies beside the
 * rows: whatever removes them removes it, too.
 */
import type { ClientBase } from 'pg'
import type { MemberId } from '../../common/member.ts'
import type { Difference } from './self-check.ts'

/** The message is for the operator and says all there is to say. */
export class SuspectReplica extends Error {
  override readonly name = 'SuspectReplica'
}

export function describeDifference(
  { group, self }: { readonly group: 'customers' | 'products'; readonly self: MemberId },
  { position, tables, equal }: Difference,
): string {
  const majority = equal.map((member) => `${group}-${member}`).join(', ')
  return (
    `The rows of ${group}-${self} differ from those of the majority (${majority}) as of position ` +
    `${position}, in ${tables.map((table) => `state.${table}`).join(', ')}. Nothing that it holds ` +
    'can be trusted: it has stopped, and does not start with this data.'
  )
}

export async function markSuspect(connection: ClientBase, message: string): Promise<void> {
  await connection.query(`
    CREATE TABLE IF NOT EXISTS replica.suspect (
      one boolean PRIMARY KEY CHECK (one),
      message text NOT NULL
    )`)
  await connection.query(
    'INSERT INTO replica.suspect (one, message) VALUES (true, $1) ON CONFLICT DO NOTHING',
    [message],
  )
}

/** Throws SuspectReplica when this database was marked. */
export async function refuseSuspect(connection: ClientBase): Promise<void> {
  const { rows: found } = await connection.query(
    `SELECT to_regclass('replica.suspect') IS NOT NULL AS marked`,
  )
  if (found[0]?.marked !== true) return
  const { rows } = await connection.query('SELECT message FROM replica.suspect')
  if (rows[0] !== undefined) throw new SuspectReplica(rows[0].message)
}
