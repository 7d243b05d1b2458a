/**
 * The payment service's process: reads the configuration, constructs, starts, stops on SIGTERM.
 */
import { join } from 'node:path'
import process from 'node:process'
import { loadConfigOrExit, paymentAddress } from '../platform/config.ts'
import { type HttpServer, listenHttp } from '../platform/http/listen.ts'
import { createLogger } from '../platform/log.ts'
import { createMetrics } from '../platform/metrics.ts'
import { onShutdown } from '../platform/shutdown.ts'
import { createPaymentApp } from './app.ts'
import { Payments } from './payments.ts'

const config = loadConfigOrExit(undefined, { secretRequired: false })
const logger = createLogger({ name: 'payment', level: config.logLevel })
for (const warning of config.warnings) logger.warn(warning)

let server: HttpServer | undefined
let payments: Payments | undefined
onShutdown(async () => {
  await server?.close()
  await payments?.close()
}, logger)

payments = await Payments.open({
  path: join(config.dataDir, 'payment', 'ledger.jsonl'),
  currency: config.currency,
  approvalRate: config.payment.approvalRate,
  seed: config.payment.seed,
  nowUnixMs: Date.now,
  failed: (error) => {
    logger.fatal({ err: error }, 'the ledger cannot be written: stopping')
    process.exit(1)
  },
})
const app = createPaymentApp({
  payments,
  url: config.paymentUrl,
  apiKey: config.payment.apiKey,
  logger,
  metrics: createMetrics({ process: 'payment' }),
})
const isTls = new URL(config.paymentUrl).protocol === 'https:'
server = await listenHttp(app, {
  ...paymentAddress(config.paymentUrl),
  tls: isTls ? config.tls : undefined,
})
logger.info({ url: config.paymentUrl }, 'ready')
