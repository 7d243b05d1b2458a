/**
 * The two ways in which a db-* service answers a call. Writes: request → command → log → reply;
 * reads: barrier → SQL → reply. It must not know any particular command or question.
 */
import type { handleUnaryCall } from '@grpc/grpc-js'
import type { Pool } from 'pg'
import type { z } from 'zod'
import { unary } from '../../platform/rpc/unary.ts'
import type { ReplicaParts } from './plan.ts'
import { type ReadContext, read } from './reads.ts'
import { requestContextFrom, settle, type WriteContext } from './request-context.ts'
import { parseRequest } from './requests.ts'

export type Written = { readonly context: WriteContext | null }
export type Asked = { readonly context: ReadContext | null }

/** `shape` makes a command's body of the request; `reply` gets the outcome's value. */
export function writeCall<
  Body extends { readonly type: string },
  Request extends Written,
  Value,
  Reply,
>(
  { log, groupTimeMs, requestLog }: ReplicaParts<Body>,
  shape: z.ZodType<Body>,
  reply: (value: Value, replayed: boolean) => Reply,
): handleUnaryCall<Request, Reply> {
  return unary(
    async (message, { deadline }) => {
      const body = parseRequest(shape, message)
      const request = requestContextFrom(message.context, groupTimeMs())
      const { value, replayed } = settle<Value>(await log.submit({ request, body }, deadline))
      return reply(value, replayed)
    },
    { requestLog },
  )
}

/** `shape` makes a question of the request; `answer` may ask the pool, which is up to date. */
export function readCall<Request extends Asked, Question, Reply>(
  parts: Pick<ReplicaParts<never>, 'log' | 'reads' | 'requestLog'>,
  shape: z.ZodType<Question>,
  answer: (pool: Pool, question: Question) => Promise<Reply>,
): handleUnaryCall<Request, Reply> {
  return unary(async (message, { deadline }) => {
    const question = parseRequest(shape, message)
    return await read(parts, message.context, deadline, (pool) => answer(pool, question))
  }, parts)
}
