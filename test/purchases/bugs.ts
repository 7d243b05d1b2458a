/**
 * Bugs, planted one at a time around the real code: each must be noticed by the property test within a
 * bounded number of runs, or the test proves nothing.
 */
import type { ModelServer } from '../../buyer/purchase/model/network.ts'
import type { PlantedBug as PaymentsBug } from '../../buyer/purchase/model/services.ts'
import type { Card, PurchaseServices } from '../../buyer/purchase/ports.ts'
import { AppError, type Outcome, succeed } from '../../common/errors.ts'
import type { PurchaseState } from '../../common/purchase-states.ts'
import type { Body } from '../../db-customers/commands/body.ts'
import { accounts, carts, purchases } from '../../db-customers/tables.ts'
import type { ProductsCommand } from '../../db-products/commands/command.ts'
import { items, reservations } from '../../db-products/tables.ts'
import type { TableSession } from '../../platform/postgres/tables.ts'
import type { Apply } from './group.ts'

export type PlantedBug = {
  readonly customers?: (apply: Apply<Body>) => Apply<Body>
  readonly products?: (apply: Apply<ProductsCommand>) => Apply<ProductsCommand>
  readonly services?: (services: PurchaseServices, server: ModelServer) => PurchaseServices
  readonly payments?: PaymentsBug
}

export const bugs: Readonly<Record<string, PlantedBug>> = {
  'no ceiling is checked': {
    products: instead('reserve', (apply, body, tables, nowMs) => {
      const lines = body.lines.map((line) => ({ ...line, ceiling: 1_000_000 }))
      return apply({ ...body, lines }, tables, nowMs)
    }),
  },
  'a lower price is not passed on': {
    products: instead('reserve', async (apply, body, tables, nowMs) => {
      const outcome = await apply(body, tables, nowMs)
      const row = await tables.get(reservations, { purchase_id: body.purchaseId })
      if (!outcome.ok || row?.state !== 'held') return outcome
      const lines = row.lines.map((line) => {
        const asked = body.lines.find(({ item }) => item.serial === line.serial)
        return { ...line, price: asked?.ceiling ?? line.price }
      })
      tables.put(reservations, { ...row, lines })
      return succeed({ state: row.state, lines })
    }),
  },
  'lines for which there are too few units are left out': {
    products: instead('reserve', async (apply, body, tables, nowMs) => {
      const rows = await Promise.all(
        body.lines.map(({ item: { serial } }) => tables.get(items, { serial })),
      )
      const lines = body.lines.filter((line, n) => (rows[n]?.quantity ?? 0) >= line.quantity)
      return apply(lines.length === 0 ? body : { ...body, lines }, tables, nowMs)
    }),
  },
  'confirming twice sells twice': {
    products: instead('confirm', async (apply, body, tables, nowMs) => {
      const row = await tables.get(reservations, { purchase_id: body.purchaseId })
      if (row?.state === 'confirmed') {
        tables.put(reservations, { ...row, state: 'held' })
        for (const { serial, quantity } of row.lines) {
          const item = await tables.get(items, { serial })
          if (item !== undefined) tables.put(items, { ...item, held: item.held + quantity })
        }
      }
      return apply(body, tables, nowMs)
    }),
  },
  'releasing what is unknown leaves no tombstone': {
    products: instead('release', async (apply, body, tables, nowMs) => {
      const key = { purchase_id: body.purchaseId }
      const isKnown = (await tables.get(reservations, key)) !== undefined
      const outcome = await apply(body, tables, nowMs)
      if (!isKnown) tables.remove(reservations, key)
      return outcome
    }),
  },
  'a failure leaves the cart locked': {
    customers: whenAdvancedTo('failed', async ({ tables, purchaseId, tokenHash }) => {
      const cart = await tables.get(carts, { token_hash: tokenHash })
      if (cart !== undefined) tables.put(carts, { ...cart, locked_by: purchaseId })
    }),
  },
  'what was bought stays in the cart': {
    customers: whenAdvancedTo('completed', async ({ tables, purchaseId, tokenHash }) => {
      const purchase = await tables.get(purchases, { id: purchaseId })
      const lines = purchase?.lines.map(({ itemId, quantity, ceiling }) => ({
        itemId,
        quantity,
        price: ceiling,
      }))
      tables.put(carts, { token_hash: tokenHash, lines: lines ?? [], locked_by: null })
    }),
  },
  'a purchase counts as one unit': {
    customers: whenAdvancedTo('completed', async ({ tables, purchaseId }) => {
      const purchase = await tables.get(purchases, { id: purchaseId })
      const key = { role: 'buyer', id: purchase?.buyer_id ?? 0 } as const
      const buyer = await tables.get(accounts, key)
      const units = purchase?.lines.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0
      if (buyer === undefined) return
      tables.put(accounts, { ...buyer, items_purchased: buyer.items_purchased - units + 1 })
    }),
  },
  'an open purchase does not lock the cart': {
    customers: instead('openPurchase', async (apply, body, tables, nowMs) => {
      const outcome = await apply(body, tables, nowMs)
      const cart = await tables.get(carts, { token_hash: body.tokenHash })
      if (outcome.ok && cart !== undefined) tables.put(carts, { ...cart, locked_by: null })
      return outcome
    }),
  },
  'neither claims nor transitions are checked': {
    customers: instead('advancePurchase', async (apply, body, tables, nowMs) => {
      const row = await tables.get(purchases, { id: body.purchaseId })
      const state = before[body.to]
      if (row !== undefined) tables.put(purchases, { ...row, state, claim: body.claim })
      return apply(body, tables, nowMs)
    }),
  },
  'a claim never expires': {
    customers: instead('claimPurchase', (apply, body, tables) => apply(body, tables, 0)),
  },
  'a resumer charges': {
    services: (services, { name }) => {
      if (!name.startsWith('resumer')) return services
      const { records, payments } = services
      const find: typeof payments.find = async (reference, deadline) => {
        const found = await payments.find(reference, deadline)
        const { total: amount } = await records.get(reference, deadline)
        if (found.kind !== 'unknown' || amount === undefined) return found
        return payments.charge({ reference, amount, card: anyCard }, deadline)
      }
      return { ...services, payments: { ...payments, find } }
    },
  },
  'voiding is forgotten': {
    services: (services) => ({
      ...services,
      payments: { ...services.payments, void: async () => undefined },
    }),
  },
  'units are not given back': {
    services: (services) => ({
      ...services,
      reservations: { ...services.reservations, release: async () => undefined },
    }),
  },
  'no answer to a charge is taken for a refusal': {
    services: (services) => {
      const { payments } = services
      const charge: typeof payments.charge = async (request, deadline) => {
        try {
          return await payments.charge(request, deadline)
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          return { kind: 'declined', message: 'no answer' }
        }
      }
      return { ...services, payments: { ...payments, charge } }
    },
  },
  'voiding what is unknown leaves no tombstone': { payments: 'void leaves no tombstone' },
  'a repeated charge charges again': { payments: 'a repeated charge charges again' },
}

