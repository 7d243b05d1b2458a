/**
 * Collects every bad field of a request before it is refused, so that a caller sees all of them at
 * once. Knows the limits that several commands and queries share, not the commands.
 */
import { AppError, type FieldProblem } from '../../common/errors.ts'
import { AMOUNT_MAX, type Money } from '../../common/money.ts'
import { codePointLength, isPlainText, nfc } from '../../common/unicode.ts'

export const NAME_LENGTH_MAX = 32
export const KEYWORDS_MAX = 5
export const KEYWORD_LENGTH_MAX = 8

export class FieldChecks {
  readonly #problems: FieldProblem[] = []
  #currencyProblem: FieldProblem | undefined

  problem(path: string, message: string): void {
    this.#problems.push({ path, message })
  }

  integer(path: string, value: number, range: { min: number; max: number }): number {
    if (!Number.isSafeInteger(value) || value < range.min || value > range.max) {
      this.problem(path, `must be an integer from ${range.min} to ${range.max}`)
    }
    return value
  }

  /** A seller's or buyer's id, given out by another group. */
  accountId(path: string, value: number): number {
    if (!Number.isSafeInteger(value) || value < 1) this.problem(path, 'must be a positive integer')
    return value
  }

  /**
   * In NFC; 1 to `lengthMax` code points, not blank. A text that PostgreSQL cannot store (U+0000, half
   * a surrogate pair) would stop every replica once it is ordered: it ends here.
   */
  text(path: string, value: string, lengthMax: number): string {
    const normal = nfc(value)
    const length = codePointLength(normal)
    if (length < 1 || length > lengthMax)
      this.problem(path, `must have 1 to ${lengthMax} characters`)
    else if (!isPlainText(normal)) this.problem(path, 'must not hold control characters')
    else if (isBlank(normal)) this.problem(path, 'must not be blank')
    return normal
  }

  /** A price of at least 1 minor unit, as gRPC hands it over; returns the amount. */
  price(path: string, value: Money | null, currency: string): number {
    if (value === null) {
      this.problem(path, 'is missing')
      return 0
    }
    if (value.currency !== currency) {
      this.#currencyProblem ??= { path: `${path}.currency`, message: `must be ${currency}` }
    }
    return this.integer(`${path}.amount`, value.amount, { min: 1, max: AMOUNT_MAX })
  }

  /** Throws INVALID_ARGUMENT with all bad fields, or CURRENCY_MISMATCH when only a currency is bad. */
  throwIfBad(): void {
    const currencyProblem = this.#currencyProblem
    const fields = currencyProblem ? [...this.#problems, currencyProblem] : this.#problems
    if (fields.length === 0) return
    const code = this.#problems.length === 0 ? 'CURRENCY_MISMATCH' : 'INVALID_ARGUMENT'
    const message = fields.map((field) => `${field.path} ${field.message}`).join('; ')
    throw new AppError(code, { message, fields })
  }
}

function isBlank(text: string): boolean {
  return text.replace(/\p{Default_Ignorable_Code_Point}/gu, '').trim() === ''
}
