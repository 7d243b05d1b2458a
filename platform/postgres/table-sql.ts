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
  const text = selectTexts.get(table) ?? selectText(table)
  selectTexts.set(table, text)
  return { text, values: valuesOf(table, table.key, keys) }
}

/**
 * Everything in one statement, which is atomic by itself: a common table expression per change,
 * and `last` (an INSERT, UPDATE, DELETE or SELECT without WITH) at its end.
 */
export function writeStatement(changes: readonly TableChanges[], last: Statement): Statement {
  const values: unknown[] = [...last.values]
  for (const { table, put, removed } of changes) {
    if (put.length > 0) values.push(...valuesOf(table, Object.keys(table.columns), put))
    if (removed.length > 0) values.push(...valuesOf(table, table.key, removed))
  }
  return { text: writeTextOf(changes, last), values }
}

// Texts ------------------------------------------------------------------------------------------

/** The same few again and again: to make one takes longer than to send it. */
const selectTexts = new WeakMap<AnyTable, string>()
/** By what ends the statement, then by the shape of what comes before. */
const writeTexts = new Map<string, Map<string, string>>()
const writeTextsMax = 1_024
const tableNumbers = new WeakMap<AnyTable, number>()
let tablesNumbered = 0

function writeTextOf(changes: readonly TableChanges[], last: Statement): string {
  let shape = `${last.values.length}`
  for (const { table, put, removed } of changes) {
    shape += ` ${numberOf(table)}${put.length > 0 ? '+' : ''}${removed.length > 0 ? '-' : ''}`
  }
  const known = writeTexts.get(last.text) ?? new Map<string, string>()
  writeTexts.set(last.text, known)
  const text = known.get(shape) ?? writeText(changes, last)
  if (known.size < writeTextsMax) known.set(shape, text)
  return text
}

function numberOf(table: AnyTable): number {
  const present = tableNumbers.get(table)
  if (present !== undefined) return present
  tablesNumbered += 1
  tableNumbers.set(table, tablesNumbered)
  return tablesNumbered
}

/** Numbers the parameters in the order of their values. */
class Parameters {
  #count: number

  constructor(before: number) {
    this.#count = before
  }

  next(table: AnyTable, column: string): string {
    this.#count += 1
    return `$${this.#count}::${table.columns[column]}[]`
  }
}

function selectText(table: AnyTable): string {
  const columns = Object.keys(table.columns)
    .map((column) => `t.${quote(column)}`)
    .join(', ')
  const parameters = new Parameters(0)
  const from = `SELECT ${columns} FROM ${table.name} t`
  const [single, ...others] = table.key
  if (single !== undefined && others.length === 0) {
    return `${from} WHERE t.${quote(single)} = ANY(${parameters.next(table, single)})`
  }
  return `${from} ${joinOf(table, 'JOIN', 'ON', parameters)}`
}

function writeText(changes: readonly TableChanges[], last: Statement): string {
  const parameters = new Parameters(last.values.length)
  const parts: string[] = []
  for (const { table, put, removed } of changes) {
    if (put.length > 0) parts.push(upsert(table, parameters))
    if (removed.length > 0) {
      const using = joinOf(table, 'USING', 'WHERE', parameters)
      parts.push(`DELETE FROM ${table.name} t ${using}`)
    }
  }
  if (parts.length === 0) return last.text
  const expressions = parts.map((part, place) => `w${place} AS (${part})`)
  return `WITH ${expressions.join(', ')} ${last.text}`
}

function upsert(table: AnyTable, parameters: Parameters): string {
  const columns = Object.keys(table.columns)
  const names = columns.map(quote).join(', ')
  const arrays = columns.map((column) => parameters.next(table, column))
  const changed = columns.filter((column) => !table.key.includes(column))
  const assignments = changed.map((column) => `${quote(column)} = excluded.${quote(column)}`)
  const resolution = changed.length === 0 ? 'NOTHING' : `UPDATE SET ${assignments.join(', ')}`
  return (
    `INSERT INTO ${table.name} (${names}) SELECT * FROM unnest(${arrays.join(', ')}) ` +
    `ON CONFLICT (${table.key.map(quote).join(', ')}) DO ${resolution}`
  )
}

/** `JOIN unnest(…) AS k(a, b) ON t.a = k.a AND t.b = k.b`, or with USING and WHERE. */
function joinOf(
  table: AnyTable,
  join: 'JOIN' | 'USING',
  on: 'ON' | 'WHERE',
  parameters: Parameters,
): string {
  const names = table.key.map(quote)
  const arrays = table.key.map((column) => parameters.next(table, column))
  const equal = names.map((name) => `t.${name} = k.${name}`)
  return (
    `${join} unnest(${arrays.join(', ')}) AS k(${names.join(', ')}) ` +
    `${on} ${equal.join(' AND ')}`
  )
}

// Values -----------------------------------------------------------------------------------------

/** One array for each of the columns. */
function valuesOf(
  table: AnyTable,
  columns: readonly string[],
  rows: readonly AnyRow[],
): unknown[][] {
  return columns.map((column) => {
    const isJson = table.columns[column] === 'jsonb'
    return rows.map((row) => {
      const value = row[column]
      // pg would make a PostgreSQL array of a JSON array.
      return isJson && value !== null ? JSON.stringify(value) : value
    })
  })
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
