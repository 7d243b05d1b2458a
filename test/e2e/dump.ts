/**
 * A dump of a replica's PostgreSQL server made through SQL: the rows of every table of every schema of
 * every database, as COPY prints them, which is what pg_dump writes of them (the server's package
 * comes without pg_dump). Definitions of tables are no part of it.
 */
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { clientConfig } from '../../platform/postgres/connections.ts'
import { serverOf } from './databases.ts'

/** Rolled back at the end: all tables as they were at one moment. */
const beginSql = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`

const databasesSql = `SELECT datname AS name FROM pg_database WHERE datallowconn ORDER BY datname`

const tablesSql = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  ORDER BY 1`

/** Each table under a line `COPY schema.table`, each database under one `\connect name`. */
export async function dumpThroughSql(dataDir: string, replica: string): Promise<string> {
  const target = { kind: 'socket', socketDir: await serverOf(dataDir, replica) } as const
  const config = clientConfig(target, 'e2e')
  const databases = await connected(config, (client) => namesOf(client, databasesSql))
  const dumps: string[] = []
  for (const database of databases) {
    const rows = await connected({ ...config, database }, dumpTables)
    dumps.push(`\\connect ${database}\n${rows}`)
  }
  return dumps.join('\n')
}

async function dumpTables(client: pg.Client): Promise<string> {
  await client.query(beginSql)
  const tables: string[] = []
  for (const name of await namesOf(client, tablesSql)) {
    const rows = await text(client.query(copyTo(`COPY ${name} TO STDOUT`)))
    tables.push(`COPY ${name}\n${rows}`)
  }
  return tables.join('\n')
}

async function namesOf(client: pg.Client, query: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(query)
  return rows.map(({ name }) => name)
}

async function connected<T>(
  config: pg.ClientConfig,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(config)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
