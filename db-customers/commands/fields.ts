/**
 * The fields that several commands and questions share. What does not fit is refused before it is
 * ordered; what depends on the state is decided in apply/.
 */
import { z } from 'zod'
import { type ItemId, type PurchaseId, parseItemId, parsePurchaseId } from '../../common/ids.ts'
import { isAmount, isCurrency, isQuantity, QUANTITY_MAX } from '../../common/money.ts'
import { codePointLength, isPlainText, nfc } from '../../common/unicode.ts'
import { integer } from '../../replication/replica/requests.ts'
import type { Role } from '../tables.ts'

const NAME_LENGTH_MAX = 32

/** Enumerations stand in capitals on the wire and in small letters in the state. */
export const role = z
  .enum(['SELLER', 'BUYER'], { error: 'must be SELLER or BUYER' })
  .transform((wire): Role => (wire === 'SELLER' ? 'seller' : 'buyer'))

function text(lengthMin: number, lengthMax: number) {
  return z
    .string()
    .refine((value) => isPlainText(value) && value === nfc(value), {
      error: 'must be plain text in Unicode normalisation form C',
      abort: true,
    })
    .refine((value) => inRange(codePointLength(value), lengthMin, lengthMax), {
      error: `must be ${lengthMin} to ${lengthMax} characters`,
    })
}

function inRange(value: number, min: number, max: number): boolean {
  return value >= min && value <= max
}

export const username = text(1, NAME_LENGTH_MAX)
// Folding can make a name longer: one ligature becomes up to 18 letters.
export const usernameKey = text(1, 18 * NAME_LENGTH_MAX)
export const displayName = text(0, NAME_LENGTH_MAX)
export const itemName = text(1, NAME_LENGTH_MAX)
export const message = text(0, 500)

const visibleAscii = /^[\x21-\x7e]*$/

export function ascii(lengthMin: number, lengthMax: number) {
  return z
    .string()
    .refine((value) => visibleAscii.test(value) && inRange(value.length, lengthMin, lengthMax), {
      error: `must be ${lengthMin} to ${lengthMax} visible ASCII characters`,
    })
}

/** An IP address in text; empty: unknown, not counted. */
export const clientAddress = ascii(0, 64)
export const windowSeconds = integer(1, 86_400)
export const attemptLimit = integer(0, 1_000_000)

export const accountId = integer(1, Number.MAX_SAFE_INTEGER)

/** SHA-256 of a session's token; in the state as hexadecimal. */
export const tokenHash = z
  .custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === 32, {
    error: 'must be a SHA-256, 32 bytes',
  })
  .transform((bytes) => Buffer.from(bytes).toString('hex'))

export const itemId = z
  .string()
  .refine((value) => parseItemId(value) !== undefined, {
    error: 'must be an item id, as in 3-1042',
  })
  .transform((value) => value as ItemId)

export const purchaseId = z
  .string()
  .refine((value) => parsePurchaseId(value) !== undefined, { error: 'must be a purchase id' })
  .transform((value) => value as PurchaseId)

export const quantity = z
  .number()
  .refine(isQuantity, { error: `must be an integer from 1 to ${QUANTITY_MAX}` })

export const money = z.object({
  amount: z.number().refine(isAmount, { error: 'must be an integer from 1 to 10^12' }),
  currency: z.string().refine(isCurrency, { error: 'must be a code such as USD' }),
})

/** A claim lasts long enough for a step and short enough for a resumer to wait. */
export const claimSeconds = integer(1, 3_600)
/** Names a process in claims, for people: `buyer@host:5020`. */
export const processName = ascii(1, 128)
