/**
 * Test support: a TableSession over plain maps, for unit tests of apply code. It behaves as the real
 * one towards its callers (rows by primary key, JSON columns really become JSON) and knows no SQL:
 * select() and
 * execute() fail unless the test says what they answer.
 */
import { isDeepStrictEqual } from 'node:util'
import { assert } from '../../common/assert.ts'
import type { ColumnType, Table, TableSession } from '../../platform/postgres/tables.ts'

type AnyTable = {
  readonly name: string
  readonly key: readonly string[]
  readonly columns: Readonly<Record<string, ColumnType>>
}
type AnyRow = Readonly<Record<string, unknown>>
type Executed = { rows: Record<string, unknown>[] }

export class MemoryTables implements TableSession {
  private readonly tables = new Map<string, Map<string, AnyRow>>()
  private readonly onExecute: (sql: string, parameters: readonly unknown[]) => Executed

  constructor(onExecute: (sql: string, parameters: readonly unknown[]) => Executed = refuseSql) {
    this.onExecute = onExecute
  }

  async get<Row extends object, Key extends keyof Row & string>(
    table: Table<Row, Key>,
    key: Pick<Row, Key>,
  ): Promise<Row | undefined> {
    return this.rowsOf(table).get(keyText(table, key)) as Row | undefined
  }

  async prefetch(): Promise<void> {}

  put<Row extends object, Key extends keyof Row & string>(table: Table<Row, Key>, row: Row): void {
    const columns = Object.keys(table.columns).sort()
    assert(
      isDeepStrictEqual(Object.keys(row).sort(), columns),
      `a row of ${table.name} has exactly its columns: ${columns.join(', ')}`,
    )
    this.rowsOf(table).set(keyText(table, row), frozenCopy(table, row))
  }

  remove<Row extends object, Key extends keyof Row & string>(
    table: Table<Row, Key>,
    key: Pick<Row, Key>,
  ): void {
    this.rowsOf(table).delete(keyText(table, key))
  }

  async select(sql: string, parameters: readonly unknown[] = []): Promise<Executed> {
    return this.onExecute(sql, parameters)
  }

  async execute(sql: string, parameters: readonly unknown[] = []): Promise<Executed> {
    return this.onExecute(sql, parameters)
  }

  /** All rows of a table, in the order of their keys' text. */
  all<Row extends object, Key extends keyof Row & string>(table: Table<Row, Key>): Row[] {
    const entries = [...this.rowsOf(table)].sort(([a], [b]) => (a < b ? -1 : 1))
    return entries.map(([, row]) => row as Row)
  }

  /** Everything, comparable with toEqual: a refusal must leave it as it was. */
  contents(): Record<string, AnyRow[]> {
    const filled = [...this.tables].filter(([, rows]) => rows.size > 0).sort()
    return Object.fromEntries(filled.map(([name, rows]) => [name, [...rows.values()]]))
  }

  private rowsOf(table: AnyTable): Map<string, AnyRow> {
    const rows = this.tables.get(table.name) ?? new Map<string, AnyRow>()
    this.tables.set(table.name, rows)
    return rows
  }
}

function keyText(table: AnyTable, row: object): string {
  return JSON.stringify(table.key.map((column) => (row as AnyRow)[column]))
}

/** What a trip through PostgreSQL leaves: jsonb as JSON, numbers that are safe integers, no undefined. */
function frozenCopy({ name, columns }: AnyTable, row: object): AnyRow {
  const stored = Object.entries(row).map(([column, value]) => {
    if (value !== null) assertStorable(`${name}.${column}`, columns[column], value)
    return [column, columns[column] === 'jsonb' ? JSON.parse(JSON.stringify(value)) : value]
  })
  return Object.freeze(Object.fromEntries(stored))
}

function assertStorable(name: string, type: string | undefined, value: unknown): void {
  const kind = `${name} is a ${type}`
  if (type === 'text') assert(typeof value === 'string' && !/[\p{Cs}\0]/u.test(value), kind)
  if (type === 'bigint' || type === 'integer') assert(Number.isSafeInteger(value), kind)
  if (type === 'boolean') assert(typeof value === 'boolean', kind)
  if (type === 'bytea') assert(value instanceof Uint8Array, kind)
  if (type === 'jsonb') assert(value !== undefined, kind)
}

function refuseSql(sql: string): Executed {
  throw new Error(`MemoryTables knows no SQL: ${sql}`)
}
