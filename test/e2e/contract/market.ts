/**
 * What the tests of the contract share: callers of both roles in a session of their own, and every
 * operation as it should be called.
 */
import { randomUUID } from 'node:crypto'
import {
  type Answer,
  type Caller,
  type CallOptions,
  createCaller,
  newSession,
  password,
} from '../../rest/caller.ts'
import { readContract } from '../../rest/contract.ts'
import type { TestCluster } from '../cluster.ts'
import { goodCard, lamp, usd } from '../people.ts'

/** Every call comes from another address, so these bound nobody but who wants to be bounded. */
export const limits = { accounts: 3, failedLogins: 3, perSecond: 1, requests: 100 }

/** Sessions end after so long, and some 10 s; each test has new ones. */
export const idleSeconds = 8

export type Call = (operationId: string, options?: CallOptions) => Promise<Answer>

/** An operation of one of the two roles. */
export type Sided = { readonly call: Call; readonly id: string; readonly server: string }

export type Market = Awaited<ReturnType<typeof openMarket>>

export const statusOf = async (answer: Promise<Answer>): Promise<number> => (await answer).status
/** `404 ITEM_NOT_FOUND`; `200` when nothing went wrong. */
export const outcomeOf = ({ status, body }: Answer): string =>
  typeof body?.code === 'string' ? `${status} ${body.code}` : String(status)
export const newKey = (): string => randomUUID()

export async function openMarket(cluster: TestCluster) {
  const { sellers, buyers } = cluster.report
  const [sellerServer = '', buyerServer = ''] = [sellers[0], buyers[0]]
  const seller = createCaller(sellers, await readContract(sellerServer))
  const buyer = createCaller(buyers, await readContract(buyerServer))
  const accounts = { seller: await newSession(seller), buyer: await newSession(buyer) }
  const logIn = async (call: Caller, { username }: { readonly username: string }) =>
    (await call('logIn', { body: { username, password } })).body.token as string
  const present = { seller: '', buyer: '' }
  const logInAgain = async (): Promise<void> => {
    present.seller = await logIn(seller, accounts.seller)
    present.buyer = await logIn(buyer, accounts.buyer)
  }
  await logInAgain()
  const sell: Call = (id, options = {}) => seller(id, { token: present.seller, ...options })
  const buy: Call = (id, options = {}) => buyer(id, { token: present.buyer, ...options })
  const itemId: string = (await sell('createItem', { body: { ...lamp, quantity: 100 } })).body.id

  /** As it should be called, less what depends on a state. */
  const good: Readonly<Record<string, () => CallOptions>> = {
    createAccount: () => ({ body: { username: `u${newKey()}`.slice(0, 30), password } }),
    logIn: () => ({ body: { username: 'nobody', password } }),
    createItem: () => ({ body: lamp }),
    showItem: () => ({ params: { id: itemId } }),
    changePrice: () => ({ params: { id: itemId }, body: { price: usd(4_490) } }),
    changeUnits: () => ({ params: { id: itemId }, body: { change: 1 } }),
    addToCart: () => ({ body: { itemId, quantity: 1 } }),
    removeFromCart: () => ({ params: { id: itemId } }),
    giveFeedback: () => ({ params: { id: itemId }, body: { vote: 'up' } }),
    showSellerRating: () => ({ params: { id: '1' } }),
    buyCart: () => ({ body: { card: goodCard } }),
    showPurchase: () => ({ params: { id: 'pAAAAAAAAAAAAAAAAAAAAAA' } }),
  }
  const goodOptions = (id: string): CallOptions => good[id]?.() ?? {}
  const sides = [
    { call: sell, caller: seller, server: sellerServer },
    { call: buy, caller: buyer, server: buyerServer },
  ]
  /** Every operation of both roles; those that need a session alone, when asked for these. */
  const operations = (needing: 'all' | 'session' = 'all'): Sided[] =>
    sides.flatMap(({ call, caller, server }) =>
      caller.contract.operations
        .filter(({ operation }) => needing === 'all' || operation.security !== undefined)
        .map(({ id }) => ({ call, id, server })),
    )
  /** The outcomes that a variation of the good call has, of all these operations at once. */
  const outcomesOf = async (
    vary: (options: CallOptions, of: Sided) => CallOptions,
    among = operations(),
  ): Promise<Set<string>> => {
    const answers = await Promise.all(
      among.map((one) => one.call(one.id, vary(goodOptions(one.id), one))),
    )
    return new Set(answers.map(outcomeOf))
  }
  /** A session for each operation that needs one, by `call` and id, which nobody uses from now on. */
  const leaveSessionsAlone = async () => {
    const tokens = new Map<Call, Map<string, string>>([
      [sell, new Map()],
      [buy, new Map()],
    ])
    for (const { call, id } of operations('session')) {
      const isSeller = call === sell
      const token = await logIn(isSeller ? seller : buyer, accounts[isSeller ? 'seller' : 'buyer'])
      tokens.get(call)?.set(id, token)
    }
    const sinceMs = performance.now()
    return { sinceMs, tokenFor: ({ call, id }: Sided) => tokens.get(call)?.get(id) }
  }
  const callers: readonly Caller[] = [seller, buyer]
  return {
    cluster,
    seller,
    buyer,
    callers,
    sell,
    buy,
    present,
    logInAgain,
    leaveSessionsAlone,
    itemId,
    goodOptions,
    operations,
    outcomesOf,
  }
}
