/**
 * From an async function to an Express route: input is checked against zod schemas before it runs,
 * and what it returns is sent. It must not know what the operations mean.
 */
import type { Request, RequestHandler, Response } from 'express'
import { ZodObject, type ZodType, z } from 'zod'
import type { RequestDeadline } from '../../common/deadline.ts'
import { AppError, type FieldProblem } from '../../common/errors.ts'
import { requestIdOf } from './request-id.ts'

export type RouteSchemas = {
  readonly params?: ZodType
  readonly query?: ZodType
  readonly body?: ZodType
}

type Parsed<Schema> = Schema extends ZodType ? z.output<Schema> : undefined

export type RouteInput<Schemas extends RouteSchemas> = {
  readonly params: Parsed<Schemas['params']>
  readonly query: Parsed<Schemas['query']>
  readonly body: Parsed<Schemas['body']>
  readonly request: Request
  readonly response: Response
  /** When the client stops waiting, with the request's id; hand it to every call. */
  readonly deadline: RequestDeadline
}

export type RouteReply = {
  /** 200 when left out, 204 when there is no body either. */
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** True: the stored outcome of an earlier request under the same key. */
  readonly replayed?: boolean
}

const nothing = z.object({})

/** How long a request may take in all. */
const REQUEST_TIMEOUT_MS = 6_000

/**
 * Unknown fields are refused wherever a schema is an object. Throws (to the error middleware)
 * INVALID_ARGUMENT with a problem for each bad field.
 */
export function route<const Schemas extends RouteSchemas>(
  schemas: Schemas,
  work: (input: RouteInput<Schemas>) => Promise<RouteReply>,
): RequestHandler {
  const strict = {
    params: strictly(schemas.params),
    // Who passes a filter to what takes none would get, or clear, more than was meant.
    query: strictly(schemas.query ?? nothing),
    body: strictly(schemas.body),
  }
  return async (request, response) => {
    const fields: FieldProblem[] = []
    const input = {
      params: parse(strict.params, request.params, fields),
      query: parse(strict.query, request.query, fields),
      body: parseBody(strict.body, request.body, fields),
      request,
      response,
      deadline: { atUnixMs: Date.now() + REQUEST_TIMEOUT_MS, requestId: requestIdOf(request) },
    }
    if (fields.length > 0) throw invalid(fields)
    send(response, await work(input as RouteInput<Schemas>))
  }
}

/** The AppError for a request with these bad fields. */
export function invalid(fields: readonly FieldProblem[]): AppError {
  const message = fields.map((field) => `${field.path}: ${field.message}`).join('; ')
  return new AppError('INVALID_ARGUMENT', { definite: true, message, fields })
}

function strictly(schema: ZodType | undefined): ZodType | undefined {
  return schema instanceof ZodObject ? schema.strict() : schema
}

function parse(schema: ZodType | undefined, value: unknown, fields: FieldProblem[]): unknown {
  if (schema === undefined) return undefined
  const result = schema.safeParse(value)
  if (result.success) return result.data
  fields.push(...result.error.issues.flatMap(problemsOf))
  return undefined
}

function parseBody(schema: ZodType | undefined, body: unknown, fields: FieldProblem[]): unknown {
  if (schema !== undefined) return parse(schema, body ?? {}, fields)
  const unexpected = typeof body === 'object' && body !== null ? Object.keys(body) : []
  for (const path of unexpected) fields.push({ path, message: 'is not known here' })
  return undefined
}

function problemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key].map(String).join('.'),
      message: 'is not known here',
    }))
  }
  const path = issue.path.map(String).join('.')
  return [{ path: path === '' ? 'body' : path, message: issue.message }]
}

function send(response: Response, reply: RouteReply): void {
  if (response.headersSent) return
  // What is told is true now, and mostly somebody's own: no cache keeps it.
  response.setHeader('Cache-Control', 'no-store')
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value)
  if (reply.replayed === true) response.setHeader('Idempotent-Replayed', 'true')
  response.status(reply.status ?? (reply.body === undefined ? 204 : 200))
  if (reply.body === undefined) {
    response.end()
    return
  }
  // Not response.json(): that answers 304 to an If-None-Match, and an ETag that is the version of what a
  // seller edits says nothing of units sold since.
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.end(JSON.stringify(reply.body))
}
