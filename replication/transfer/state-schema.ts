/**
 * Which tables schema `state` has, and in what form: what is exported, and what must be the same
 * where it is installed. It must not know the application's tables.
 */
import type { ClientBase } from 'pg'
import { AppError } from '../../common/errors.ts'
import type { TableShape } from './manifest.ts'

/**
 * So that the same value has the same text on every server, and every name its schema.
 * For the transaction that it is part of.
 */
export const plainTextSql = `
  SET LOCAL timezone = 'UTC';
  SET LOCAL datestyle = 'ISO, YMD';
  SET LOCAL intervalstyle = 'iso_8601';
  SET LOCAL bytea_output = 'hex';
  SET LOCAL extra_float_digits = 1;
  SET LOCAL client_encoding = 'UTF8';
  SET LOCAL search_path = pg_catalog;
  SET LOCAL statement_timeout = 0;
  SET LOCAL idle_in_transaction_session_timeout = 0;`

/** Ordinary tables hold all that is replicated; generated columns follow from the others. */
const tablesSql = `
  SELECT c.relname::text AS name,
         array_agg(a.attname::text ORDER BY a.attname COLLATE "C")
           FILTER (WHERE a.attname IS NOT NULL) AS columns,
         array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attname COLLATE "C")
           FILTER (WHERE a.attname IS NOT NULL) AS types
  FROM pg_class c
  LEFT JOIN pg_attribute a
    ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  WHERE c.relnamespace = to_regnamespace('state') AND c.relkind = 'r'
  GROUP BY c.relname ORDER BY c.relname COLLATE "C"`

/** A sequence's value, a partition's rows: nothing here would carry them over. */
const otherKindsSql = `
  SELECT c.relname::text AS name FROM pg_class c
  WHERE c.relnamespace = to_regnamespace('state') AND c.relkind IN ('S', 'p', 'm', 'f')
  ORDER BY c.relname LIMIT 1`

/** By name. Throws AppError INTERNAL when the schema holds what cannot be transferred. */
export async function stateTables(client: ClientBase): Promise<TableShape[]> {
  const others = await client.query(otherKindsSql)
  const [other] = others.rows
  if (other !== undefined) {
    const message = `state.${other.name} is no ordinary table: the state cannot be transferred`
    throw new AppError('INTERNAL', { message })
  }
  const { rows } = await client.query(tablesSql)
  return rows.map(({ name, columns, types }) => ({
    name,
    columns: ((columns ?? []) as string[]).map((column, place) => ({
      name: column,
      type: String(types[place]),
    })),
  }))
}

/** In what the tables of an export differ from those here, for a person; undefined: in nothing. */
export function schemaDifference(
  theirs: readonly TableShape[],
  ours: readonly TableShape[],
): string | undefined {
  const [exported, present] = [described(theirs), described(ours)]
  for (const [table, columns] of exported) {
    const here = present.get(table)
    if (here === undefined) return `there is no table state.${table} here`
    if (here !== columns) return `state.${table} has (${columns}) there and (${here}) here`
  }
  const missing = [...present.keys()].find((table) => !exported.has(table))
  return missing === undefined ? undefined : `there is no table state.${missing} there`
}

function described(tables: readonly TableShape[]): Map<string, string> {
  return new Map(
    tables.map(({ name, columns }) => [
      name,
      columns.map((column) => `${column.name} ${column.type}`).join(', '),
    ]),
  )
}

/** `COPY state."items" ("a", "b")`: the columns in the order of `table`. */
export function copyTarget(client: ClientBase, table: TableShape): string {
  const columns = table.columns.map(({ name }) => client.escapeIdentifier(name)).join(', ')
  return `COPY ${qualifiedName(client, table)} (${columns})`
}

export function qualifiedName(client: ClientBase, { name }: Pick<TableShape, 'name'>): string {
  return `state.${client.escapeIdentifier(name)}`
}
