/**
 * Both roles' operations in this process, in front of groups that play a part: they answer every rpc
 * with something that fits, unless told to refuse. Nothing here decides what is right.
 */
import axios from 'axios'
import { buyer as buyerSchema } from '../../buyer/bodies.ts'
import { addBuyerOperations, buyerBody } from '../../buyer/operations.ts'
import type { Checkout } from '../../buyer/purchase/checkout.ts'
import type { Purchase } from '../../buyer/purchase/ports.ts'
import type { AppError, ErrorCode } from '../../common/errors.ts'
import type { Api } from '../../platform/http/api.ts'
import { exampleOf, type Schema } from '../../platform/http/docs-schema.ts'
import { createLogger } from '../../platform/log.ts'
import { createMetrics } from '../../platform/metrics.ts'
import { addSellerOperations } from '../../seller/operations.ts'
import { addAccountOperations } from '../../shop/account-operations.ts'
import { account as accountSchema } from '../../shop/bodies.ts'
import type { Customers, Products } from '../../shop/groups.ts'
import { createShopApp } from '../../shop/server.ts'
import { createSessions } from '../../shop/sessions.ts'
import { account, fakeGroups, item } from '../../shop/testing/fake-groups.ts'
import { serve, TOKEN } from '../../shop/testing/serve.ts'
import { accountBody } from '../../shop/wire.ts'
import type { ApiDocument, PlacedOperation } from './document.ts'

export type StagedCall = {
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly token: string | undefined
}

export type Mishap = {
  /** This rpc rejects, every time. */
  readonly rpc?: string
  readonly refuses?: AppError
  /** Reads find nothing, and no password is right. */
  readonly nothingFound?: boolean
  /** Purchases fail for this. */
  readonly fails?: ErrorCode
}

type Role = 'seller' | 'buyer'

export type Stage = Awaited<ReturnType<typeof openStage>>

const config = {
  clusterSecret: 'a secret of the tests',
  currency: 'USD',
  sessionIdleSeconds: 300,
  rateLimits: {
    accountsPerWindow: 10,
    failedLoginsPerWindow: 10,
    windowSeconds: 60,
    perAddressPerSecond: 0,
  },
  requestsMax: 2_000,
}
const price = { amount: 100, currency: 'USD' }

export async function openStage() {
  const servers = { seller: await openRole('seller'), buyer: await openRole('buyer') }
  return {
    async document(role: Role): Promise<ApiDocument> {
      return (await axios.get<ApiDocument>(`${servers[role].url}/openapi.json`)).data
    },
    /** The rpcs that the operation calls when all goes well. */
    async rpcsOf(role: Role, call: StagedCall): Promise<readonly string[]> {
      const { status, text, rpcs } = await servers[role].ask(call, {})
      if (status >= 300) throw new Error(`${call.method} ${call.path}: ${status} ${text}`)
      return rpcs
    },
    /** The problem code of the answer; undefined: it was no problem. */
    async codeWhen(role: Role, call: StagedCall, mishap: Mishap): Promise<string | undefined> {
      const { status, text } = await servers[role].ask(call, mishap)
      return status < 400 ? undefined : JSON.parse(text).code
    },
    async close(): Promise<void> {
      await Promise.all([servers.seller.close(), servers.buyer.close()])
    },
  }
}

/** The call that the document itself shows as the example, in a session. */
export function exampleCall(placed: PlacedOperation, document: ApiDocument): StagedCall {
  const { method, path, operation } = placed
  const schema = operation.requestBody?.content['application/json'].schema as Schema | undefined
  const schemas = document.components.schemas as Readonly<Record<string, Schema>>
  const id = { sellers: '7', purchases: 'pAAAAAAAAAAAAAAAAAAAAAA' }[path.split('/')[2] ?? '']
  return {
    method,
    path: path.replace('{id}', id ?? '3-1'),
    body: schema === undefined ? undefined : exampleOf(schema, schemas),
    token: TOKEN,
  }
}

