/**
 * The gRPC service of one replica. Writes: request → command → log → reply; reads: barrier → SQL →
 * reply. It must not know the group's protocol, or decide anything about the marketplace.
 */
import type { handleUnaryCall } from '@grpc/grpc-js'
import type { Pool } from 'pg'
import type { z } from 'zod'
import type { RpcService } from '../platform/rpc/server.ts'
import { unary } from '../platform/rpc/unary.ts'
import type { ReplicaParts } from '../replication/replica/plan.ts'
import { type ReadContext, read } from '../replication/replica/reads.ts'
import {
  requestContextFrom,
  settle,
  type WriteContext,
} from '../replication/replica/request-context.ts'
import { statusReply } from '../replication/replica/status.ts'
import type { ItemView, ProductsCommand, ReservationView, ValueOf } from './commands/command.ts'
import { parseRequest } from './commands/fields.ts'
import * as items from './commands/items.ts'
import * as purchases from './commands/purchases.ts'
import { productsDefinition } from './definition.ts'
import type { ProductsHandlers } from './gen/index.ts'
import * as queries from './queries.ts'
import * as reads from './read-requests.ts'
import { searchItems } from './search.ts'
import * as wire from './wire.ts'

type Written = { readonly context: WriteContext | null }
type Read = { readonly context: ReadContext | null }

export function productsService(parts: ReplicaParts<ProductsCommand>): RpcService {
  const { log, groupTimeMs, logger } = parts
  const { currency } = parts.config

  function write<Request extends Written, Command extends ProductsCommand, Reply>(
    shape: z.ZodType<Command>,
    reply: (value: ValueOf<Command>, replayed: boolean) => Reply,
  ): handleUnaryCall<Request, Reply> {
    return unary(
      async (message, { deadline }) => {
        const body = parseRequest(shape, message)
        const request = requestContextFrom(message.context, groupTimeMs())
        const applied = await log.submit({ request, body }, deadline)
        const { value, replayed } = settle<ValueOf<Command>>(applied)
        return reply(value, replayed)
      },
      { logger },
    )
  }

  function ask<Request extends Read, Asked, Reply>(
    shape: z.ZodType<Asked>,
    answer: (pool: Pool, asked: Asked) => Promise<Reply>,
  ): handleUnaryCall<Request, Reply> {
    return unary(
      async (message, { deadline }) => {
        const asked = parseRequest(shape, message)
        return await read(parts, message.context, deadline, (pool) => answer(pool, asked))
      },
      { logger },
    )
  }

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
      wire.itemList({ items: await queries.findItems(pool, asked), nextCursor: '' }, currency),
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
      wire.sellerRating(await queries.findSeller(pool, sellerId)),
    ),

    GetStatus: unary((request) => statusReply(parts, request), { logger }),
  }
  return { definition: productsDefinition(), implementation }
}
