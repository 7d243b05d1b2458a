/**
 * Drives one purchase, whose claim the caller holds, from whatever state it is in to its end. It
 * serves the request that opened the purchase and every resumer alike: they differ in having a card.
 * It must not know how claims are won, nor HTTP.
 */
import { assert, unreachable } from '../../common/assert.ts'
import type { Deadline } from '../../common/deadline.ts'
import { AppError } from '../../common/errors.ts'
import { isOpen } from '../../common/purchase-states.ts'
import { isTransient, type Patience, persistently } from './persistence.ts'
import type {
  Card,
  PaymentAnswer,
  Purchase,
  PurchaseFailure,
  PurchaseServices,
  ReservedLine,
  Step,
} from './ports.ts'
import { duties } from './transitions.ts'

export type DriveResult =
  | { readonly kind: 'settled'; readonly purchase: Purchase }
  /** Somebody else holds the claim now and drives on: wait for the outcome. */
  | { readonly kind: 'lost' }

export type DriveOptions = {
  readonly card?: Card | undefined
  readonly services: PurchaseServices
  readonly patience: Patience
  /** Until then failures that may pass are met by trying again. */
  readonly deadline: Deadline
}

/**
 * Resolves once the purchase is `completed` or `failed` on record, or the claim is lost. Throws the
 * last AppError when the deadline passes: the purchase stands still then, until somebody claims it.
 */
export async function drive(purchase: Purchase, options: DriveOptions): Promise<DriveResult> {
  let current = purchase
  while (isOpen(current.state)) {
    const step = await perform(current, options)
    if (step === 'lost') return { kind: 'lost' }
    const advanced = await record(current, step, options)
    if (advanced === 'lost') return { kind: 'lost' }
    assert(advanced.state === step.to, `a recorded step leads where it says: ${step.to}`)
    current = advanced
  }
  return { kind: 'settled', purchase: current }
}

/** Does what the state calls for, outside the record; returns what is to be recorded. */
function perform(purchase: Purchase, options: DriveOptions): Promise<Step | 'lost'> {
  const { card } = options
  const duty = duties[purchase.state][card === undefined ? 'withoutCard' : 'withCard']
  switch (duty) {
    case 'reserve':
      return reserve(purchase, options)
    case 'charge':
      assert(card !== undefined, 'only who has the card charges')
      return charge(purchase, card, options)
    case 'lookUpPayment':
      return lookUpPayment(purchase, options)
    case 'giveUp':
      return Promise.resolve(release(abandoned))
    case 'confirm':
      return confirm(purchase, options)
    case 'giveBack':
      return giveBack(purchase, options)
    case 'rest':
      throw new AppError('INTERNAL', { message: `purchase ${purchase.id} is settled` })
    default:
      return unreachable(duty)
  }
}

async function record(
  purchase: Purchase,
  step: Step,
  { services, patience, deadline }: DriveOptions,
): Promise<Purchase | 'lost'> {
  try {
    return await persistently(
      (attempt) => services.records.advance(purchase, step, attempt),
      patience,
      deadline,
    )
  } catch (error) {
    // Both mean that the record moved on under somebody else's claim.
    if (error instanceof AppError && error.code === 'STALE_CLAIM') return 'lost'
    if (error instanceof AppError && error.code === 'ILLEGAL_TRANSITION') return 'lost'
    throw error
  }
}

async function reserve(purchase: Purchase, options: DriveOptions): Promise<Step | 'lost'> {
  const { services, patience, deadline } = options
  const lines = purchase.lines.map(({ itemId, quantity, ceiling }) => ({
    itemId,
    quantity,
    ceiling,
  }))
  const request = { purchaseId: purchase.id, buyerId: purchase.buyerId, lines }
  try {
    const reserved = await persistently(
      (attempt) => services.reservations.reserve(request, attempt),
      patience,
      deadline,
    )
    return { to: 'reserved', lines: withTerms(purchase, reserved) }
  } catch (error) {
    if (!(error instanceof AppError) || isTransient(error)) throw error
    // A tombstone: another driver gave the purchase up, under a later claim.
    if (error.code === 'PURCHASE_ABANDONED') return 'lost'
    return fail({ code: error.code, message: error.message })
  }
}

