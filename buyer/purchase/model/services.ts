/**
 * Models of the three services that a purchase runs through, as their contracts describe them
 * (customers.proto, products.proto, the payment service): claims that are numbered and expire on group
 * time, reservations and payments with tombstones, stored results of repeated requests. Effects only;
 * what happens to messages on the way is network.ts.
 */
import { AppError, type ErrorCode } from '../../../common/errors.ts'
import { type Money, totalOf } from '../../../common/money.ts'
import { isLegalTransition, isOpen } from '../../../common/purchase-states.ts'
import type { PaymentAnswer, Purchase, ReservedLine, ReserveRequest, Step } from '../ports.ts'
import { CLAIM_SECONDS } from '../timing.ts'

/** Bugs to plant: the property test has to notice each. */
export type PlantedBug =
  | 'neither claims nor transitions are checked'
  | 'void leaves no tombstone'
  | 'release leaves no tombstone'
  | 'a repeated charge charges again'

export type CustomersModel = ReturnType<typeof createCustomersModel>

export function createCustomersModel(groupNowMs: () => number, bug?: PlantedBug) {
  const checks = bug !== 'neither claims nor transitions are checked'
  const purchases = new Map<string, Purchase>()
  const results = new Map<string, Purchase | AppError>()
  const find = (id: string): Purchase => {
    const purchase = purchases.get(id)
    if (purchase === undefined) throw new AppError('PURCHASE_NOT_FOUND')
    return purchase
  }
  const expiry = () => groupNowMs() + CLAIM_SECONDS * 1_000
  /** The group keeps the outcome of each request id. */
  const once = (requestId: string, apply: () => Purchase): Purchase => {
    const known = results.get(requestId)
    const result = known ?? outcomeOf(apply)
    results.set(requestId, result)
    if (result instanceof AppError) throw result
    return result
  }
  const store = (purchase: Purchase): Purchase => {
    purchases.set(purchase.id, purchase)
    return purchase
  }
  return {
    purchases,
    open: (purchase: Omit<Purchase, 'state' | 'transitions' | 'claim' | 'claimExpiresAtMs'>) =>
      once(`${purchase.id} open`, () =>
        store({
          ...purchase,
          state: 'pending',
          transitions: [{ state: 'pending', atMs: groupNowMs() }],
          claim: 1,
          claimExpiresAtMs: expiry(),
        }),
      ),
    advance: (id: string, claim: number, step: Step) =>
      once(`${id} ${claim} ${step.to}`, () => {
        const purchase = find(id)
        if (checks && purchase.claim !== claim) throw new AppError('STALE_CLAIM')
        if (purchase.state === step.to) return purchase
        const isLegal = isLegalTransition(purchase.state, step.to)
        if (checks && !isLegal) throw new AppError('ILLEGAL_TRANSITION')
        return store(stepped(purchase, step, groupNowMs(), expiry()))
      }),
    claim: (id: string, expected: number, claimedBy: string, requestId: string) =>
      once(requestId, () => {
        const purchase = find(id)
        if (!isOpen(purchase.state)) throw new AppError('ILLEGAL_TRANSITION')
        const isFree = purchase.claimExpiresAtMs <= groupNowMs()
        if (purchase.claim !== expected || !isFree) throw new AppError('STALE_CLAIM')
        return store({
          ...purchase,
          claim: expected + 1,
          claimedBy,
          claimExpiresAtMs: expiry(),
        })
      }),
    get: find,
    listStanding: (idleMs: number, limit: number): Purchase[] =>
      [...purchases.values()]
        .filter(({ state, claimExpiresAtMs, transitions }) => {
          const last = transitions.at(-1)?.atMs ?? 0
          const nowMs = groupNowMs()
          return isOpen(state) && claimExpiresAtMs <= nowMs && nowMs - last > idleMs
        })
        .slice(0, limit),
  }
}

function stepped(purchase: Purchase, step: Step, atMs: number, claimExpiresAtMs: number): Purchase {
  const common = {
    ...purchase,
    state: step.to,
    transitions: [...purchase.transitions, { state: step.to, atMs }],
    claimExpiresAtMs,
  }
  switch (step.to) {
    case 'reserved': {
      const priced = step.lines.map(({ reserved, quantity }) => ({
        price: reserved.price,
        quantity,
      }))
      const total = totalOf(priced, 'USD')
      return { ...common, lines: step.lines, ...(total === undefined ? {} : { total }) }
    }
    case 'paid':
      return { ...common, authorizationId: step.authorizationId }
    case 'completed':
      return common
    case 'releasing':
    case 'failed':
      return { ...common, failure: step.failure }
  }
}

