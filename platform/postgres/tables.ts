/**
 * Tables as apply code sees them: rows by primary key. A batch of commands reads and writes through
 * one TableSession, which loads what it lacks, remembers what was changed, and writes all of it
 * in a few statements at the end. Not for queries that search: those are plain SQL elsewhere.
 */

export type ColumnType = 'text' | 'bigint' | 'integer' | 'boolean' | 'jsonb' | 'bytea'

/** A row's TypeScript shape: text → string, bigint and integer → number (safe integers), jsonb → JSON, null → null. */
export type Table<Row extends object, Key extends keyof Row & string = keyof Row & string> = {
  /** With its schema, as in `state.items`. */
  readonly name: string
  /** The primary key's columns, in order. */
  readonly key: readonly Key[]
  readonly columns: Readonly<Record<keyof Row & string, ColumnType>>
  /** Its rows are hardly ever asked for again: none is kept in memory between batches. */
  readonly isReadOnce?: boolean
}

/** A table whatever its rows are. */
export type SomeTable = { readonly name: string }

export function defineTable<Row extends object>() {
  return <const Key extends keyof Row & string>(table: Table<Row, Key>): Table<Row, Key> => table
}

/** Lives for one batch inside one transaction. */
export interface TableSession {
  /** The row as of now (earlier commands of the batch included). Treat it as immutable; put() a copy. */
  get<Row extends object, Key extends keyof Row & string>(
    table: Table<Row, Key>,
    key: Pick<Row, Key>,
  ): Promise<Row | undefined>
  /** Loads many rows in one statement, so that later get()s find them. A hint: never needed for correctness. */
  prefetch<Row extends object, Key extends keyof Row & string>(
    table: Table<Row, Key>,
    keys: readonly Pick<Row, Key>[],
  ): Promise<void>
  /** Inserts or replaces the row. */
  put<Row extends object, Key extends keyof Row & string>(table: Table<Row, Key>, row: Row): void
  remove<Row extends object, Key extends keyof Row & string>(
    table: Table<Row, Key>,
    key: Pick<Row, Key>,
  ): void
  /** Set-based SQL that only reads, deterministic: sees what has been changed so far. */
  select(sql: string, parameters?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }>
  /**
   * Set-based SQL that changes rows, deterministic: writes out what has been changed first, and
   * forgets what was loaded of the tables that it `changes`; without them, of all.
   */
  execute(
    sql: string,
    parameters?: readonly unknown[],
    changes?: readonly SomeTable[],
  ): Promise<{ rows: Record<string, unknown>[] }>
}
