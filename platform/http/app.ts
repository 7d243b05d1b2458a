/**
 * An Express application as every server runs it: request ids, limits, JSON, probes, measurements, problems. It must not know
 * what is served: routes come between createHttpApp and finishHttpApp.
 */
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
import helmet from 'helmet'
import { Histogram } from 'prom-client'
import { AppError } from '../../common/errors.ts'
import type { Metrics } from '../metrics.ts'
import type { RequestLog } from '../request-log.ts'
import { clientAddressOf } from './client-address.ts'
import { appErrorFrom, sendProblem } from './problem.ts'
import { AddressLimiter, addRateLimit, BURST_SECONDS } from './rate-limit.ts'
import { assignRequestId, requestIdOf } from './request-id.ts'

export type ReadinessReport = {
  readonly ready: boolean
  /** One for each thing that is needed, as `customers`. */
  readonly checks: Readonly<Record<string, { readonly ready: boolean; readonly detail?: string }>>
}

export type HttpAppOptions = {
  readonly name: string
  readonly requestLog: RequestLog
  readonly metrics: Metrics
  /** Asked for each /readyz; a rejection means not ready. */
  readonly readiness: () => Promise<ReadinessReport>
  readonly bodyLimitBytes?: number
  /** `xml`: bodies are handed on as text. */
  readonly bodies?: 'json' | 'xml'
  /** Calls per second and address; 0 or nothing: no limit. */
  readonly rateLimitPerAddress?: number
  /** Requests under way at once; more are refused with OVERLOADED. */
  readonly inFlightMax?: number
}

/** Where finishHttpApp finds what createHttpApp was given. */
const REQUEST_LOG = 'request log'
/** Slower ones are worth a line in the log. */
const SLOW_MS = 1_000

/**
 * What is served is JSON, and one page with its own style: nothing is to be run, loaded or framed. Not
 * helmet's defaults, which have browsers upgrade the page's links to https where there may be none.
 */
const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      styleSrc: ["'unsafe-inline'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
})

export function createHttpApp(options: HttpAppOptions): Express {
  const { requestLog, metrics, bodyLimitBytes = 65_536, bodies = 'json' } = options
  const app = express()
  app.disable('x-powered-by')
  // ETags are set where they mean something: on items. Hashing every answer costs time.
  app.disable('etag')
  app.set(REQUEST_LOG, requestLog)
  app.use(assignRequestId)
  app.use(measure(requestLog, metrics))
  app.use(securityHeaders)
  serveProbes(app, options)
  app.use(limitLoad(options))
  const type = mediaTypes[bodies]
  app.use(only(type))
  app.use(
    bodies === 'json'
      ? express.json({ limit: bodyLimitBytes, strict: true, type })
      : express.text({ limit: bodyLimitBytes, type }),
  )
  return app
}

/** Call it after the last route. */
export function finishHttpApp(app: Express): Express {
  app.use((request) => {
    const allowed = methodsAt(app, request.path)
    if (allowed.length === 0) {
      throw new AppError('ROUTE_NOT_FOUND', { message: `There is nothing at ${request.path}` })
    }
    request.res?.setHeader('Allow', allowed.join(', '))
    throw new AppError('METHOD_NOT_ALLOWED', {
      message: `${request.path} takes ${allowed.join(', ')}, not ${request.method}`,
    })
  })
  const onError: ErrorRequestHandler = (error, request, response, _next) => {
    const known = appErrorFrom(error)
    const requestId = requestIdOf(request)
    if (known === undefined) {
      const { method, path } = request
      const requestLog = app.get(REQUEST_LOG) as RequestLog
      requestLog.of(requestId).error({ err: error, method, path }, 'a bug in a route')
    }
    // The answer has begun: all that is left is to break it off visibly.
    if (response.headersSent) response.destroy()
    else sendProblem(response, known ?? new AppError('INTERNAL', { definite: false }), requestId)
  }
  app.use(onError)
  return app
}

