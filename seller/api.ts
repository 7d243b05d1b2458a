/**
 * The seller server's HTTP client: a method per operation. It goes on with another server when one
 * fails. Methods throw ApiProblem, whose `code` is one of common/errors.ts.
 */
import type { Money } from '../common/money.ts'
import {
  type AccountClient,
  createAccountClient,
  type WriteOptions,
} from '../shop/account-client.ts'
import type { ItemBody, PageBody, PageQuery, RatingBody } from '../shop/bodies.ts'
import {
  type ApiAnswer,
  type ClientOptions,
  createApiClient,
  pathWithQuery,
} from '../shop/http-client.ts'
import type { ItemRequest, SaleBody, SellerBody } from './bodies.ts'

export { ApiProblem } from '../shop/api-problem.ts'
export type { WriteOptions } from '../shop/account-client.ts'
export type {
  ItemBody,
  PageBody,
  RatingBody,
} from '../shop/bodies.ts'
export type { ClientOptions } from '../shop/http-client.ts'
export type { ItemRequest, SaleBody, SellerBody } from './bodies.ts'

/** `ifMatch`: the ETag of the version to change; VERSION_MISMATCH when it is another by now. */
export type EditOptions = WriteOptions & { readonly ifMatch?: string | undefined }

/** An item and the version it is in. */
export type ItemVersion = { readonly item: ItemBody; readonly etag: string }

export type SellerClient = AccountClient<SellerBody> & {
  rating(): Promise<RatingBody>
  createItem(item: ItemRequest, options?: WriteOptions): Promise<ItemVersion>
  /** Newest first; `onSale` or `soldOut` only, or all. */
  listItems(
    query?: PageQuery & { readonly availability?: 'all' | 'onSale' | 'soldOut' },
  ): Promise<PageBody<ItemBody>>
  /** ITEM_NOT_FOUND, also of another seller's. */
  getItem(itemId: string): Promise<ItemVersion>
  changePrice(itemId: string, price: Money, options?: EditOptions): Promise<ItemVersion>
  /** TOO_FEW_UNITS below 0, QUANTITY_LIMIT above 10^6. */
  changeUnits(itemId: string, change: number, options?: EditOptions): Promise<ItemVersion>
  /** Newest first. */
  listSales(query?: PageQuery): Promise<PageBody<SaleBody>>
}

export function createSellerClient(options: ClientOptions): SellerClient {
  const api = createApiClient(options)
  const pathOf = (itemId: string): string => `/v1/items/${encodeURIComponent(itemId)}`
  return Object.assign(createAccountClient<SellerBody>(api), {
    async rating() {
      return (await api.request<RatingBody>({ method: 'get', path: '/v1/me/rating' })).body
    },
    async createItem(body: ItemRequest, write?: WriteOptions) {
      const path = '/v1/items'
      return itemVersion(await api.request<ItemBody>({ method: 'post', path, body, ...write }))
    },
    async listItems(query: PageQuery & { readonly availability?: string } = {}) {
      const path = pathWithQuery('/v1/items', query)
      return (await api.request<PageBody<ItemBody>>({ method: 'get', path })).body
    },
    async getItem(itemId: string) {
      return itemVersion(await api.request<ItemBody>({ method: 'get', path: pathOf(itemId) }))
    },
    async changePrice(itemId: string, price: Money, edit?: EditOptions) {
      const path = pathOf(itemId)
      const body = { price }
      return itemVersion(
        await api.request<ItemBody>({ method: 'patch', path, body, ...conditions(edit) }),
      )
    },
    async changeUnits(itemId: string, change: number, edit?: EditOptions) {
      const path = `${pathOf(itemId)}/units`
      const body = { change }
      return itemVersion(
        await api.request<ItemBody>({ method: 'post', path, body, ...conditions(edit) }),
      )
    },
    async listSales(query: PageQuery = {}) {
      const path = pathWithQuery('/v1/sales', query)
      return (await api.request<PageBody<SaleBody>>({ method: 'get', path })).body
    },
  })
}

function conditions({ idempotencyKey, ifMatch }: EditOptions = {}) {
  return { idempotencyKey, ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }) }
}

function itemVersion({ body, headers }: ApiAnswer<ItemBody>): ItemVersion {
  return { item: body, etag: headers.etag ?? '' }
}
