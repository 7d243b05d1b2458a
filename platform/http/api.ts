/**
 * A REST interface whose description cannot drift from what it does: each operation is declared once, with the schemas
 * that check its input, and /openapi.json and /docs are made from the same declarations.
 */
import {
  extendZodWithOpenApi,
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  type ResponseConfig,
} from '@asteasolutions/zod-to-openapi'
import type { Express } from 'express'
import { type ZodObject, type ZodType, z } from 'zod'
import { type ErrorCode, errorTable } from '../../common/errors.ts'
import { renderDocs } from './docs.ts'
import { IDEMPOTENCY_HEADER } from './idempotency.ts'
import { type RouteInput, type RouteReply, type RouteSchemas, route } from './route.ts'

export type ApiReply = { readonly description: string; readonly schema?: ZodType }

export type Operation<Schemas extends OperationSchemas> = Schemas & {
  readonly method: 'get' | 'post' | 'patch' | 'put' | 'delete'
  /** As in OpenAPI: `/v1/items/{id}`. */
  readonly path: `/${string}`
  /** Unique, as `putUpItem`. */
  readonly id: string
  readonly summary: string
  readonly description?: string
  /** By HTTP status. */
  readonly replies: Readonly<Record<number, ApiReply>>
  /** What may go wrong beyond what every operation shares (400, 415, 5xx, …). */
  readonly problems?: readonly ErrorCode[]
  /** Needs a bearer token. */
  readonly session?: boolean
  /** Takes an Idempotency-Key. */
  readonly idempotent?: boolean
}

export type OperationSchemas = RouteSchemas & {
  readonly params?: ZodObject
  readonly query?: ZodObject
}

export type Api = {
  /** Adds the route to the application and its description to the document. */
  operation<const Schemas extends OperationSchemas>(
    operation: Operation<Schemas>,
    work: (input: RouteInput<Schemas>) => Promise<RouteReply>,
  ): void
  /** Names a schema, so that the document shows it once. Use what is returned from then on. */
  define<Schema extends ZodType>(name: string, schema: Schema): Schema
  /** Serves /openapi.json and /docs. Call it after the last operation. */
  serveDocs(): void
}

export type ApiTitle = {
  readonly title: string
  readonly version: string
  readonly description: string
}

extendZodWithOpenApi(z)

const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  requestId: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  retryable: z.boolean(),
})

const common: readonly ErrorCode[] = ['INVALID_ARGUMENT', 'UNAVAILABLE', 'DEADLINE_EXCEEDED']

export function createApi(app: Express, title: ApiTitle): Api {
  const registry = new OpenAPIRegistry()
  const problem = registry.register('Problem', problemSchema)
  registry.registerComponent('securitySchemes', 'session', { type: 'http', scheme: 'bearer' })

  return {
    operation(operation, work) {
      const { method, path, params, query, body } = operation
      const expressPath = path.replace(/\{(\w+)\}/g, ':$1')
      const schemas = {
        ...(params === undefined ? {} : { params }),
        ...(query === undefined ? {} : { query }),
        ...(body === undefined ? {} : { body }),
      }
      // `schemas` is `operation` less what is not a schema: the same input, to the same work.
      const untyped = work as unknown as (input: RouteInput<RouteSchemas>) => Promise<RouteReply>
      app[method](expressPath, route<RouteSchemas>(schemas, untyped))
      registry.registerPath({
        method,
        path,
        operationId: operation.id,
        summary: operation.summary,
        ...(operation.description === undefined ? {} : { description: operation.description }),
        ...(operation.session === true ? { security: [{ session: [] }] } : {}),
        request: {
          ...(params === undefined ? {} : { params }),
          ...(query === undefined ? {} : { query }),
          ...(operation.idempotent === true ? { headers: idempotencyHeader } : {}),
          ...(body === undefined
            ? {}
            : { body: { required: true, content: { 'application/json': { schema: body } } } }),
        },
        responses: { ...replies(operation.replies), ...problems(operation, problem) },
      })
    },
    // A clone: schemas made before zod was extended lack what registering needs.
    define: (name, schema) => registry.register(name, schema.clone()),
    serveDocs() {
      const generator = new OpenApiGeneratorV31(registry.definitions)
      const document = generator.generateDocument({ openapi: '3.1.0', info: title })
      const json = JSON.stringify(document)
      const html = renderDocs(document)
      app.get('/openapi.json', (_request, response) => {
        response.type('application/json').send(json)
      })
      app.get('/docs', (_request, response) => {
        response.type('html').send(html)
      })
    },
  }
}

const idempotencyHeader = z.object({ [IDEMPOTENCY_HEADER]: z.string().min(1).max(128).optional() })

function replies(declared: Readonly<Record<number, ApiReply>>): Record<string, ResponseConfig> {
  const entries = Object.entries(declared).map(([status, { description, schema }]) => {
    const content = schema === undefined ? {} : { content: { 'application/json': { schema } } }
    return [status, { description, ...content }]
  })
  return Object.fromEntries(entries)
}

/** One entry per status; codes that share it stand in its description. */
function problems(
  operation: Pick<Operation<OperationSchemas>, 'problems' | 'session' | 'replies'>,
  schema: ZodType,
): Record<string, ResponseConfig> {
  const codes = new Set<ErrorCode>([
    ...common,
    ...(operation.session === true ? (['UNAUTHENTICATED'] as const) : []),
    ...(operation.problems ?? []),
  ])
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of codes) {
    const status = errorTable[code].http
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const content = { 'application/problem+json': { schema } }
  return Object.fromEntries(
    [...byStatus].map(([status, shared]) => {
      const description = shared.map((code) => `${code}: ${errorTable[code].title}`).join('. ')
      return [String(status), { description, content }]
    }),
  )
}