function withTerms(purchase: Purchase, reserved: readonly ReservedLine[]) {
  return purchase.lines.map((line) => {
    const found = reserved.find(({ itemId }) => itemId === line.itemId)
    assert(found !== undefined, `all lines are reserved: ${line.itemId}`)
    assert(found.price.amount <= line.ceiling.amount, 'no price passes the one seen in the cart')
    const { sellerId, name, price } = found
    return { ...line, reserved: { sellerId, name, price } }
  })
}

/**
 * Charges until the outcome is known, always under the one reference: a charge that gave no answer is
 * looked up first, and repeated only where the payment service has not heard of it.
 */
async function charge(
  purchase: Purchase,
  card: Card,
  { services, patience, deadline }: DriveOptions,
): Promise<Step | 'lost'> {
  const { total } = purchase
  assert(total !== undefined, 'a reserved purchase has a total')
  const request = { reference: purchase.id, card, amount: total }
  let inDoubt = false
  const attemptOnce = async (attempt: Deadline): Promise<PaymentAnswer> => {
    if (inDoubt) {
      const found = await services.payments.find(purchase.id, attempt)
      if (found.kind !== 'unknown') return found
    }
    inDoubt = true
    return services.payments.charge(request, attempt)
  }
  try {
    const answer = await persistently(attemptOnce, patience, deadline)
    // Voided: another driver gave the purchase up, under a later claim.
    return answer.kind === 'voided' ? 'lost' : stepAfter(answer)
  } catch (error) {
    if (!(error instanceof AppError) || isTransient(error)) throw error
    // The payment service will have none of it (a fault for bad input): the same as a refusal.
    return release({ code: 'PAYMENT_DECLINED', message: error.message })
  }
}

/** Without a card: where the payment service knows of no approval, there must never be one. */
async function lookUpPayment(
  purchase: Purchase,
  { services, patience, deadline }: DriveOptions,
): Promise<Step> {
  const found = await persistently(
    (attempt) => services.payments.find(purchase.id, attempt),
    patience,
    deadline,
  )
  if (found.kind === 'unknown' || found.kind === 'voided') return release(abandoned)
  return stepAfter(found)
}

function stepAfter(answer: Exclude<PaymentAnswer, { kind: 'voided' }>): Step {
  if (answer.kind === 'approved') return { to: 'paid', authorizationId: answer.authorizationId }
  return release({ code: 'PAYMENT_DECLINED', message: answer.message })
}

async function confirm(
  purchase: Purchase,
  { services, patience, deadline }: DriveOptions,
): Promise<Step> {
  await persistently(
    (attempt) => services.reservations.confirm(purchase.id, attempt),
    patience,
    deadline,
  )
  return { to: 'completed' }
}

/**
 * Void first: from then on no charge can succeed for units that are about to go back on sale. Each
 * leaves a tombstone where it finds nothing, against a charge or a reserve that is still on its way.
 */
async function giveBack(
  purchase: Purchase,
  { services, patience, deadline }: DriveOptions,
): Promise<Step> {
  const { failure } = purchase
  assert(failure !== undefined, 'a purchase is released for a reason')
  // A declined charge is the final answer to its reference: there is nothing to void.
  if (failure.code !== 'PAYMENT_DECLINED') {
    await persistently(
      (attempt) => services.payments.void(purchase.id, attempt),
      patience,
      deadline,
    )
  }
  await persistently(
    (attempt) => services.reservations.release(purchase.id, attempt),
    patience,
    deadline,
  )
  return fail(failure)
}

const abandoned: PurchaseFailure = {
  code: 'PURCHASE_ABANDONED',
  message: 'The purchase was interrupted and given up; nothing was charged.',
}

function release(failure: PurchaseFailure): Step {
  return { to: 'releasing', failure }
}

function fail(failure: PurchaseFailure): Step {
  return { to: 'failed', failure }
}
