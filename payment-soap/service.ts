/**
 * What the payment service decides. Pure: the same records give the same payments, the same request
 * the same decision. It must not know SOAP, files or clocks.
 */
import { createHash } from 'node:crypto'
import { assert, unreachable } from '../common/assert.ts'
import { type CardBehaviour, type ChargeRequest, type DeclineReason, testCards } from './card.ts'

/** A line of the ledger. Never a card's number or code: its last four digits only. */
export type LedgerRecord = ChargeRecord | VoidRecord

export type ChargeRecord = {
  readonly type: 'charge'
  readonly reference: string
  readonly decision:
    | { readonly approved: true; readonly authorizationId: string }
    | { readonly approved: false; readonly reason: DeclineReason }
  /** Minor units. */
  readonly amount: number
  readonly currency: string
  readonly last4: string
  readonly atMs: number
}

/** Reverses an approved charge, or stands in the way of one that has not come yet. */
export type VoidRecord = {
  readonly type: 'void'
  readonly reference: string
  readonly atMs: number
}

/** What is known of one reference. */
export type Payment = {
  readonly reference: string
  /** Undefined: voided before anybody charged it. */
  readonly charge?: ChargeRecord
  readonly voidedAtMs?: number
}

export type PaymentStatus = 'APPROVED' | 'DECLINED' | 'VOIDED'

export function statusOf({ charge, voidedAtMs }: Payment): PaymentStatus {
  if (voidedAtMs !== undefined) return 'VOIDED'
  assert(charge !== undefined, 'a payment was charged or voided')
  return charge.decision.approved ? 'APPROVED' : 'DECLINED'
}

/** The payment after one more record. Replaying a ledger is folding this over its lines. */
export function afterRecord(payment: Payment | undefined, record: LedgerRecord): Payment {
  switch (record.type) {
    case 'charge':
      assert(payment === undefined, `a reference is charged once: ${record.reference}`)
      return { reference: record.reference, charge: record }
    case 'void':
      assert(isVoidable(payment), `what is voided is open: ${record.reference}`)
      return { reference: record.reference, ...payment, voidedAtMs: record.atMs }
    default:
      return unreachable(record)
  }
}

/** Nothing is to be reversed, or refused in future, once a payment is declined or voided. */
export function isVoidable(payment: Payment | undefined): boolean {
  return payment === undefined || statusOf(payment) === 'APPROVED'
}

export type DecisionRules = {
  /** 0 … 1, for cards that are not test cards. */
  readonly approvalRate: number
  /** Another seed, other decisions. */
  readonly seed: number
}

/** The record of a first request. `request` must have no problems (chargeProblems). */
export function decideCharge(
  request: ChargeRequest,
  rules: DecisionRules,
  nowUnixMs: number,
): ChargeRecord {
  const { reference, number, amount, currency } = request
  const reason = declineReason(testCards.get(number), reference, rules)
  return {
    type: 'charge',
    reference,
    decision:
      reason === undefined
        ? { approved: true, authorizationId: digest(rules.seed, reference, 'id').slice(0, 16) }
        : { approved: false, reason },
    amount,
    currency,
    last4: number.slice(-4),
    atMs: nowUnixMs,
  }
}

function declineReason(
  behaviour: CardBehaviour | undefined,
  reference: string,
  rules: DecisionRules,
): DeclineReason | undefined {
  if (behaviour !== undefined) return behaviour.kind === 'decline' ? behaviour.reason : undefined
  // 52 bits of the digest, as a fraction in [0, 1): the same for the same reference and seed.
  const draw = Number.parseInt(digest(rules.seed, reference, 'draw').slice(0, 13), 16) / 2 ** 52
  return draw < rules.approvalRate ? undefined : 'CARD_DECLINED'
}

function digest(seed: number, reference: string, purpose: string): string {
  return createHash('sha256').update(`${seed}:${purpose}:${reference}`).digest('hex')
}