const anyCard: Card = { name: 'A', number: '4242', expiration: '12/99', securityCode: '123' }

/** From where each state is reached. */
const before = {
  reserved: 'pending',
  paid: 'reserved',
  completed: 'paid',
  releasing: 'reserved',
  failed: 'releasing',
} as const satisfies Record<Exclude<PurchaseState, 'pending'>, PurchaseState>

type Typed = { readonly type: string }

/** Does something else where commands of one type are applied. */
function instead<Body extends Typed, Type extends Body['type']>(
  type: Type,
  other: (
    apply: Apply<Body>,
    body: Extract<Body, { readonly type: Type }>,
    tables: TableSession,
    groupTimeMs: number,
  ) => Promise<Outcome<unknown>>,
): (apply: Apply<Body>) => Apply<Body> {
  const isMeant = (body: Body): body is Extract<Body, { readonly type: Type }> => body.type === type
  return (apply) => (body, tables, groupTimeMs) =>
    isMeant(body) ? other(apply, body, tables, groupTimeMs) : apply(body, tables, groupTimeMs)
}

type Advanced = {
  readonly tables: TableSession
  readonly purchaseId: string
  readonly tokenHash: string
}

/** Does something besides when a purchase has come to its end. */
function whenAdvancedTo(
  state: 'completed' | 'failed',
  besides: (advanced: Advanced) => Promise<void>,
): (apply: Apply<Body>) => Apply<Body> {
  return (apply) => async (body, tables, groupTimeMs) => {
    const outcome = await apply(body, tables, groupTimeMs)
    if (body.type !== 'advancePurchase' || body.to !== state || !outcome.ok) return outcome
    const row = await tables.get(purchases, { id: body.purchaseId })
    if (row !== undefined) {
      await besides({ tables, purchaseId: row.id, tokenHash: row.token_hash })
    }
    return outcome
  }
}
