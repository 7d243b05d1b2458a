/**
 * Where a list goes on: the sort key of the last row seen, with a hash of what was asked, so that
 * the cursor of one search is refused in another. Opaque to callers, not secret: it holds nothing
 * that the page did not show.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../common/errors.ts'

/** Longer than any that encodeCursor writes. */
const CURSOR_LENGTH_MAX = 512

/** `filters`: JSON, with its fields always in the same order. */
export function encodeCursor(filters: object, position: readonly (number | string)[]): string {
  return Buffer.from(JSON.stringify([hashOf(filters), ...position])).toString('base64url')
}

/**
 * Undefined for an empty cursor: from the start. Throws INVALID_ARGUMENT for one of other filters.
 */
export function decodeCursor<Position extends readonly unknown[]>(
  cursor: string,
  filters: object,
  position: z.ZodType<Position>,
): Position | undefined {
  if (cursor === '') return undefined
  const [hash, ...rest] = fieldsOf(cursor)
  if (hash !== hashOf(filters)) throw refusal('belongs to another list, or to other filters')
  const parsed = position.safeParse(rest)
  if (!parsed.success) throw refusal('was not made here')
  return parsed.data
}

function fieldsOf(cursor: string): unknown[] {
  if (cursor.length > CURSOR_LENGTH_MAX) throw refusal('was not made here')
  try {
    return z.array(z.unknown()).parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      throw refusal('was not made here')
    }
    throw error
  }
}

function hashOf(filters: object): string {
  return createHash('sha256').update(JSON.stringify(filters)).digest('base64url').slice(0, 12)
}

function refusal(message: string): AppError {
  return new AppError('INVALID_ARGUMENT', {
    message: `The cursor ${message}; start again without one`,
    fields: [{ path: 'cursor', message }],
  })
}
