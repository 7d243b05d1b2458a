/**
 * One hash per table of schema `state`, equal on replicas that stand at the same position: what
 * tests and the self-check compare. Runs on a connection of its own, off the apply path.
 *
 * A table's hash is its number of rows and the exclusive or of its rows' hashes: it needs no order,
 * hence no sort, and no memory. The key is part of each row, so no two rows cancel out.
 */
import { createHash } from 'node:crypto'
import type { ClientBase } from 'pg'

export type StateReport = {
  /** Names the tables and their columns: hashes of different shapes say nothing. */
  readonly shape: string
  /** By table. */
  readonly hashes: Readonly<Record<string, string>>
}

/** The rows as they were when it was opened, whatever is written meanwhile. */
export type StateSnapshot = {
  readonly connection: ClientBase
  readonly tables: readonly StateTable[]
}

/** Table → hash over its rows. Leaves the connection as it was. */
export async function stateHash(connection: ClientBase): Promise<Readonly<Record<string, string>>> {
  const snapshot = await openSnapshot(connection)
  try {
    return (await hashSnapshot(snapshot)).hashes
  } finally {
    await closeSnapshot(snapshot)
  }
}

/** Begins a transaction on the connection; closeSnapshot() must follow. */
export async function openSnapshot(connection: ClientBase): Promise<StateSnapshot> {
  const tables = await tablesOfState(connection)
  const names = tables.map(({ name }) => `state.${connection.escapeIdentifier(name)}`)
  // Locked before the snapshot is taken: a table that is truncated afterwards, because another
  // member's state is installed, would seem empty to it.
  const lock = names.length === 0 ? '' : `LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE;`
  // Whatever the server's defaults are, the same row must have the same text.
  await connection.query(
    `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
     SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD';
     SET LOCAL intervalstyle = 'iso_8601'; SET LOCAL bytea_output = 'hex';
     SET LOCAL extra_float_digits = 1; SET LOCAL search_path = pg_catalog;
     ${lock}
     SELECT`,
  )
  // The SELECT was the transaction's first: from there on it sees what was committed before.
  return { connection, tables }
}

/** Table by table, so that the work can be broken off between two. */
export async function hashSnapshot({ connection, tables }: StateSnapshot): Promise<StateReport> {
  const hashes: Record<string, string> = {}
  for (const table of tables) hashes[table.name] = await hashOf(connection, table)
  return { shape: shapeOf(tables), hashes }
}

export async function closeSnapshot({ connection }: StateSnapshot): Promise<void> {
  await connection.query('ROLLBACK')
}

/** Columns are quoted already, and in the order of their names. */
type StateTable = { readonly name: string; readonly columns: readonly string[] }

async function tablesOfState(connection: ClientBase): Promise<StateTable[]> {
  // Columns by name, not by place: replicas may have got them in another order.
  const { rows } = await connection.query(`
    SELECT c.relname AS name,
           array_agg(quote_ident(a.attname) ORDER BY a.attname COLLATE "C") AS columns
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'state'::regnamespace AND c.relkind = 'r'
    GROUP BY c.relname ORDER BY c.relname COLLATE "C"`)
  return rows.map((row) => ({ name: String(row.name), columns: row.columns }))
}

/** Another way of hashing is another shape: the two are never compared. */
const hashVersion = 1

function shapeOf(tables: readonly StateTable[]): string {
  const text = JSON.stringify([hashVersion, tables.map(({ name, columns }) => [name, columns])])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

async function hashOf(connection: ClientBase, { name, columns }: StateTable): Promise<string> {
  const fields = columns.map((column) => `r.${column}`).join(', ')
  const { rows } = await connection.query(`
    SELECT count(*) || ':' || coalesce(bit_xor(('x' || md5(ROW(${fields})::text))::bit(128))::text, '')
           AS hash
    FROM state.${connection.escapeIdentifier(name)} r`)
  const [count = '', bits = ''] = String(rows[0].hash).split(':')
  const digest = bits === '' ? '' : BigInt(`0b${bits}`).toString(16).padStart(32, '0')
  return `${count}:${digest}`
}
