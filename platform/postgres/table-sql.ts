/**
 * The SQL of a TableSession: many rows per statement, as arrays, one per column. Pure: makes text
 * and parameters, runs nothing.
 */
import type { AnyRow } from './stored-values.ts'
import type { ColumnType } from './tables.ts'

/** A Table with its row's type forgotten. */
export type AnyTable = {
  readonly name: string
  readonly key: readonly string[]
  readonly columns: Readonly<Record<string, ColumnType>>
  readonly isReadOnce?: boolean
}

export type Statement = { readonly text: string; readonly values: readonly unknown[] }

/** Rows to write to one table: `removed` holds keys. */
export type TableChanges = {
  readonly table: AnyTable
  readonly put: readonly AnyRow[]
  readonly removed: readonly AnyRow[]
}

/** Text that names one row; keys hold no NUL. */
export function keyText(table: AnyTable, row: object): string {
  const parts = table.key.map((column) => String((row as AnyRow)[column]))
  return parts.length === 1 ? (parts[0] as string) : parts.join('\0')
}

export function selectByKeys(table: AnyTable, keys: readonly AnyRow[]): Statement {
  const columns = Object.keys(table.columns)
    .map((column) => `t.${quote(column)}`)
    .join(', ')
  const values: unknown[] = []
  const from = `SELECT ${columns} FROM ${table.name} t`
  const [single, ...others] = table.key
  if (single !== undefined && others.length === 0) {
    const parameter = parameterOf(table, single, keys, values)
    return { text: `${from} WHERE t.${quote(single)} = ANY(${parameter})`, values }
  }
  return { text: `${from} ${joinOf(table, 'JOIN', 'ON', keys, values)}`, values }
}

/**
 * Everything in one statement, which is atomic by itself: a common table expression per change,
 * and `last` (an INSERT, UPDATE, DELETE or SELECT without WITH) at its end.
 */
export function writeStatement(changes: readonly TableChanges[], last: Statement): Statement {
  const values: unknown[] = [...last.values]
  const parts: string[] = []
  for (const { table, put, removed } of changes) {
    if (put.length > 0) parts.push(upsert(table, put, values))
    if (removed.length > 0) {
      const using = joinOf(table, 'USING', 'WHERE', removed, values)
      parts.push(`DELETE FROM ${table.name} t ${using}`)
    }
  }
  if (parts.length === 0) return last
  const expressions = parts.map((part, place) => `w${place} AS (${part})`)
  return { text: `WITH ${expressions.join(', ')} ${last.text}`, values }
}

function upsert(table: AnyTable, rows: readonly AnyRow[], values: unknown[]): string {
  const columns = Object.keys(table.columns)
  const names = columns.map(quote).join(', ')
  const parameters = columns.map((column) => parameterOf(table, column, rows, values))
  const changed = columns.filter((column) => !table.key.includes(column))
  const assignments = changed.map((column) => `${quote(column)} = excluded.${quote(column)}`)
  const resolution = changed.length === 0 ? 'NOTHING' : `UPDATE SET ${assignments.join(', ')}`
  return (
    `INSERT INTO ${table.name} (${names}) SELECT * FROM unnest(${parameters.join(', ')}) ` +
    `ON CONFLICT (${table.key.map(quote).join(', ')}) DO ${resolution}`
  )
}

/** `JOIN unnest(…) AS k(a, b) ON t.a = k.a AND t.b = k.b`, or with USING and WHERE. */
function joinOf(
  table: AnyTable,
  join: 'JOIN' | 'USING',
  on: 'ON' | 'WHERE',
  keys: readonly AnyRow[],
  values: unknown[],
): string {
  const names = table.key.map(quote)
  const parameters = table.key.map((column) => parameterOf(table, column, keys, values))
  const equal = names.map((name) => `t.${name} = k.${name}`)
  return (
    `${join} unnest(${parameters.join(', ')}) AS k(${names.join(', ')}) ` +
    `${on} ${equal.join(' AND ')}`
  )
}

/** Adds one column of the rows to the parameters; returns its place in the text, with its type. */
function parameterOf(
  table: AnyTable,
  column: string,
  rows: readonly AnyRow[],
  values: unknown[],
): string {
  const type = table.columns[column]
  values.push(
    rows.map((row) => {
      const value = row[column]
      // pg would make a PostgreSQL array of a JSON array.
      return type === 'jsonb' && value !== null ? JSON.stringify(value) : value
    }),
  )
  return `$${values.length}::${type}[]`
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
