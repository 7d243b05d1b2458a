/**
 * The gRPC service of one replica: which request is which command or question, and what becomes of
 * the result. It must not know the group's protocol, or decide anything about the marketplace.
 */
import type { Pool } from 'pg'
import type { z } from 'zod'
import { AppError } from '../common/errors.ts'
import type { RpcService } from '../platform/rpc/server.ts'
import { unary } from '../platform/rpc/unary.ts'
import { type Asked, readCall, type Written, writeCall } from '../replication/replica/calls.ts'
import type { ReplicaParts } from '../replication/replica/plan.ts'
import { statusReply } from '../replication/replica/status.ts'
import type {
  AccountOutcome,
  CartOutcome,
  PurchaseOutcome,
  SessionOutcome,
  TouchOutcome,
} from './apply/outcomes.ts'
import * as accounts from './commands/accounts.ts'
import type { Body } from './commands/body.ts'
import * as carts from './commands/carts.ts'
import * as purchases from './commands/purchases.ts'
import * as sessions from './commands/sessions.ts'
import { customersDefinition } from './definition.ts'
import type { CustomersHandlers } from './gen/index.ts'
import * as queries from './queries.ts'
import * as reads from './read-requests.ts'
import * as wire from './wire.ts'

export function customersService(parts: ReplicaParts<Body>): RpcService {
  const { groupTimeMs, rows } = parts

  /** `reply` gets the outcome's value: what apply/ succeeds with for this command. */
  const write = <Request extends Written, Value, Reply>(
    shape: z.ZodType<Body>,
    reply: (value: Value, replayed: boolean) => Reply,
  ) => writeCall<Body, Request, Value, Reply>(parts, shape, reply)
  const ask = <Request extends Asked, Question, Reply>(
    shape: z.ZodType<Question>,
    answer: (pool: Pool, question: Question) => Promise<Reply>,
  ) => readCall<Request, Question, Reply>(parts, shape, answer)

  const cartReply = (cart: CartOutcome, replayed: boolean) => wire.cartReply(cart, replayed)
  const purchaseReply = (purchase: PurchaseOutcome, replayed: boolean) =>
    wire.purchaseReply(purchase, replayed)

  const implementation: CustomersHandlers = {
    CreateAccount: write(accounts.createAccount, (account: AccountOutcome, replayed) =>
      wire.accountReply(account, replayed),
    ),
    RecordFailedLogin: write(accounts.recordFailedLogin, wire.writeReply),
    GetAccount: ask(reads.getAccount, async (pool, asked) =>
      wire.accountReply(found(await queries.findAccount(pool, asked), 'ACCOUNT_NOT_FOUND')),
    ),
    GetCredentials: ask(reads.getCredentials, async (pool, asked) =>
      wire.credentialsMessage(await queries.findCredentials(pool, asked, groupTimeMs())),
    ),

    GetCreationLimit: ask(reads.getCreationLimit, (pool, asked) =>
      queries.findCreationLimit(pool, asked, groupTimeMs()),
    ),

    CreateSession: write(sessions.createSession, (session: SessionOutcome, replayed) =>
      wire.sessionReply(session, groupTimeMs(), replayed),
    ),
    TouchSession: write(sessions.touchSession, (touched: TouchOutcome, replayed) =>
      wire.touchReply(touched, groupTimeMs(), replayed),
    ),
    EndSession: write(sessions.endSession, wire.writeReply),
    CheckSession: ask(reads.checkSession, async (pool, asked) => {
      const session = found(await queries.findSession({ pool, rows }, asked), 'UNAUTHENTICATED')
      return wire.sessionReply(session, groupTimeMs())
    }),

    AddToCart: write(carts.addToCart, cartReply),
    RemoveFromCart: write(carts.removeFromCart, cartReply),
    ClearCart: write(carts.clearCart, cartReply),
    SaveCart: write(carts.saveCart, cartReply),
    AcceptCartPrices: write(carts.acceptCartPrices, cartReply),
    GetCart: ask(reads.getCart, async (pool, { tokenHash }) =>
      wire.cartFound(
        found(await queries.findCart({ pool, rows }, tokenHash), 'UNAUTHENTICATED'),
        groupTimeMs(),
      ),
    ),

    OpenPurchase: write(purchases.openPurchase, purchaseReply),
    AdvancePurchase: write(purchases.advancePurchase, purchaseReply),
    ClaimPurchase: write(purchases.claimPurchase, purchaseReply),
    GetPurchase: ask(reads.getPurchase, async (pool, { purchaseId, buyerId }) => {
      const purchase = await queries.findPurchase({ pool, rows }, purchaseId)
      const visible = buyerId === 0 || purchase?.buyer_id === buyerId
      return wire.purchaseReply(found(visible ? purchase : undefined, 'PURCHASE_NOT_FOUND'))
    }),
    ListPurchases: ask(reads.listPurchases, async (pool, asked) =>
      wire.purchaseList(await queries.listPurchases(pool, asked)),
    ),
    ListStandingPurchases: ask(reads.listStandingPurchases, async (pool, asked) =>
      wire.purchaseList(await queries.listStandingPurchases(pool, asked, groupTimeMs())),
    ),

    GetStatus: unary((request) => statusReply(parts, request), parts),
  }
  return { definition: customersDefinition(), implementation }
}

function found<T>(
  value: T | undefined,
  otherwise: 'ACCOUNT_NOT_FOUND' | 'UNAUTHENTICATED' | 'PURCHASE_NOT_FOUND',
): T {
  if (value === undefined) throw new AppError(otherwise)
  return value
}
