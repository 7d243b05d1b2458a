/**
 * TableSession over one connection: reads what is asked for in few statements, keeps it, and
 * writes all changes in a single statement. What is committed stays in a RowCache for the batches
 * to come. It must not know what the rows mean.
 *
 * It relies on this connection being the only writer of its tables (the guard sees to that). So a
 * batch that only reads and puts needs no transaction around it: its one writing statement is
 * atomic by itself, and nobody changes what it has read. A transaction is opened when a batch runs
 * SQL of its own through execute().
 */
import type { Client } from 'pg'
import { assert } from '../../common/assert.ts'
import type { RowCache } from './row-cache.ts'
import { frozenRow, storedRow } from './stored-values.ts'
import type { AnyRow } from './stored-values.ts'
import { keyText, selectByKeys, writeStatement } from './table-sql.ts'
import type { AnyTable, Statement, TableChanges } from './table-sql.ts'
import type { SomeTable, Table, TableSession } from './tables.ts'

/**
 * What is known of a row: `row` undefined says that it does not exist. `isChanged`: the database does
 * not know yet. What it has been told, but not committed, is as if it were loaded.
 */
type Known = { readonly row: AnyRow | undefined; readonly key: AnyRow; readonly isChanged: boolean }
type TableRows = { readonly table: AnyTable; readonly known: Map<string, Known> }
/** How to undo one change: what was known before. */
type Undo = { readonly rows: TableRows; readonly key: string; readonly before: Known | undefined }

const nothing: Statement = { text: 'SELECT', values: [] }

export class SqlTableSession implements TableSession {
  readonly #client: Client
  readonly #committed: RowCache
  readonly #tables = new Map<string, TableRows>()
  /** Changes of the command under way, oldest first. */
  #undo: Undo[] = []
  #inCommand = false
  /** Of the command under way: it has run SQL, and what was before it is behind a savepoint. */
  #savepoint = false
  #inTransaction = false

  /** `committed` must have been told of all that was ever written to these tables meanwhile. */
  constructor(client: Client, committed: RowCache) {
    this.#client = client
    this.#committed = committed
  }

  async get<Row extends object, Key extends keyof Row & string>(
    table: Table<Row, Key>,
    key: Pick<Row, Key>,
  ): Promise<Row | undefined> {
    const rows = this.#rowsOf(table)
    const text = keyText(rows.table, key)
    const known = this.#knownOf(rows, text, key as AnyRow)
    if (known !== undefined) return known.row as Row | undefined
    await this.#load(rows, [key as AnyRow])
    return rows.known.get(text)?.row as Row | undefined
  }

