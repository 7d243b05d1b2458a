/** Where in a cluster's databases and files certain texts stand. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { withDatabase } from './databases.ts'

/**
 * `customers-0 state.purchases` for each table with a row that holds a needle, in a text or in the
 * bytes of a bytea. Compressed or not: PostgreSQL reads the rows.
 */
export async function rowsHolding(
  dataDir: string,
  replica: string,
  needles: readonly string[],
): Promise<string[]> {
  // A bytea in a row's text is hexadecimal.
  const wanted = needles.flatMap((needle) => [needle, Buffer.from(needle).toString('hex')])
  return await withDatabase(dataDir, replica, async (connection) => {
    const tables = await connection.query<{ name: string }>(`
      SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
    if (tables.rows.length < 5) throw new Error(`${replica} has ${tables.rows.length} tables`)
    const found: string[] = []
    for (const { name } of tables.rows) {
      const text = `SELECT count(*)::int AS count FROM ${name} AS one
        WHERE EXISTS (SELECT FROM unnest($1::text[]) AS needle WHERE position(needle IN one::text) > 0)`
      const { rows } = await connection.query<{ count: number }>(text, [wanted])
      if ((rows[0]?.count ?? 0) > 0) found.push(`${replica} ${name}`)
    }
    return found
  })
}

/** Files below `folder` that hold a needle: logs, ledgers, spools, and PostgreSQL's own with its log. */
export function filesHolding(folder: string, needles: readonly string[]): string[] {
  const found: string[] = []
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    // Follows links: a data directory may lie elsewhere.
    const status = statSync(path, { throwIfNoEntry: false })
    if (status === undefined) continue
    if (status.isDirectory()) found.push(...filesHolding(path, needles))
    else if (status.isFile()) {
      const bytes = readFileSync(path)
      if (needles.some((needle) => bytes.includes(needle))) found.push(path)
    }
  }
  return found
}
