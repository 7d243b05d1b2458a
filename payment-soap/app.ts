/**
 * The payment service over HTTP: SOAP at the path of PAYMENT_URL, the ledger for those who may read
 * it, probes. It must not know how it was configured.
 */
import type { Express, Request, RequestHandler } from 'express'
import type { Logger } from 'pino'
import { AppError } from '../common/errors.ts'
import { equalSecrets } from '../platform/cluster-key.ts'
import { createHttpApp, finishHttpApp } from '../platform/http/app.ts'
import type { Metrics } from '../platform/metrics.ts'
import { createRequestLog } from '../platform/request-log.ts'
import { API_KEY_HEADER } from './client.ts'
import { serveSoap } from './endpoint.ts'
import type { Payments } from './payments.ts'
import { element } from './soap-service.ts'

export type PaymentAppOptions = {
  readonly payments: Payments
  /** As clients reach it: goes into the WSDL. */
  readonly url: string
  readonly apiKey?: string | undefined
  readonly logger: Logger
  readonly metrics: Metrics
}

export function createPaymentApp(options: PaymentAppOptions): Express {
  const { payments, url, apiKey, logger, metrics } = options
  const requestLog = createRequestLog(logger)
  const app = createHttpApp({
    name: 'payment',
    requestLog,
    metrics,
    bodies: 'xml',
    // Its ledger has been read before it listens: all that it needs is here.
    readiness: async () => ({ ready: true, checks: { ledger: { ready: true } } }),
  })
  app.use(new URL(url).pathname, requireKey(apiKey))
  serveSoap(app, { payments, url, requestLog })
  serveLedger(app, payments, apiKey)
  return finishHttpApp(app)
}

/** The WSDL is open: it holds no secret, and clients read it first. */
function requireKey(apiKey: string | undefined): RequestHandler {
  return (request, _response, next) => {
    if (apiKey !== undefined && request.method !== 'GET' && !showsKey(request, apiKey)) {
      throw new AppError('FORBIDDEN', { message: `A right ${API_KEY_HEADER} is needed` })
    }
    next()
  }
}

/**
 * GET /ledger: every payment, as in the WSDL plus when it was charged and voided. For tests and operators: from this machine,
 * or with the API key.
 */
function serveLedger(app: Express, payments: Payments, apiKey: string | undefined): void {
  app.get('/ledger', async (request, response) => {
    const allowed = fromThisMachine(request) || (apiKey !== undefined && showsKey(request, apiKey))
    if (!allowed) throw new AppError('FORBIDDEN', { message: 'Ask from the same machine' })
    const all = await payments.all()
    response.json({
      payments: all.map((payment) => ({
        ...element(payment),
        chargedAtMs: payment.charge?.atMs ?? null,
        voidedAtMs: payment.voidedAtMs ?? null,
      })),
    })
  })
}

function showsKey(request: Request, apiKey: string): boolean {
  return equalSecrets(request.get(API_KEY_HEADER) ?? '', apiKey)
}

function fromThisMachine(request: Request): boolean {
  const address = request.socket.remoteAddress ?? ''
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}
