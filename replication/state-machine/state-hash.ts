/**
 * One hash per table of schema `state`, equal on replicas that stand at the same position: what
 * tests and the self-check compare. Runs on a connection of its own, off the apply path.
 */
import type { ClientBase } from 'pg'

/** Table → hash over its rows in primary key order. Leaves the connection as it was. */
export async function stateHash(connection: ClientBase): Promise<Record<string, string>> {
  await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  try {
    // Whatever the server's defaults are, the same row must have the same text.
    await connection.query(
      `SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD';
       SET LOCAL intervalstyle = 'iso_8601'; SET LOCAL bytea_output = 'hex';
       SET LOCAL extra_float_digits = 1; SET LOCAL search_path = pg_catalog`,
    )
    const hashes: Record<string, string> = {}
    for (const table of await tablesOfState(connection)) {
      hashes[table.name] = await hashOf(connection, table)
    }
    return hashes
  } finally {
    await connection.query('ROLLBACK')
  }
}

/** Names are quoted already. */
type StateTable = {
  readonly name: string
  readonly columns: readonly string[]
  readonly key: readonly string[]
}

async function tablesOfState(connection: ClientBase): Promise<StateTable[]> {
  // Columns by name, not by place: replicas may have got them in another order.
  const { rows } = await connection.query(`
    SELECT c.relname AS name,
           array_agg(quote_ident(a.attname) ORDER BY a.attname COLLATE "C") AS columns,
           array_agg(quote_ident(a.attname) ORDER BY array_position(i.indkey::int2[], a.attnum))
             FILTER (WHERE a.attnum = ANY (i.indkey)) AS key
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
    WHERE c.relnamespace = 'state'::regnamespace AND c.relkind = 'r'
    GROUP BY c.relname ORDER BY c.relname COLLATE "C"`)
  return rows.map((row) => ({
    name: String(row.name),
    columns: row.columns,
    key: row.key ?? row.columns,
  }))
}

async function hashOf(connection: ClientBase, { name, columns, key }: StateTable): Promise<string> {
  const order = key.map((column) => `(r.${column})::text COLLATE "C"`).join(', ')
  const fields = columns.map((column) => `r.${column}`).join(', ')
  const { rows } = await connection.query(`
    SELECT count(*) || ':' || md5(coalesce(string_agg(row, '' ORDER BY place), '')) AS hash
    FROM (SELECT md5(ROW(${fields})::text) AS row, row_number() OVER (ORDER BY ${order}) AS place
          FROM state.${connection.escapeIdentifier(name)} r) AS hashed`)
  return rows[0].hash
}
