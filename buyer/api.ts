/**
 * The buyer server's HTTP client: a method per operation. It goes on with another server when one
 * fails. Methods throw ApiProblem, whose `code` is one of common/errors.ts.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorTable, isErrorCode } from '../common/errors.ts'
import { isOpen } from '../common/purchase-states.ts'
import {
  type AccountClient,
  createAccountClient,
  type WriteOptions,
} from '../shop/account-client.ts'
import { ApiProblem } from '../shop/api-problem.ts'
import type { ItemBody, PageBody, PageQuery, RatingBody } from '../shop/bodies.ts'
import {
  type ApiClient,
  type ClientOptions,
  createApiClient,
  pathWithQuery,
} from '../shop/http-client.ts'
import type { BuyerBody, CardRequest, CartBody, PurchaseBody, SearchQuery } from './bodies.ts'

export { ApiProblem } from '../shop/api-problem.ts'
export type { WriteOptions } from '../shop/account-client.ts'
export type {
  ItemBody,
  PageBody,
  RatingBody,
} from '../shop/bodies.ts'
export type { ClientOptions } from '../shop/http-client.ts'
export type {
  BuyerBody,
  CardRequest,
  CartBody,
  CartLineBody,
  PurchaseBody,
  SearchQuery,
} from './bodies.ts'

/** A server answers a purchase within 10 s, settled or not. */
const PURCHASE_TIMEOUT_MS = 15_000
/** How long `buy` goes on asking after an answer of 202: servers promise 30 s. */
const SETTLED_WITHIN_MS = 45_000
const POLL_MS = 300

export type BuyerClient = AccountClient<BuyerBody> & {
  search(query?: SearchQuery): Promise<PageBody<ItemBody>>
  /** ITEM_NOT_FOUND */
  getItem(itemId: string): Promise<ItemBody>
  cart(): Promise<CartBody>
  /** OUT_OF_STOCK when the line's sum passes what is for sale. */
  addToCart(itemId: string, quantity: number, options?: WriteOptions): Promise<CartBody>
  /** Without a quantity: the whole line. NOT_IN_CART. */
  removeFromCart(itemId: string, quantity?: number, options?: WriteOptions): Promise<CartBody>
  clearCart(options?: WriteOptions): Promise<CartBody>
  saveCart(options?: WriteOptions): Promise<CartBody>
  /** Takes the present prices for those seen in the cart. */
  acceptPrices(options?: WriteOptions): Promise<CartBody>
  /**
   * Buys the whole cart and waits for the outcome. PAYMENT_DECLINED, OUT_OF_STOCK, PRICE_CHANGED,
   * CART_EMPTY, PURCHASE_IN_PROGRESS, PURCHASE_ABANDONED.
   */
  buy(card: CardRequest, options?: WriteOptions): Promise<PurchaseBody>
  /** As `buy`, but returns a purchase that is not settled after 10 s as it is. */
  startPurchase(card: CardRequest, options?: WriteOptions): Promise<PurchaseBody>
  /** Newest first. */
  listPurchases(query?: PageQuery): Promise<PageBody<PurchaseBody>>
  /** PURCHASE_NOT_FOUND */
  getPurchase(purchaseId: string): Promise<PurchaseBody>
  /** NOT_PURCHASED, ALREADY_VOTED, ITEM_NOT_FOUND. */
  giveFeedback(itemId: string, vote: 'up' | 'down', options?: WriteOptions): Promise<ItemBody>
  /** ACCOUNT_NOT_FOUND */
  sellerRating(sellerId: number): Promise<RatingBody>
}