function measure(requestLog: RequestLog, metrics: Metrics): RequestHandler {
  const durations = new Histogram({
    name: 'agora_http_request_duration_seconds',
    help: 'Requests answered, by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    registers: [metrics],
  })
  return (request, response, next) => {
    const startedAt = performance.now()
    response.on('close', () => {
      const durationMs = performance.now() - startedAt
      // 499: the client left before the answer was complete.
      const status = response.writableFinished ? response.statusCode : 499
      const route: string = request.route?.path ?? 'none'
      durations.observe({ method: request.method, route, status }, durationMs / 1_000)
      const level = status >= 500 || durationMs > SLOW_MS ? 'info' : 'debug'
      if (!requestLog.writes(level)) return
      const line = { method: request.method, path: request.path, status }
      const about = requestLog.of(requestIdOf(request))
      about[level]({ ...line, durationMs: Math.round(durationMs) }, 'request')
    })
    next()
  }
}

function serveProbes(app: Express, { requestLog, metrics, readiness }: HttpAppOptions): void {
  app.get('/livez', (_request, response) => {
    response.json({ alive: true })
  })
  app.get('/readyz', async (request, response) => {
    const report = await readiness().catch((error: unknown): ReadinessReport => {
      const about = requestLog.of(requestIdOf(request))
      about.warn({ err: error }, 'readiness could not be found out')
      return { ready: false, checks: {} }
    })
    response.setHeader('Cache-Control', 'no-store')
    response.status(report.ready ? 200 : 503).json(report)
  })
  app.get('/metrics', async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.metrics())
  })
}

function limitLoad({
  rateLimitPerAddress = 0,
  inFlightMax = 2_000,
}: HttpAppOptions): RequestHandler {
  const limiter = rateLimitPerAddress > 0 ? new AddressLimiter(rateLimitPerAddress) : undefined
  let inFlight = 0
  return (request, response, next) => {
    if (limiter !== undefined) takeToken(limiter, request, response)
    if (inFlight >= inFlightMax) throw new AppError('OVERLOADED')
    inFlight += 1
    response.once('close', () => {
      inFlight -= 1
    })
    next()
  }
}

function takeToken(limiter: AddressLimiter, request: Request, response: Response): void {
  const address = clientAddressOf(request)
  const { waitMs, remaining, fullInMs } = limiter.take(address, performance.now())
  addRateLimit(response, {
    policy: 'address',
    limit: limiter.capacity,
    windowSeconds: BURST_SECONDS,
    remaining,
    resetSeconds: (waitMs > 0 ? waitMs : fullInMs) / 1_000,
  })
  if (waitMs === 0) return
  const message = 'Too many requests from this address: slow down'
  throw new AppError('RATE_LIMITED', { message, details: { retryAfterMs: waitMs } })
}

const mediaTypes = { json: ['application/json'], xml: ['text/xml', 'application/xml'] }

/** The body parsers pass over other types, and the route would complain of missing fields. */
function only(types: string[]): RequestHandler {
  return (request, _response, next) => {
    const hasBody =
      request.headers['transfer-encoding'] !== undefined ||
      Number(request.headers['content-length'] ?? 0) > 0
    if (hasBody && !request.is(types)) {
      const given = request.get('Content-Type') ?? 'no Content-Type'
      throw new AppError('UNSUPPORTED_MEDIA_TYPE', {
        message: `The body must be ${types.join(' or ')}, not ${given}`,
      })
    }
    next()
  }
}

type RouterLayer = {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> }
  match(path: string): boolean
}

/** The methods that some route of the application takes at `path`. */
function methodsAt(app: Express, path: string): string[] {
  const methods = new Set<string>()
  for (const layer of app.router.stack as unknown as RouterLayer[]) {
    if (layer.route === undefined || !layer.match(path)) continue
    for (const method of Object.keys(layer.route.methods)) methods.add(method.toUpperCase())
  }
  if (methods.has('GET')) methods.add('HEAD')
  return [...methods].sort()
}
