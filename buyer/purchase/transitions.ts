/**
 * What is to be done in each state of a purchase, as data; the legal transitions themselves stand in
 * common/purchase-states.ts, where the customers group enforces them.
 *
 * Two rules make every interleaving of drivers safe, whatever process dies and whatever message is late:
 * - *Decide first.* The record decides between `paid` and `releasing`, once, under the present claim.
 *   Only then follows what cannot be taken back: confirm after `paid`; void and release after
 *   `releasing`. So a driver that lost its claim can never undo what its successor completes.
 * - *Charge only what is recorded as reserved.* While a purchase is `pending` nothing was charged.
 */
import type { PurchaseState } from '../../common/purchase-states.ts'

export type Duty =
  /** Set the units aside, at most at the prices seen in the cart. */
  | 'reserve'
  /** Charge the card, under the purchase's id. */
  | 'charge'
  /** Find out what became of the charge; without one, give up. */
  | 'lookUpPayment'
  | 'giveUp'
  /** Sell the reserved units. */
  | 'confirm'
  /** Void the payment, then release the units. */
  | 'giveBack'
  /** Nothing: the purchase is settled. */
  | 'rest'

/** A resumer has no card and never charges; a repeat of the buyer's request brings the card again. */
export const duties = {
  pending: { withCard: 'reserve', withoutCard: 'giveUp' },
  reserved: { withCard: 'charge', withoutCard: 'lookUpPayment' },
  paid: { withCard: 'confirm', withoutCard: 'confirm' },
  releasing: { withCard: 'giveBack', withoutCard: 'giveBack' },
  completed: { withCard: 'rest', withoutCard: 'rest' },
  failed: { withCard: 'rest', withoutCard: 'rest' },
} as const satisfies Record<PurchaseState, { readonly withCard: Duty; readonly withoutCard: Duty }>
