/** Putting an item up: what is refused before it is ordered, and what travels in the command. */
import { CATEGORY_MAX } from '../../common/ids.ts'
import { type Money, QUANTITY_MAX } from '../../common/money.ts'
import type { CreateItem } from './command.ts'
import { FieldChecks, KEYWORD_LENGTH_MAX, KEYWORDS_MAX, NAME_LENGTH_MAX } from './field-checks.ts'
import { foldWord } from './fold.ts'

export type CreateItemInput = {
  readonly sellerId: number
  readonly name: string
  readonly category: number
  readonly keywords: readonly string[]
  readonly condition: string
  readonly price: Money | null
  readonly quantity: number
}

/** Throws AppError INVALID_ARGUMENT or CURRENCY_MISMATCH, naming the fields. */
export function createItem(input: CreateItemInput, currency: string): CreateItem {
  const checks = new FieldChecks()
  const sellerId = checks.accountId('sellerId', input.sellerId)
  const name = checks.text('name', input.name, NAME_LENGTH_MAX)
  const category = checks.integer('category', input.category, { min: 0, max: CATEGORY_MAX })
  if (input.keywords.length > KEYWORDS_MAX) {
    checks.problem('keywords', `must be at most ${KEYWORDS_MAX}`)
  }
  // Bounded, so that an absurd request does not get an absurd answer.
  const keywords = input.keywords
    .slice(0, KEYWORDS_MAX)
    .map((keyword, index) => checks.text(`keywords.${index}`, keyword, KEYWORD_LENGTH_MAX))
  if (input.condition !== 'NEW' && input.condition !== 'USED') {
    checks.problem('condition', 'must be new or used')
  }
  const price = checks.price('price', input.price, currency)
  const quantity = checks.integer('quantity', input.quantity, { min: 0, max: QUANTITY_MAX })
  checks.throwIfBad()

  const foldedKeywords = [...new Set(keywords.map(foldWord))]
  return {
    type: 'createItem',
    sellerId,
    name,
    category,
    keywords,
    foldedKeywords,
    searchText: [foldWord(name), ...foldedKeywords].join(' '),
    condition: input.condition === 'NEW' ? 'new' : 'used',
    price,
    quantity,
  }
}