async function openRole(role: Role) {
  let mishap: Mishap = {}
  const answer = async (rpc: string): Promise<unknown> => {
    if (mishap.rpc === rpc && mishap.refuses !== undefined) throw mishap.refuses
    return replyTo(role, mishap.nothingFound === true)
  }
  const parts = new Proxy({}, { get: (_, rpc) => () => answer(String(rpc)) })
  const groups = fakeGroups(parts as Partial<Customers>, parts as Partial<Products>)
  const passwords = {
    hash: async () => 'hash',
    verify: async (hash: string | undefined) => hash !== undefined,
  }
  // Opens the purchase, as the real one does first; what follows is no rpc of the operation's own.
  const checkout: Checkout = {
    run: async ({ open, claimedBy }) => {
      const { purchase } = await open(claimedBy)
      return { purchase: settled(purchase, mishap.fails), isRepeat: false }
    },
    drain: async () => undefined,
  }
  const side = role === 'seller' ? 'SELLER' : 'BUYER'
  const sessions = createSessions(groups.customers, side)
  const accounts = { role: side, customers: groups.customers, sessions, passwords, config } as const
  const addOperations = (api: Api): void => {
    if (role === 'seller') {
      addAccountOperations(api, { ...accounts, body: accountBody, schema: accountSchema })
      addSellerOperations(api, { groups, sessions, config })
    } else {
      addAccountOperations(api, { ...accounts, body: buyerBody, schema: buyerSchema })
      addBuyerOperations(api, { groups, sessions, config, checkout, serverName: 'buyer-0' })
    }
  }
  const app = createShopApp({
    role,
    logger: createLogger({ name: role, level: 'silent' }),
    metrics: createMetrics({ process: role, defaults: false }),
    readiness: async () => ({ ready: true, checks: {} }),
    config,
    addOperations,
  })
  const { url, close } = await serve(app)
  return {
    url,
    close,
    async ask({ method, path, body, token }: StagedCall, happening: Mishap) {
      mishap = happening
      groups.calls.splice(0)
      const { status, data } = await axios.request<string>({
        method,
        url: `${url}${path}`,
        ...(body === undefined ? {} : { data: body }),
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        responseType: 'text',
        transformResponse: (text) => text,
        validateStatus: () => true,
      })
      return { status, text: data, rpcs: [...new Set(groups.calls.map((call) => call.method))] }
    },
  }
}

function settled(purchase: Purchase, fails: ErrorCode | undefined): Purchase {
  if (fails === undefined) return { ...purchase, state: 'completed' }
  return { ...purchase, state: 'failed', failure: { code: fails, message: '' } }
}

/** Every field of every reply. */
function replyTo(role: Role, nothingFound: boolean) {
  const holder = account({ role: role === 'seller' ? 'SELLER' : 'BUYER' })
  const items = nothingFound ? [] : [item()]
  return {
    account: holder,
    replayed: false,
    // Used after a while: a touch follows.
    needsTouch: true,
    idleTimeoutSeconds: 300,
    lastActivityMs: 1_000,
    found: !nothingFound,
    ...(nothingFound ? {} : { passwordHash: 'hash' }),
    attemptsLeft: 5,
    retryAfterMs: 0,
    answered: false,
    item: item(),
    items,
    nextCursor: '',
    sales: [],
    purchases: [],
    sellerId: 7,
    up: 0,
    down: 0,
    itemsSold: 0,
    lines: nothingFound ? [] : [{ itemId: '3-1', quantity: 1, price }],
    saved: false,
    lockedByPurchase: '',
    purchase: {
      id: 'pAAAAAAAAAAAAAAAAAAAAAA',
      buyerId: 7,
      state: 'PENDING',
      lines: [{ itemId: '3-1', quantity: 1, ceiling: price, sellerId: 0, price: null, name: '' }],
      total: price,
      cardLast4: '4242',
      authorizationId: '',
      failureCode: '',
      failureMessage: '',
      transitions: [],
      claim: 1,
      claimedBy: 'buyer-0',
      claimExpiresAtMs: 0,
    },
  }
}
