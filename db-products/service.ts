/**
 * The gRPC service of one replica: which request is which command or question, and what becomes of
 * the result. It must not know the group's protocol, or decide anything about the marketplace.
 */
import type { Pool } from 'pg'
import type { z } from 'zod'
import type { RpcService } from '../platform/rpc/server.ts'
import { unary } from '../platform/rpc/unary.ts'
import { type Asked, readCall, type Written, writeCall } from '../replication/replica/calls.ts'
import type { ReplicaParts } from '../replication/replica/plan.ts'
import { statusReply } from '../replication/replica/status.ts'
import type { ItemView, ProductsCommand, ReservationView, ValueOf } from './commands/command.ts'
import * as items from './commands/items.ts'
import * as purchases from './commands/purchases.ts'
import { productsDefinition } from './definition.ts'
import type { ProductsHandlers } from './gen/index.ts'
import * as queries from './queries.ts'
import * as reads from './read-requests.ts'
import { searchItems } from './search.ts'
import * as wire from './wire.ts'

export function productsService(parts: ReplicaParts<ProductsCommand>): RpcService {
  const { config, rows } = parts
  const { currency } = config

  const write = <Request extends Written, Command extends ProductsCommand, Reply>(
    shape: z.ZodType<Command>,
    reply: (value: ValueOf<Command>, replayed: boolean) => Reply,
  ) => writeCall<ProductsCommand, Request, ValueOf<Command>, Reply>(parts, shape, reply)
  const ask = <Request extends Asked, Question, Reply>(
    shape: z.ZodType<Question>,
    answer: (pool: Pool, question: Question) => Promise<Reply>,
  ) => readCall<Request, Question, Reply>(parts, shape, answer)

  const item = (view: ItemView, replayed: boolean) => wire.itemReply(view, currency, replayed)
  const reservation = (view: ReservationView, replayed: boolean) =>
    wire.reservationReply(view, currency, replayed)

  const implementation: ProductsHandlers = {
    CreateItem: write(items.createItem(currency), item),
    ChangePrice: write(items.changePrice(currency), item),
    ChangeUnits: write(items.changeUnits, item),
    Vote: write(items.vote, item),

    Reserve: write(purchases.reserve(currency), reservation),
    Confirm: write(purchases.confirm, reservation),
    Release: write(purchases.release, reservation),

    GetItems: ask(reads.getItems, async (pool, asked) =>
      wire.itemList(
        { items: await queries.findItems({ pool, rows }, asked), nextCursor: '' },
        currency,
      ),
    ),
    Search: ask(reads.search, async (pool, asked) =>
      wire.itemList(await searchItems(pool, asked), currency),
    ),
    ListSellerItems: ask(reads.listSellerItems, async (pool, asked) =>
      wire.itemList(await queries.listSellerItems(pool, asked), currency),
    ),
    ListSales: ask(reads.listSales, async (pool, asked) =>
      wire.saleList(await queries.listSales(pool, asked), currency),
    ),
    GetSellerRating: ask(reads.getSellerRating, async (pool, { sellerId }) =>
      wire.sellerRating(await queries.findSeller({ pool, rows }, sellerId)),
    ),

    GetStatus: unary((request) => statusReply(parts, request), parts),
  }
  return { definition: productsDefinition(), implementation }
}
