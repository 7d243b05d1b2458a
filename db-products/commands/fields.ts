/**
 * The fields that several commands and queries share. What does not fit is refused before it is
 * ordered; what depends on the state is decided in apply/.
 */
import { z } from 'zod'
import { CATEGORY_MAX, parseItemId, parsePurchaseId } from '../../common/ids.ts'
import { AMOUNT_MAX, isAmount, isQuantity, QUANTITY_MAX } from '../../common/money.ts'
import { codePointLength, foldCase, isPlainText, nfc } from '../../common/unicode.ts'
import { integer, problem } from '../../replication/replica/requests.ts'
import type { ItemCondition } from '../tables.ts'
import type { ItemReference } from './command.ts'

/**
 * In NFC, not blank. A text that PostgreSQL cannot store (U+0000, half a surrogate pair) would stop
 * every replica once it is ordered: it ends here.
 */
export function text(lengthMax: number) {
  return z
    .string()
    .transform(nfc)
    .refine(isPlainText, { error: 'must not hold control characters', abort: true })
    .refine((value) => codePointLength(value) <= lengthMax, {
      error: `must have at most ${lengthMax} characters`,
    })
    .refine((value) => foldWord(value) !== '', { error: 'must not be blank' })
}

/**
 * How search compares words. Runs before ordering only: what it gives depends on the Unicode
 * version of the process, so its result travels in the command and is never computed again.
 */
export function foldWord(word: string): string {
  return foldCase(word).trim()
}

/** Given out by another group. */
export const accountId = integer(1, Number.MAX_SAFE_INTEGER)
export const category = integer(0, CATEGORY_MAX)
export const keywords = (lengthMax: number) =>
  z.array(text(lengthMax)).max(5, { error: 'must be at most 5' })

export const condition = z
  .enum(['NEW', 'USED'], { error: 'must be NEW or USED' })
  .transform((wire): ItemCondition => (wire === 'NEW' ? 'new' : 'used'))

/** Units of one line of a purchase: 1 … 10^6. */
export const lineQuantity = z
  .number()
  .refine(isQuantity, { error: `must be an integer from 1 to ${QUANTITY_MAX}` })

/** A Money message in the deployment's currency; what is left of it is the amount, at least 1. */
export const price = (currency: string) =>
  z
    .object(
      {
        amount: z
          .number()
          .refine(isAmount, { error: `must be an integer from 1 to ${AMOUNT_MAX}` }),
        currency: z
          .string()
          .refine(
            (value) => value === currency,
            problem('CURRENCY_MISMATCH', `must be ${currency}`),
          ),
      },
      { error: 'is missing' },
    )
    .transform(({ amount }) => amount)

/** An id that no item can have need not be ordered to be refused: there is no such item. */
export const itemReference = z
  .string()
  .refine((value) => parseItemId(value) !== undefined, {
    ...problem('ITEM_NOT_FOUND', 'names no item'),
    abort: true,
  })
  .transform((value): ItemReference => {
    const { category, serial } = parseItemId(value) ?? { category: 0, serial: 0 }
    return { category, serial }
  })

export const purchaseId = z
  .string()
  .refine((value) => parsePurchaseId(value) !== undefined, { error: 'must be a purchase id' })

/** The version that a seller has seen; 0: any. */
export const ifVersion = integer(0, Number.MAX_SAFE_INTEGER)
