/**
 * What an operation may answer, for the OpenAPI document: its own replies, and a problem for each status that
 * something may go wrong with. It must not know what the operations mean.
 */
import type { OpenAPIRegistry, ResponseConfig } from '@asteasolutions/zod-to-openapi'
import { type ZodType, z } from 'zod'
import { type ErrorCode, errorTable } from '../../common/errors.ts'

export type ApiReply = {
  readonly description: string
  readonly schema?: ZodType
  /** By name: what it says. They are always there. */
  readonly headers?: Readonly<Record<string, string>>
}

type Answering = {
  readonly replies: Readonly<Record<number, ApiReply>>
  readonly problems?: readonly ErrorCode[]
  readonly session?: boolean | 'alsoExpired'
}

/** The part of a problem that every one has; some have more, as `purchaseId`. */
const problemSchema = z
  .looseObject({
    type: z.string().meta({
      description: 'Stable, one for each code.',
      examples: ['urn:agora:problem:out-of-stock'],
    }),
    title: z.string().meta({ examples: ['Not enough units are left'] }),
    status: z
      .int()
      .min(400)
      .max(599)
      .meta({ examples: [409] }),
    detail: z.string().meta({
      description: 'What happened, to what, and what to do next.',
      examples: ['Of item 3-1042 1 are left.'],
    }),
    code: z.string().meta({
      description: 'Stable; which ones an operation may answer with stands there.',
      examples: ['OUT_OF_STOCK'],
    }),
    requestId: z.string().meta({
      description: 'As in X-Request-Id, and in the servers’ logs.',
      examples: ['5e0a6c1e-6d7f-4a57-9a4e-0c0de1f9b1f2'],
    }),
    errors: z
      .array(
        z.object({
          path: z.string().meta({ examples: ['quantity'] }),
          message: z.string().meta({ examples: ['must be an integer from 1 to 1000000'] }),
        }),
      )
      .optional()
      .meta({ description: 'One for each bad field of the request.' }),
    retryable: z.boolean().meta({
      description: 'The same request, with the same Idempotency-Key, may succeed later.',
      examples: [false],
    }),
    purchaseId: z.string().optional().meta({ description: 'Of the purchase that it is about.' }),
  })
  .meta({ description: 'RFC 9457.' })

/** What may happen to any request. */
const common: readonly ErrorCode[] = [
  'INVALID_ARGUMENT',
  'MALFORMED_BODY',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'RATE_LIMITED',
  'OVERLOADED',
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
]
const withSession = {
  none: [],
  needed: ['UNAUTHENTICATED', 'SESSION_EXPIRED'],
  alsoExpired: ['UNAUTHENTICATED'],
} as const satisfies Record<string, readonly ErrorCode[]>

/** Headers by name, as the document describes them once for all responses. */
const sharedHeaders = {
  'X-Request-Id': {
    description:
      'The request’s own, or a new one. It stands in the log of every process that worked for it.',
    required: true,
  },
  RateLimit: {
    description: 'For each policy what is left of it (r) and the seconds until there is more (t).',
  },
  'RateLimit-Policy': {
    description: 'The limits that apply: so many (q) in a window of seconds (w). None: no limit.',
  },
  'Retry-After': { description: 'Seconds until it is worth another try.', required: true },
  'WWW-Authenticate': { description: 'Bearer', required: true },
  'Idempotent-Replayed': {
    description: '`true`: this is what the first request under this Idempotency-Key was told.',
  },
} as const

type SharedHeader = keyof typeof sharedHeaders

/** Call it once, before the document is generated. */
export function registerResponseParts(registry: OpenAPIRegistry): void {
  registry.register('Problem', problemSchema.clone())
  for (const [name, header] of Object.entries(sharedHeaders)) {
    registry.registerComponent('headers', name, { ...header, schema: { type: 'string' } })
  }
}

/** By status. A status that is a reply and a problem as well is not foreseen. */
export function responsesOf(operation: Answering, idempotent: boolean) {
  const shared: SharedHeader[] = ['X-Request-Id', 'RateLimit', 'RateLimit-Policy']
  if (idempotent) shared.push('Idempotent-Replayed')
  return { ...replies(operation.replies, shared), ...problems(operation, shared) }
}

function replies(
  declared: Answering['replies'],
  shared: readonly SharedHeader[],
): Record<string, ResponseConfig> {
  const entries = Object.entries(declared).map(
    ([status, { description, schema, headers = {} }]) => {
      const content = schema === undefined ? {} : { content: { 'application/json': { schema } } }
      const own = Object.entries(headers).map(([name, says]) => [
        name,
        { description: says, required: true, schema: { type: 'string' } },
      ])
      return [
        status,
        { description, headers: { ...Object.fromEntries(own), ...refer(shared) }, ...content },
      ]
    },
  )
  return Object.fromEntries(entries)
}

function sessionUse(session: boolean | 'alsoExpired'): keyof typeof withSession {
  if (session === 'alsoExpired') return session
  return session ? 'needed' : 'none'
}

/** One entry per status; the codes that share it are told apart in its schema and its description. */
function problems(
  { problems: own = [], session = false }: Answering,
  shared: readonly SharedHeader[],
): Record<string, ResponseConfig> {
  const codes = new Set<ErrorCode>([...common, ...withSession[sessionUse(session)], ...own])
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of codes) {
    const status = errorTable[code].http
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [String(status), problem(status, codes, shared)]),
  )
}

function problem(
  status: number,
  codes: readonly ErrorCode[],
  shared: readonly SharedHeader[],
): ResponseConfig {
  const headers = refer([
    ...shared,
    ...(status === 401 ? (['WWW-Authenticate'] as const) : []),
    ...(status === 429 || status === 503 ? (['Retry-After'] as const) : []),
  ])
  const schema = {
    allOf: [
      { $ref: '#/components/schemas/Problem' },
      { type: 'object' as const, properties: { code: { enum: [...codes] } } },
    ],
  }
  const description = codes.map((code) => `\`${code}\` ${errorTable[code].title}`).join('. ')
  return { description, headers, content: { 'application/problem+json': { schema } } }
}

function refer(names: readonly SharedHeader[]): Record<string, { $ref: string }> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}