  async prefetch<Row extends object, Key extends keyof Row & string>(
    table: Table<Row, Key>,
    keys: readonly Pick<Row, Key>[],
  ): Promise<void> {
    const rows = this.#rowsOf(table)
    const missing = new Map<string, AnyRow>()
    for (const key of keys) {
      const text = keyText(rows.table, key)
      if (this.#knownOf(rows, text, key as AnyRow) === undefined) missing.set(text, key as AnyRow)
    }
    if (missing.size > 0) await this.#load(rows, [...missing.values()])
  }

  put<Row extends object, Key extends keyof Row & string>(table: Table<Row, Key>, row: Row): void {
    const rows = this.#rowsOf(table)
    const stored = storedRow(rows.table, row)
    this.#change(rows, { row: stored, key: stored, isChanged: true })
  }

  remove<Row extends object, Key extends keyof Row & string>(
    table: Table<Row, Key>,
    key: Pick<Row, Key>,
  ): void {
    this.#change(this.#rowsOf(table), { row: undefined, key: key as AnyRow, isChanged: true })
  }

  async select(
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<{ rows: Record<string, unknown>[] }> {
    if (this.#hasChanges()) await this.#writeOut()
    const { rows } = await this.#run({ text: sql, values: parameters })
    return { rows }
  }

  async execute(
    sql: string,
    parameters: readonly unknown[] = [],
    changes?: readonly SomeTable[],
  ): Promise<{ rows: Record<string, unknown>[] }> {
    await this.#writeOut()
    if (changes === undefined) this.#forgetAll()
    else for (const table of changes) this.#forget(table)
    const { rows } = await this.#run({ text: sql, values: parameters })
    return { rows }
  }

  /** From here on, changes can be taken back until keepCommand(). */
  beginCommand(): void {
    assert(!this.#inCommand, 'one command at a time')
    this.#inCommand = true
  }

  keepCommand(): void {
    assert(this.#inCommand, 'a command is under way')
    this.#inCommand = false
    this.#savepoint = false
    this.#undo = []
  }

  /** As if the command had never been: its puts, its removals, and its SQL. */
  async undoCommand(): Promise<void> {
    if (this.#savepoint) {
      await this.#client.query('ROLLBACK TO SAVEPOINT command')
      this.#forgetAll()
    } else {
      this.#undoChanges()
    }
    this.keepCommand()
  }

  /** Writes all changes and `last` atomically. The session must not be used afterwards. */
  async commit(last: Statement): Promise<void> {
    assert(!this.#inCommand, 'no command is under way')
    const written = this.#run(writeStatement(this.#takeChanges(), last))
    // On a pipelined connection both are sent at once. If the first fails, the second rolls back.
    const committed = this.#inTransaction ? this.#client.query('COMMIT') : undefined
    await Promise.all([written, committed])
    for (const { table, known } of this.#tables.values()) {
      for (const [key, { row }] of known) this.#committed.keep(table, key, row)
    }
  }

  /** The database is told of all changes, in a transaction, and can take back the command's. */
  async #writeOut(): Promise<void> {
    if (!this.#inTransaction) {
      this.#inTransaction = true
      await this.#client.query('BEGIN')
    }
    if (this.#inCommand && !this.#savepoint) await this.#setSavepoint()
    await this.#flush()
  }

  /** Writes what commands before this one changed, so that a savepoint can stand behind it. */
  async #setSavepoint(): Promise<void> {
    const mine = this.#undoChanges()
    await this.#flush()
    await this.#client.query('SAVEPOINT command')
    this.#savepoint = true
    for (const { rows, known } of mine) this.#change(rows, known)
  }

  /** Takes back the changes of the command; returns what it had made of each row. */
  #undoChanges(): { rows: TableRows; known: Known }[] {
    const made = new Map<Known, { rows: TableRows; known: Known }>()
    for (const { rows, key } of this.#undo) {
      const known = rows.known.get(key)
      if (known !== undefined) made.set(known, { rows, known })
    }
    for (const { rows, key, before } of this.#undo.reverse()) {
      if (before === undefined) rows.known.delete(key)
      else rows.known.set(key, before)
    }
    this.#undo = []
    return [...made.values()]
  }

  async #flush(): Promise<void> {
    const changes = this.#takeChanges()
    this.#undo = []
    if (changes.length === 0) return
    for (const { known } of this.#tables.values()) {
      for (const [key, one] of known) {
        if (one.isChanged) known.set(key, { ...one, isChanged: false })
      }
    }
    await this.#run(writeStatement(changes, nothing))
  }

  /** SQL may make others of a table's rows, or has. Of those in the cache, too: they are older. */
  #forget(table: SomeTable): void {
    this.#tables.get(table.name)?.known.clear()
    this.#committed.forgetTable(table)
  }

  #forgetAll(): void {
    for (const { known } of this.#tables.values()) known.clear()
    this.#committed.forgetAll()
  }

  #hasChanges(): boolean {
    for (const { known } of this.#tables.values()) {
      for (const { isChanged } of known.values()) if (isChanged) return true
    }
    return false
  }

  #takeChanges(): TableChanges[] {
    const changes: TableChanges[] = []
    for (const { table, known } of this.#tables.values()) {
      const put: AnyRow[] = []
      const removed: AnyRow[] = []
      for (const { row, key, isChanged } of known.values()) {
        if (!isChanged) continue
        if (row === undefined) removed.push(key)
        else put.push(row)
      }
      if (put.length + removed.length > 0) changes.push({ table, put, removed })
    }
    // The same set of tables always makes the same statement.
    return changes.sort((a, b) => (a.table.name < b.table.name ? -1 : 1))
  }

  #change(rows: TableRows, known: Known): void {
    const key = keyText(rows.table, known.key)
    if (this.#inCommand) this.#undo.push({ rows, key, before: rows.known.get(key) })
    rows.known.set(key, known)
  }

  /** What this session knows, or what was committed before it. */
  #knownOf({ table, known }: TableRows, text: string, key: AnyRow): Known | undefined {
    const present = known.get(text)
    if (present !== undefined) return present
    const committed = this.#committed.look(table, text)
    if (committed === undefined) return undefined
    const found = { row: committed.row, key, isChanged: false }
    known.set(text, found)
    return found
  }

  async #load(rows: TableRows, keys: readonly AnyRow[]): Promise<void> {
    const loaded = await this.#run(selectByKeys(rows.table, keys))
    const { known, table } = rows
    for (const row of loaded.rows) {
      const text = keyText(table, row)
      // Never over a change that was made while the answer was on its way.
      if (!known.has(text)) known.set(text, { row: frozenRow(row), key: row, isChanged: false })
    }
    for (const key of keys) {
      const text = keyText(table, key)
      if (!known.has(text)) known.set(text, { row: undefined, key, isChanged: false })
    }
  }

  async #run({ text, values }: Statement): Promise<{ rows: Record<string, unknown>[] }> {
    return this.#client.query({ ...preparedName(this.#client, text), text, values: [...values] })
  }

  #rowsOf(table: AnyTable): TableRows {
    const present = this.#tables.get(table.name)
    if (present !== undefined) return present
    const made: TableRows = { table, known: new Map() }
    this.#tables.set(table.name, made)
    return made
  }
}

const preparedMax = 256
const namesOf = new WeakMap<Client, Map<string, string>>()

/** Names a prepared statement for the life of the connection: it is parsed and planned once. */
function preparedName(client: Client, text: string): { name: string } | undefined {
  const names = namesOf.get(client) ?? new Map<string, string>()
  namesOf.set(client, names)
  const present = names.get(text)
  if (present !== undefined) return { name: present }
  // Too many different ones: then it is parsed each time.
  if (names.size >= preparedMax) return undefined
  const name = `session-${names.size}`
  names.set(text, name)
  return { name }
}
