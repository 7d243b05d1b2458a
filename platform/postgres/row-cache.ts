/**
 * Rows as they were committed last, kept from one batch to the next: what a TableSession finds here
 * it need not load. Right only where one connection alone writes the tables, and tells this of all
 * that it writes. Bounded; whatever is not here is asked of the database. Runs no SQL.
 */
import { assert } from '../../common/assert.ts'
import type { AnyRow } from './stored-values.ts'
import { type AnyTable, keyText } from './table-sql.ts'
import type { Table } from './tables.ts'

/** `row` undefined: it is known that there is none. */
export type CommittedRow<Row> = { readonly row: Row | undefined }

/** What reads may ask. As of the latest commit, or a later one: never between two. */
export interface CommittedRows {
  /** Undefined: not known here, ask the database. Treat the row as immutable. */
  find<Row extends object, Key extends keyof Row & string>(
    table: Table<Row, Key>,
    key: Pick<Row, Key>,
  ): CommittedRow<Row> | undefined
}

/** Knows nothing: everything is asked of the database. */
export const noCommittedRows: CommittedRows = { find: () => undefined }

const rowsPerTableMax = 4_096

type Kept = CommittedRow<AnyRow>

export class RowCache implements CommittedRows {
  readonly #rowsMax: number
  /** By table, then by key; the least recently used first. */
  readonly #tables = new Map<string, Map<string, Kept>>()

  constructor(rowsMax = rowsPerTableMax) {
    assert(rowsMax >= 1, 'a cache holds something')
    this.#rowsMax = rowsMax
  }

  find<Row extends object, Key extends keyof Row & string>(
    table: Table<Row, Key>,
    key: Pick<Row, Key>,
  ): CommittedRow<Row> | undefined {
    const found = this.look(table, keyText(table, key))
    return found as CommittedRow<Row> | undefined
  }

  /** The same by the key's text. */
  look(table: AnyTable, key: string): Kept | undefined {
    return this.#tables.get(table.name)?.get(key)
  }

  /** It is committed, or was read and nobody has changed it since. */
  keep(table: AnyTable, key: string, row: AnyRow | undefined): void {
    if (table.isReadOnce === true) return
    const kept = this.#tables.get(table.name) ?? new Map<string, Kept>()
    this.#tables.set(table.name, kept)
    // Behind all others: it was used last.
    kept.delete(key)
    kept.set(key, { row })
    if (kept.size <= this.#rowsMax) return
    for (const oldest of kept.keys()) {
      kept.delete(oldest)
      break
    }
  }

  /** Its rows may have become others. */
  forgetTable(table: Pick<AnyTable, 'name'>): void {
    this.#tables.delete(table.name)
  }

  forgetAll(): void {
    this.#tables.clear()
  }
}
