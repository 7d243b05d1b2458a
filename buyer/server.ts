/** A buyer server: `node dist/buyer/server.js --index 0`. Composition only. */
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../common/random.ts'
import { createPaymentClient } from '../payment-soap/client.ts'
import { createRequestLog } from '../platform/request-log.ts'
import { addAccountOperations } from '../shop/account-operations.ts'
import { createPasswords } from '../shop/passwords.ts'
import { groupsReadiness } from '../shop/readiness.ts'
import { createShopApp, openShopProcess, serveShop } from '../shop/server.ts'
import { createSessions } from '../shop/sessions.ts'
import { buyer } from './bodies.ts'
import { addBuyerOperations, buyerBody } from './operations.ts'
import { createCheckout } from './purchase/checkout.ts'
import { payments } from './purchase/payments.ts'
import { startResuming } from './purchase/resume.ts'
import { purchaseRecords, reservations } from './purchase/services.ts'
import type { Report } from './purchase/settle.ts'

const PAYMENT_TIMEOUT_MS = 4_000
/** Purchases being driven get so long when the server stops; what is left another server resumes. */
const DRAIN_MS = 8_000

const shop = openShopProcess('buyer')
const { name, config, groups, logger } = shop
const requestLog = createRequestLog(logger)
const sessions = createSessions(groups.customers, 'BUYER')
const passwords = await createPasswords(config.argon2)

const paymentClient = createPaymentClient({
  url: config.paymentUrl,
  apiKey: config.payment.apiKey,
  timeoutMs: PAYMENT_TIMEOUT_MS,
  caPath: config.tls?.caPath,
})
const services = {
  records: purchaseRecords(groups.customers),
  reservations: reservations(groups.products),
  payments: payments(paymentClient),
}
const patience = {
  clock: { nowMs: () => Date.now(), sleep: (durationMs: number) => sleep(durationMs) },
  random: seededRandom(Math.floor(Math.random() * 2 ** 32)),
}
const report: Report = (purchaseId, error, requestId) => {
  requestLog.of(requestId).warn({ err: error, purchaseId }, 'a purchase cannot go on just now')
}
const checkout = createCheckout({ services, patience, report })
const resumer = startResuming({
  services,
  patience,
  claimedBy: `${name}/resumer`,
  report,
  settled: ({ id, state }, requestId) =>
    requestLog.of(requestId).info({ purchaseId: id, state }, 'a purchase was resumed'),
  failed: (error) => logger.error({ err: error }, 'standing purchases cannot be listed'),
})

const app = createShopApp({
  ...shop,
  role: 'buyer',
  readiness: groupsReadiness(groups),
  addOperations(api) {
    const accounts = { customers: groups.customers, sessions, passwords, config }
    addAccountOperations(api, { ...accounts, role: 'BUYER', body: buyerBody, schema: buyer })
    addBuyerOperations(api, { groups, sessions, config, checkout, serverName: name })
  },
})

await serveShop(shop, app, async () => {
  await Promise.all([resumer.stop(), checkout.drain(DRAIN_MS)])
  paymentClient.close()
})
