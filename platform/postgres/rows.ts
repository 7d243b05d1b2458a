/** Reading rows with named statements, so that each connection plans them once, and by the page. */
import type { Pool } from 'pg'
import type { CommittedRows } from './row-cache.ts'

/** Both hold what was applied: `rows` a part of it, in memory. */
export type ReadSource = { readonly pool: Pool; readonly rows: CommittedRows }

export async function selectRows<Row extends object>(
  pool: Pool,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const result = await pool.query<Row>({ name, text, values: [...values] })
  return result.rows
}

export type Page<Row> = {
  readonly page: readonly Row[]
  /** The row that the next page goes on after; undefined when this page is the last. */
  readonly last: Row | undefined
}

/** Of the `limit` + 1 rows asked for: the one too many shows that there is a next page. */
export function cutPage<Row>(found: readonly Row[], limit: number): Page<Row> {
  const page = found.slice(0, limit)
  return { page, last: found.length > limit ? page.at(-1) : undefined }
}
