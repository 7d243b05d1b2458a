/**
 * The fields that requests to both servers are made of: what validates, and what the OpenAPI
 * document is generated from (`meta` says what a refinement cannot). Text arrives normalised (NFC, no blanks around it) from here on. What depends on
 * stored state (a username that is taken) is not decided here.
 */
import { z } from 'zod'
import { CATEGORY_MAX, parseItemId, parsePurchaseId } from '../common/ids.ts'
import { AMOUNT_MAX, QUANTITY_MAX } from '../common/money.ts'
import { codePointLength, isPlainText, nfc } from '../common/unicode.ts'

export const NAME_LENGTH_MAX = 32
export const KEYWORD_LENGTH_MAX = 8
export const KEYWORDS_MAX = 5
export const PASSWORD_LENGTH_MAX = 128
export const PAGE_LIMIT_MAX = 100
const PAGE_LIMIT = 20

/** Text of `min` to `max` code points, counted after NFC and without blanks around it. */
function text(min: number, max: number) {
  return z
    .string({ error: 'must be a text' })
    .overwrite((value) => nfc(value.trim()))
    .refine(isPlainText, { error: 'must not contain control characters', abort: true })
    .refine((value) => isBetween(codePointLength(value), min, max), {
      error: `must be ${min} to ${max} characters`,
    })
    .meta({ minLength: min, maxLength: max })
}

export function integer(min: number, max: number) {
  return z
    .number({ error: 'must be a number' })
    .refine((value) => Number.isSafeInteger(value) && isBetween(value, min, max), {
      error: `must be an integer from ${min} to ${max}`,
    })
    .meta({ type: 'integer', minimum: min, maximum: max })
}

/** An integer as a query writes it: `42`. */
function integerText(min: number, max: number) {
  const error = `must be an integer from ${min} to ${max}`
  return z
    .string({ error: 'must be given once' })
    .regex(/^-?\d{1,16}$/, { error })
    .transform(Number)
    .refine((value) => isBetween(value, min, max), { error })
    .meta({ type: 'integer', minimum: min, maximum: max })
}

function isBetween(value: number, min: number, max: number): boolean {
  return value >= min && value <= max
}

export const name = text(1, NAME_LENGTH_MAX).meta({ examples: ['Red shoe'] })
export const username = text(1, NAME_LENGTH_MAX).meta({ examples: ['ada'] })
export const keyword = text(1, KEYWORD_LENGTH_MAX)
export const keywords = z
  .array(keyword, { error: 'must be a list' })
  .max(KEYWORDS_MAX, { error: `must be at most ${KEYWORDS_MAX} keywords` })
  .meta({ examples: [['red', 'shoe']] })

/** Not trimmed: blanks count. Normalised, so that it can be typed on another machine. */
export const password = z
  .string({ error: 'must be a text' })
  .overwrite(nfc)
  .refine((value) => isBetween(codePointLength(value), 8, PASSWORD_LENGTH_MAX), {
    error: 'must be 8 to 128 characters',
  })
  .meta({
    minLength: 8,
    maxLength: PASSWORD_LENGTH_MAX,
    format: 'password',
    examples: ['correct horse battery staple'],
  })

export const category = integer(0, CATEGORY_MAX).meta({ examples: [3] })
export const condition = z.enum(['new', 'used'], { error: 'must be "new" or "used"' })

/** Only the deployment's currency is taken. */
export function price(currency: string) {
  return z.strictObject({
    amount: integer(1, AMOUNT_MAX).meta({ description: 'Minor units: cents.', examples: [1999] }),
    currency: z.literal(currency, { error: `must be "${currency}"` }),
  })
}

/** Units that a seller puts up. */
export const unitsForSale = integer(0, QUANTITY_MAX).meta({ examples: [5] })
/** Units in a cart. */
export const units = integer(1, QUANTITY_MAX).meta({ examples: [2] })
export const unitsText = integerText(1, QUANTITY_MAX)
/** Units that a seller adds, or takes away. */
export const unitsChange = integer(-QUANTITY_MAX, QUANTITY_MAX)
  .refine((change) => change !== 0, { error: 'must not be 0' })
  .meta({ not: { const: 0 }, examples: [-3] })

export const itemId = z
  .string({ error: 'must be a text' })
  .refine((value) => parseItemId(value) !== undefined, {
    error: 'must be an item id, as in 3-1042',
  })
  .meta({ pattern: '^(0|[1-9][0-9]?)-[1-9][0-9]{0,14}$', examples: ['3-1042'] })

export const purchaseId = z
  .string()
  .refine((value) => parsePurchaseId(value) !== undefined, { error: 'must be a purchase id' })
  .meta({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$', examples: ['pJ8s0mYV0mLr1nqXv6bTzQg'] })

export const accountId = integerText(1, Number.MAX_SAFE_INTEGER).meta({ examples: [7] })

export const categoryText = integerText(0, CATEGORY_MAX)
export const amountText = integerText(0, AMOUNT_MAX)
/** `keyword=red&keyword=shoe`, or once. */
export const keywordTexts = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  keywords.optional(),
)

/** What every list takes. */
export const page = {
  cursor: z
    .string({ error: 'must be given once' })
    .max(1_000, { error: 'must be the cursor of a page' })
    .meta({ description: 'From `next` of the page before.' })
    .optional(),
  limit: integerText(1, PAGE_LIMIT_MAX).meta({ default: PAGE_LIMIT }).default(PAGE_LIMIT),
}
