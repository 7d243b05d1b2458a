/**
 * A REST interface whose description cannot drift from what it does: each operation is declared once, with the schemas
 * that check its input, and /openapi.json and /docs are made from the same declarations.
 */
import {
  extendZodWithOpenApi,
  OpenAPIRegistry,
  OpenApiGeneratorV31,
} from '@asteasolutions/zod-to-openapi'
import type { Express } from 'express'
import { type ZodObject, z } from 'zod'
import type { ErrorCode } from '../../common/errors.ts'
import { type ApiReply, registerResponseParts, responsesOf } from './api-responses.ts'
import { renderDocs } from './docs.ts'
import { IDEMPOTENCY_HEADER } from './idempotency.ts'
import { REQUEST_ID_HEADER } from './request-id.ts'
import { type RouteInput, type RouteReply, type RouteSchemas, route } from './route.ts'

export type Operation<Schemas extends OperationSchemas> = Schemas & {
  readonly method: 'get' | 'post' | 'patch' | 'put' | 'delete'
  /** As in OpenAPI: `/v1/items/{id}`. */
  readonly path: `/${string}`
  /** Unique, as `putUpItem`. */
  readonly id: string
  /** Operations of a kind are shown together. */
  readonly tag: string
  readonly summary: string
  readonly description?: string
  /** By HTTP status. */
  readonly replies: Readonly<Record<number, ApiReply>>
  /** What may go wrong beyond what every operation shares (400, 401, 415, 429, 5xx, …). */
  readonly problems?: readonly ErrorCode[]
  /** Needs a bearer token; `alsoExpired`: that of a session which has expired will do as well. */
  readonly session?: boolean | 'alsoExpired'
  /** Takes an Idempotency-Key. */
  readonly idempotent?: boolean
  /** Headers that it honours besides. */
  readonly headers?: ZodObject
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
  /** Serves /openapi.json and /docs. Call it after the last operation. */
  serveDocs(): void
}

export type ApiTitle = {
  readonly title: string
  readonly version: string
  readonly description: string
}

extendZodWithOpenApi(z)

export function createApi(app: Express, title: ApiTitle): Api {
  const registry = new OpenAPIRegistry()
  registerResponseParts(registry)
  registry.registerComponent('securitySchemes', 'session', {
    type: 'http',
    scheme: 'bearer',
    description: 'The token that POST /v1/sessions answers with.',
  })

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
        tags: [operation.tag],
        summary: operation.summary,
        ...(operation.description === undefined ? {} : { description: operation.description }),
        ...(needsSession(operation) ? { security: [{ session: [] }] } : {}),
        request: {
          ...(params === undefined ? {} : { params }),
          ...(query === undefined ? {} : { query }),
          headers: headersOf(operation),
          ...(body === undefined
            ? {}
            : { body: { required: true, content: { 'application/json': { schema: body } } } }),
        },
        responses: responsesOf(operation, operation.idempotent === true),
      })
    },
    serveDocs() {
      const generator = new OpenApiGeneratorV31(registry.definitions)
      const document = generator.generateDocument({ openapi: '3.1.0', info: title })
      const json = JSON.stringify(document)
      const html = renderDocs(document)
      app.get('/openapi.json', (_request, response) => {
        response.type('application/json').send(json)
      })
      // Who opens the address that a server printed is shown what it can do.
      app.get('/', (_request, response) => response.redirect('/docs'))
      app.get('/docs', (_request, response) => {
        response.type('html').send(html)
      })
    },
  }
}

function needsSession({ session = false }: Operation<OperationSchemas>): boolean {
  return session !== false
}

function headersOf({ idempotent, headers }: Operation<OperationSchemas>): ZodObject {
  const shared = { ...requestIdHeader, ...(idempotent === true ? idempotencyHeader : {}) }
  return z.object({ ...headers?.shape, ...shared })
}

const requestIdHeader = {
  [REQUEST_ID_HEADER]: z
    .string()
    .regex(/^[A-Za-z0-9_.~-]{1,64}$/)
    .meta({ description: 'Made up here when left out.' })
    .optional(),
}

const idempotencyHeader = {
  [IDEMPOTENCY_HEADER]: z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/)
    .meta({
      description:
        'Drawn by the client, one for each thing it wants done; the same for each repeat.',
    })
    .optional(),
}
