/**
 * The operations of payment.wsdl, in terms of Payments: fields become requests, payments become
 * elements. It must not know XML or HTTP.
 */
import { unreachable } from '../common/assert.ts'
import { type ChargeRequest, SLOW_ANSWER_MS, testCards } from './card.ts'
import type { PaymentMessage, RequestFields } from './messages.ts'
import type { Payments } from './payments.ts'
import { type Payment, statusOf } from './service.ts'

/** As in the WSDL, and in its order. */
export type PaymentElement = {
  readonly reference: string
  readonly status: ReturnType<typeof statusOf> | 'UNKNOWN'
  readonly reason?: string | undefined
  readonly authorizationId?: string | undefined
  readonly amount?: number
  readonly currency?: string
  readonly last4?: string
}

/** Rejects as Payments does. */
export async function perform(
  payments: Payments,
  message: PaymentMessage,
): Promise<PaymentElement> {
  switch (message.operation) {
    case 'ProcessPayment': {
      const request = chargeRequest(message.fields)
      const { payment, first } = await payments.process(request)
      if (first) await behave(request.number)
      return element(payment)
    }
    case 'GetPayment': {
      const { reference } = message.fields
      const payment = await payments.get(reference)
      return payment ? element(payment) : { reference, status: 'UNKNOWN' }
    }
    case 'VoidPayment':
      return element(await payments.void(message.fields.reference))
    default:
      return unreachable(message)
  }
}

export function element(payment: Payment): PaymentElement {
  const { reference, charge } = payment
  const status = statusOf(payment)
  if (charge === undefined) return { reference, status }
  const { decision, amount, currency, last4 } = charge
  return {
    reference,
    status,
    reason: decision.approved ? undefined : decision.reason,
    authorizationId: decision.approved ? decision.authorizationId : undefined,
    amount,
    currency,
    last4,
  }
}

/** Two test cards: the charge has been made, and the answer is late or lost. */
async function behave(number: string): Promise<void> {
  const behaviour = testCards.get(number)
  if (behaviour?.kind === 'approve slowly') {
    await new Promise((resolve) => setTimeout(resolve, SLOW_ANSWER_MS))
  }
  if (behaviour?.kind === 'approve silently') await new Promise<never>(() => {})
}

function chargeRequest(fields: RequestFields<'ProcessPayment'>): ChargeRequest {
  const { amount, ...rest } = fields
  // An xsd:long may have white space around it, a sign and leading zeros. Number() would take more: '', '1e3'.
  const digits = /^\s*\+?(\d{1,18})\s*$/.exec(amount)?.[1]
  return { ...rest, amount: digits === undefined ? Number.NaN : Number(digits) }
}
