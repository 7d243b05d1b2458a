/** The payments port of purchase driving over the SOAP client. */
import { assert } from '../../common/assert.ts'
import type { PaymentClient, PaymentResult } from '../../payment-soap/client.ts'
import type { PaymentAnswer, Payments } from './ports.ts'

export function payments(client: PaymentClient): Payments {
  return {
    async charge({ reference, card, amount }, deadline) {
      const result = await client.processPayment({ reference, card, amount }, deadline)
      const answer = answerOf(result)
      assert(answer.kind !== 'unknown', 'a payment that was asked for is known')
      // A reference is charged once, so another amount would mean that two purchases share an id.
      if (result.status === 'APPROVED') {
        assert(result.charged.amount.amount === amount.amount, 'what is charged is the total')
      }
      return answer
    },
    async find(reference, deadline) {
      return answerOf(await client.getPayment(reference, deadline))
    },
    async void(reference, deadline) {
      const { status } = await client.voidPayment(reference, deadline)
      assert(status === 'VOIDED' || status === 'DECLINED', `nothing is left to pay, not ${status}`)
    },
  }
}

function answerOf(result: PaymentResult): PaymentAnswer | { readonly kind: 'unknown' } {
  switch (result.status) {
    case 'APPROVED':
      return { kind: 'approved', authorizationId: result.authorizationId }
    case 'DECLINED':
      return { kind: 'declined', message: declinedBecause[result.reason] }
    case 'VOIDED':
      return { kind: 'voided' }
    case 'UNKNOWN':
      return { kind: 'unknown' }
  }
}

type DeclineReason = Extract<PaymentResult, { readonly status: 'DECLINED' }>['reason']

const declinedBecause: Readonly<Record<DeclineReason, string>> = {
  CARD_DECLINED: 'The card was declined.',
  INSUFFICIENT_FUNDS: 'The card was declined: insufficient funds.',
  EXPIRED_CARD: 'The card was declined: it has expired.',
  INCORRECT_SECURITY_CODE: 'The card was declined: the security code is wrong.',
  PROCESSING_ERROR: 'The card was declined: it could not be processed.',
}