export type StockedItem = { quantity: number; price: number }
export type Reservation = {
  state: 'held' | 'confirmed' | 'released'
  readonly lines: readonly ReservedLine[]
}
export type ProductsModel = ReturnType<typeof createProductsModel>

export function createProductsModel(stock: ReadonlyMap<string, StockedItem>, bug?: PlantedBug) {
  const reservations = new Map<string, Reservation>()
  const sold = new Map<string, number>()
  const refusals = new Map<string, AppError>()
  const hold = (request: ReserveRequest): readonly ReservedLine[] => {
    const known = reservations.get(request.purchaseId)
    if (known?.state === 'released') throw new AppError('PURCHASE_ABANDONED')
    if (known !== undefined) return known.lines
    const lines = request.lines.map((line) => {
      const item = stock.get(line.itemId)
      if (item === undefined) throw new AppError('ITEM_NOT_FOUND')
      if (item.quantity < line.quantity) throw new AppError('OUT_OF_STOCK')
      if (item.price > line.ceiling.amount) throw new AppError('PRICE_CHANGED')
      const price: Money = { amount: item.price, currency: 'USD' }
      return { itemId: line.itemId, quantity: line.quantity, sellerId: 1, name: 'thing', price }
    })
    for (const line of lines) move(stock, line, -1)
    reservations.set(request.purchaseId, { state: 'held', lines })
    return lines
  }
  return {
    stock,
    sold,
    reservations,
    reserve: (request: ReserveRequest): readonly ReservedLine[] => {
      const refused = refusals.get(request.purchaseId)
      if (refused !== undefined) throw refused
      const result = outcomeOf(() => hold(request))
      if (!(result instanceof AppError)) return result
      refusals.set(request.purchaseId, result)
      throw result
    },
    confirm: (id: string): void => {
      const reservation = reservations.get(id)
      if (reservation?.state === 'confirmed') return
      if (reservation?.state !== 'held') throw new AppError('ILLEGAL_TRANSITION')
      reservation.state = 'confirmed'
      for (const { itemId, quantity } of reservation.lines) {
        sold.set(itemId, (sold.get(itemId) ?? 0) + quantity)
      }
    },
    release: (id: string): void => {
      const reservation = reservations.get(id)
      if (reservation?.state === 'confirmed') throw new AppError('ILLEGAL_TRANSITION')
      if (reservation?.state === 'released') return
      if (reservation === undefined) {
        if (bug !== 'release leaves no tombstone') {
          reservations.set(id, { state: 'released', lines: [] })
        }
        return
      }
      reservation.state = 'released'
      for (const line of reservation.lines) move(stock, line, 1)
    },
  }
}

function move(stock: ReadonlyMap<string, StockedItem>, line: ReservedLine, sign: 1 | -1): void {
  const item = stock.get(line.itemId)
  if (item !== undefined) item.quantity += sign * line.quantity
}

export type LedgerEntry = { readonly amount: number; readonly answer: PaymentAnswer }
export type PaymentsModel = ReturnType<typeof createPaymentsModel>

export function createPaymentsModel(
  approves: (reference: string) => boolean,
  /** Called at the moment of each approval. */
  onApproved: (reference: string, amount: Money) => void,
  bug?: PlantedBug,
) {
  const ledger = new Map<string, LedgerEntry>()
  let approvals = 0
  return {
    ledger,
    approvals: () => approvals,
    charge: (reference: string, amount: Money): PaymentAnswer => {
      const known = ledger.get(reference)
      const isRepeatable = bug === 'a repeated charge charges again'
      if (known !== undefined && !(isRepeatable && known.answer.kind === 'approved')) {
        return known.answer
      }
      const isApproved = approves(reference)
      if (isApproved) {
        approvals += 1
        onApproved(reference, amount)
      }
      const answer: PaymentAnswer = isApproved
        ? { kind: 'approved', authorizationId: `a-${reference}` }
        : { kind: 'declined', message: 'insufficient funds' }
      ledger.set(reference, { amount: amount.amount, answer })
      return answer
    },
    find: (reference: string): PaymentAnswer | { kind: 'unknown' } =>
      ledger.get(reference)?.answer ?? { kind: 'unknown' },
    void: (reference: string): void => {
      const known = ledger.get(reference)
      if (known === undefined && bug === 'void leaves no tombstone') return
      if (known?.answer.kind === 'declined') return
      ledger.set(reference, { amount: known?.amount ?? 0, answer: { kind: 'voided' } })
    },
  }
}

export function outcomeOf<T>(apply: () => T): T | AppError {
  try {
    return apply()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

export function unavailable(code: ErrorCode = 'UNAVAILABLE'): AppError {
  return new AppError(code, { definite: false, message: 'no answer (model)' })
}
