/**
 * Test support: a small world for unit tests of apply code: tables in memory, a clock that moves when
 * told, and shorthand for the commands. Every refusal is checked to have changed nothing.
 */
import assertStrict from 'node:assert/strict'
import type { Outcome } from '../../common/errors.ts'
import type { ItemId, PurchaseId } from '../../common/ids.ts'
import type { Money } from '../../common/money.ts'
import type { PurchaseState } from '../../common/purchase-states.ts'
import { MemoryTables } from '../../replication/state-machine/memory-tables.ts'
import { apply } from '../application.ts'
import type { Body } from '../commands/body.ts'
import type { AdvancePurchase } from '../commands/purchases.ts'
import type { Role } from '../tables.ts'
import type { AccountOutcome, CartOutcome, PurchaseOutcome, SessionOutcome } from './outcomes.ts'

export const usd = (amount: number): Money => ({ amount, currency: 'USD' })
export const idleTimeoutSeconds = 300

export class World {
  readonly tables = new MemoryTables()
  nowMs = 1_700_000_000_000

  async apply<T>(body: Body): Promise<Outcome<T>> {
    const before = structuredClone(this.tables.contents())
    const outcome = await apply(body, this.tables, this.nowMs)
    if (!outcome.ok)
      assertStrict.deepEqual(this.tables.contents(), before, 'a refusal changes nothing')
    return outcome as Outcome<T>
  }

  /** The value of a command that must succeed. */
  async must<T>(body: Body): Promise<T> {
    const outcome = await this.apply<T>(body)
    if (outcome.ok) return outcome.value
    throw new Error(`${body.type} was refused: ${outcome.code} ${outcome.message ?? ''}`)
  }

  /** `ok` or the code of the refusal. */
  async codeOf(body: Body): Promise<string> {
    const outcome = await this.apply(body)
    return outcome.ok ? 'ok' : outcome.code
  }

  pass(seconds: number): void {
    this.nowMs += seconds * 1000
  }

  account(username: string, role: Role = 'buyer', more: object = {}): Promise<AccountOutcome> {
    return this.must<AccountOutcome>(createAccount(username, role, more))
  }

  /** A session of a new buyer; `token` names it. */
  async shopper(token: string): Promise<SessionOutcome> {
    const { id } = await this.account(`buyer-${token}`)
    return this.login(token, id)
  }

  login(token: string, accountId: number, role: Role = 'buyer'): Promise<SessionOutcome> {
    return this.must<SessionOutcome>({
      type: 'createSession',
      role,
      accountId,
      tokenHash: token,
      idleTimeoutSeconds,
    })
  }

  put(token: string, item: string, quantity = 1, more: object = {}): Promise<CartOutcome> {
    return this.must<CartOutcome>(addToCart(token, item, quantity, more))
  }

  open(token: string, id: string): Promise<PurchaseOutcome> {
    return this.must<PurchaseOutcome>(openPurchase(token, id))
  }

  step(id: string, to: AdvancePurchase['to'], more: object = {}): Promise<PurchaseOutcome> {
    return this.must<PurchaseOutcome>(advance(id, to, more))
  }

  /** pending → reserved → paid → completed, as far as `until`. */
  async drive(purchase: PurchaseOutcome, until: PurchaseState = 'completed'): Promise<void> {
    for (const to of ['reserved', 'paid', 'completed'] as const) {
      await this.step(purchase.id, to, to === 'reserved' ? { lines: reservedLines(purchase) } : {})
      if (to === until) return
    }
  }
}

export function createAccount(username: string, role: Role = 'buyer', more: object = {}): Body {
  const counted = { address: '', limit: 0, windowSeconds: 60 }
  const name = { username, usernameKey: username.toLowerCase(), name: username }
  return { type: 'createAccount', role, ...name, passwordHash: '$argon2id$', ...counted, ...more }
}

export function addToCart(token: string, item: string, quantity = 1, more: object = {}): Body {
  const itemId = item as ItemId
  const offer = { price: usd(500), available: 1000 }
  return { type: 'addToCart', tokenHash: token, itemId, quantity, ...offer, ...more }
}

export function openPurchase(token: string, id: string): Body {
  const claim = { claimedBy: 'buyer-1', claimSeconds: 20 }
  const purchaseId = id as PurchaseId
  return { type: 'openPurchase', tokenHash: token, purchaseId, cardLast4: '4242', ...claim }
}

export function advance(id: string, to: AdvancePurchase['to'], more: object = {}): Body {
  return {
    type: 'advancePurchase',
    purchaseId: id as PurchaseId,
    claim: 1,
    to,
    lines: [],
    authorizationId: to === 'paid' ? 'auth-1' : '',
    failureCode: to === 'failed' || to === 'releasing' ? 'PAYMENT_DECLINED' : '',
    failureMessage: '',
    claimSeconds: 20,
    ...more,
  }
}

export function reservedLines({ lines }: PurchaseOutcome): AdvancePurchase['lines'] {
  return lines.map(({ itemId, ceiling }) => ({
    itemId: itemId as ItemId,
    sellerId: 7,
    price: ceiling,
    name: `name of ${itemId}`,
  }))
}