export function createBuyerClient(options: ClientOptions): BuyerClient {
  const api = createApiClient(options)
  const get = async <Body>(path: string): Promise<Body> =>
    (await api.request<Body>({ method: 'get', path })).body
  const itemPath = (itemId: string): string => `/v1/items/${encodeURIComponent(itemId)}`
  const getPurchase = (id: string): Promise<PurchaseBody> =>
    get(`/v1/purchases/${encodeURIComponent(id)}`)
  return Object.assign(createAccountClient<BuyerBody>(api), cartOperations(api), {
    search: ({ keywords, ...query }: SearchQuery = {}) =>
      get<PageBody<ItemBody>>(pathWithQuery('/v1/items', { ...query, keyword: keywords })),
    getItem: (itemId: string) => get<ItemBody>(itemPath(itemId)),
    async buy(card: CardRequest, write?: WriteOptions) {
      const started = await startPurchase(api, card, write)
      return settledPurchase(started, getPurchase)
    },
    startPurchase: (card: CardRequest, write?: WriteOptions) => startPurchase(api, card, write),
    listPurchases: (query: PageQuery = {}) =>
      get<PageBody<PurchaseBody>>(pathWithQuery('/v1/purchases', query)),
    getPurchase,
    async giveFeedback(itemId: string, vote: 'up' | 'down', write?: WriteOptions) {
      const path = `${itemPath(itemId)}/feedback`
      return (await api.request<ItemBody>({ method: 'post', path, body: { vote }, ...write })).body
    },
    sellerRating: (sellerId: number) => get<RatingBody>(`/v1/sellers/${sellerId}/rating`),
  })
}

function cartOperations(api: ApiClient) {
  const write = async (
    method: 'post' | 'delete',
    path: string,
    body: unknown,
    options: WriteOptions | undefined,
  ): Promise<CartBody> => (await api.request<CartBody>({ method, path, body, ...options })).body
  return {
    cart: async () => (await api.request<CartBody>({ method: 'get', path: '/v1/cart' })).body,
    addToCart: (itemId: string, quantity: number, options?: WriteOptions) =>
      write('post', '/v1/cart/items', { itemId, quantity }, options),
    removeFromCart(itemId: string, quantity?: number, options?: WriteOptions) {
      const path = `/v1/cart/items/${encodeURIComponent(itemId)}`
      return write('delete', pathWithQuery(path, { quantity }), undefined, options)
    },
    clearCart: (options?: WriteOptions) => write('delete', '/v1/cart', undefined, options),
    saveCart: (options?: WriteOptions) => write('post', '/v1/cart/save', undefined, options),
    acceptPrices: (options?: WriteOptions) => write('post', '/v1/cart/prices', undefined, options),
  }
}

async function startPurchase(
  api: ApiClient,
  card: CardRequest,
  options: WriteOptions = {},
): Promise<PurchaseBody> {
  const answer = await api.request<PurchaseBody>({
    method: 'post',
    path: '/v1/purchases',
    body: { card },
    attemptTimeoutMs: PURCHASE_TIMEOUT_MS,
    idempotencyKey: options.idempotencyKey ?? randomUUID(),
  })
  return answer.body
}

/** Polls a purchase that was answered with 202; a failed one is thrown as the problem it would have been. */
async function settledPurchase(
  started: PurchaseBody,
  getPurchase: (id: string) => Promise<PurchaseBody>,
): Promise<PurchaseBody> {
  const giveUpAtMs = Date.now() + SETTLED_WITHIN_MS
  let purchase = started
  while (isOpen(purchase.state)) {
    if (Date.now() >= giveUpAtMs) {
      const detail = `Purchase ${purchase.id} is still ${purchase.state}; look at it again later.`
      throw new ApiProblem(504, { code: 'DEADLINE_EXCEEDED', detail, purchaseId: purchase.id })
    }
    await sleep(POLL_MS)
    purchase = await getPurchase(purchase.id)
  }
  const { failure } = purchase
  if (failure === null) return purchase
  const status = isErrorCode(failure.code) ? errorTable[failure.code].http : 409
  const { code, message: detail } = failure
  throw new ApiProblem(status, { code, detail, purchaseId: purchase.id })
}
