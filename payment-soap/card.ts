/**
 * What a card must look like, and the cards with which tests decide what happens. Pure. Numbers and
 * codes pass through here and are kept nowhere.
 */
import type { FieldProblem } from '../common/errors.ts'
import { AMOUNT_MAX, isAmount } from '../common/money.ts'
import { codePointLength, isPlainText } from '../common/unicode.ts'

export type ChargeRequest = {
  /** 1–64 characters, unique per payment. */
  readonly reference: string
  readonly name: string
  readonly number: string
  /** MM/YY */
  readonly expiration: string
  readonly securityCode: string
  /** Minor units. */
  readonly amount: number
  readonly currency: string
}

export type DeclineReason =
  | 'CARD_DECLINED'
  | 'INSUFFICIENT_FUNDS'
  | 'EXPIRED_CARD'
  | 'INCORRECT_SECURITY_CODE'
  | 'PROCESSING_ERROR'

export type CardBehaviour =
  | { readonly kind: 'approve' }
  | { readonly kind: 'decline'; readonly reason: DeclineReason }
  /** Approves, and answers only after SLOW_ANSWER_MS. */
  | { readonly kind: 'approve slowly' }
  /** Approves and charges, and never answers that request. Repeats and look-ups are answered. */
  | { readonly kind: 'approve silently' }

export const SLOW_ANSWER_MS = 3_000

/** All pass the Luhn check. Any other number is approved at the configured rate. */
export const testCards: ReadonlyMap<string, CardBehaviour> = new Map<string, CardBehaviour>([
  ['4242424242424242', { kind: 'approve' }],
  ['5555555555554444', { kind: 'approve' }],
  ['4000000000000002', { kind: 'decline', reason: 'CARD_DECLINED' }],
  ['4000000000009995', { kind: 'decline', reason: 'INSUFFICIENT_FUNDS' }],
  ['4000000000000069', { kind: 'decline', reason: 'EXPIRED_CARD' }],
  ['4000000000000127', { kind: 'decline', reason: 'INCORRECT_SECURITY_CODE' }],
  ['4000000000000119', { kind: 'decline', reason: 'PROCESSING_ERROR' }],
  ['4000000000001000', { kind: 'approve slowly' }],
  ['4000000000002008', { kind: 'approve silently' }],
])

const NAME_LENGTH_MAX = 64

/** 1–64 letters, digits, `_`, `-`: safe in XML, in a log and in a line of the ledger. */
export function referenceProblems(reference: string): FieldProblem[] {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(reference)) return []
  return [{ path: 'reference', message: 'must be 1 to 64 letters, digits, _ or -' }]
}

/** All that is wrong with a request; empty when it can be decided. Messages never repeat a value. */
export function chargeProblems(
  request: ChargeRequest,
  rules: { readonly currency: string; readonly nowUnixMs: number },
): FieldProblem[] {
  const problems = referenceProblems(request.reference)
  const require = (path: keyof ChargeRequest, holds: boolean, message: string): void => {
    if (!holds) problems.push({ path, message })
  }
  const nameLength = codePointLength(request.name)
  require('name', nameLength >= 1 &&
    nameLength <= NAME_LENGTH_MAX &&
    isPlainText(request.name), `must be 1 to ${NAME_LENGTH_MAX} characters`)
  require('number', isCardNumber(request.number), 'is not a card number (check the digits)')
  const expiry = expiryUnixMs(request.expiration)
  if (expiry === undefined) require('expiration', false, 'must be MM/YY')
  else require('expiration', expiry > rules.nowUnixMs, 'is in the past')
  require('securityCode', /^\d{3,4}$/.test(request.securityCode), 'must be 3 or 4 digits')
  require('amount', isAmount(request.amount), `must be a whole number from 1 to ${AMOUNT_MAX}`)
  require('currency', request.currency === rules.currency, `must be ${rules.currency}`)
  return problems
}

/** 12–19 digits whose last one is the Luhn check digit (ISO/IEC 7812-1, annex B). */
export function isCardNumber(text: string): boolean {
  if (!/^\d{12,19}$/.test(text)) return false
  let sum = 0
  for (let place = 0; place < text.length; place += 1) {
    const digit = Number(text[text.length - 1 - place])
    const doubled = place % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** The first moment at which the card is no longer valid: the end of its month, everywhere on earth. */
function expiryUnixMs(expiration: string): number | undefined {
  const match = /^(0[1-9]|1[0-2])\/(\d{2})$/.exec(expiration)
  if (match === null) return undefined
  // Date.UTC counts months from 0, so the card's month is the next one there. UTC−12 is the last to end it.
  return Date.UTC(2000 + Number(match[2]), Number(match[1]), 1, 12)
}
