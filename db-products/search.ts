/**
 * Search, the most frequent call. Available items only. With keywords: an item is found when one is
 * among its keywords, or resembles its name and keywords (pg_trgm's word similarity of at least
 * 0.4, so typos are forgiven). Best first: keywords it has, then how much it resembles those it was
 * found by (the sum, in hundredths), then up − down, then newest. That order is also the cursor.
 */
import type { Pool } from 'pg'
import { cutPage } from '../platform/postgres/rows.ts'
import type { ItemView } from './commands/command.ts'
import { encodeCursor } from './cursor.ts'
import { itemColumns } from './item-columns.ts'
import type { Search } from './read-requests.ts'

/**
 * What read connections must set. The threshold belongs to the operator %>, which the index
 * answers. Comparing words is far dearer than the planner believes: left to itself, and without
 * statistics, it would compare every item with every word. A search that takes too long would only
 * keep others waiting.
 */
export const readSettings = {
  'pg_trgm.word_similarity_threshold': '0.4',
  enable_seqscan: 'off',
  random_page_cost: '1.1',
  statement_timeout: '2s',
} as const

export type ItemPage = {
  readonly items: readonly ItemView[]
  /** Empty: that was all. */
  readonly nextCursor: string
}

type Found = ItemView & { readonly matches: number; readonly similarity: number }

export async function searchItems(pool: Pool, search: Search): Promise<ItemPage> {
  const { filters, limit } = search
  const byRank = filters.words.length > 0
  const { rows } = await pool.query<Found>(byRank ? rankedQuery(search) : newestQuery(search))
  const { page, last } = cutPage(rows, limit)
  if (last === undefined) return { items: page, nextCursor: '' }
  const { matches, similarity, up, down, serial } = last
  const position = byRank ? [matches, similarity, up - down, serial] : [serial]
  return { items: page, nextCursor: encodeCursor(filters, position) }
}

/**
 * A statement is named after its shape, so that each connection parses and plans each shape once.
 */
type Statement = { readonly name: string; readonly text: string; readonly values: unknown[] }

function newestQuery({ filters, after, limit }: Search): Statement {
  const parts = new Conditions(filters)
  if (after !== undefined) parts.add('after', 'serial < ?', after[0])
  const text = `
    SELECT ${itemColumns('items')} FROM state.items
    WHERE ${parts.sql}
    ORDER BY serial DESC LIMIT ${parts.value(limit + 1)}`
  return { name: `newest ${parts.shape}`, text, values: parts.values }
}

/**
 * Each word asks the two indexes for itself, so that an item is compared only with words that may
 * have found it; then the words' hits are added up per item. Rows are fetched for the page alone.
 */
function rankedQuery({ filters, after, limit }: Search): Statement {
  const parts = new Conditions(filters)
  const words = parts.value(filters.words)
  const places = after?.map((value) => `${parts.value(value)}::bigint`)
  const text = `
    WITH ranked AS (
      SELECT serial, score, sum(matches) AS matches, sum(similarity) AS similarity
      FROM unnest(${words}::text[]) AS wanted(word)
      CROSS JOIN LATERAL (
        SELECT serial, up - down AS score, (folded_keywords ? wanted.word)::integer AS matches,
          (public.word_similarity(wanted.word, search_text) * 100)::integer AS similarity
        FROM state.items
        WHERE (search_text OPERATOR(public.%>) wanted.word OR folded_keywords ? wanted.word)
          AND ${parts.sql}
      ) AS hits
      GROUP BY serial, score
    ), page AS (
      SELECT * FROM ranked
      ${places ? `WHERE (matches, similarity, score, serial) < (${places.join(', ')})` : ''}
      ORDER BY matches DESC, similarity DESC, score DESC, serial DESC
      LIMIT ${parts.value(limit + 1)}
    )
    SELECT ${itemColumns('items')}, matches, similarity
    FROM page JOIN state.items USING (serial)
    ORDER BY matches DESC, similarity DESC, score DESC, serial DESC`
  const name = `ranked ${places ? 'after ' : ''}${parts.shape}`
  return { name, text, values: parts.values }
}

/** The filters as SQL. Their values are parameters, so there are few different texts. */
class Conditions {
  readonly values: unknown[] = []
  readonly #conditions = ['quantity > 0']
  readonly #names: string[] = []

  constructor({ category, condition, minPrice, maxPrice }: Search['filters']) {
    if (category !== undefined) this.add('category', 'category = ?', category)
    if (condition !== undefined) this.add('condition', 'condition = ?', condition)
    if (minPrice !== undefined) this.add('min', 'price >= ?', minPrice)
    if (maxPrice !== undefined) this.add('max', 'price <= ?', maxPrice)
  }

  /** `sql` has one ?, for the value. */
  add(name: string, sql: string, value: unknown): void {
    this.#names.push(name)
    this.#conditions.push(sql.replace('?', this.value(value)))
  }

  /** A parameter's place in the statement. */
  value(value: unknown): string {
    return `$${this.values.push(value)}`
  }

  get sql(): string {
    return this.#conditions.join(' AND ')
  }

  get shape(): string {
    return this.#names.join(' ')
  }
}
