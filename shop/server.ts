/**
 * What the seller's and the buyer's composition roots share: which server this is, the clients of both
 * groups, the HTTP application around the role's operations, and an orderly end.
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import { formatHostPort, type HostPort } from '../common/host-port.ts'
import { createCustomersClient } from '../db-customers/api.ts'
import { createProductsClient } from '../db-products/api.ts'
import { type Config, loadConfigOrExit } from '../platform/config.ts'
import { type Api, createApi } from '../platform/http/api.ts'
import { createHttpApp, finishHttpApp, type ReadinessReport } from '../platform/http/app.ts'
import { listenHttp } from '../platform/http/listen.ts'
import { createLogger, type Logger } from '../platform/log.ts'
import { createMetrics, type Metrics } from '../platform/metrics.ts'
import { createRequestLog } from '../platform/request-log.ts'
import { onShutdown } from '../platform/shutdown.ts'
import type { Groups } from './groups.ts'

/** Requests under way get so long when the server stops. A purchase answers within 10 s. */
const GRACE_MS = 12_000

export type ShopProcess = {
  /** `seller-0` */
  readonly name: string
  readonly address: HostPort
  readonly config: Config
  readonly logger: Logger
  readonly metrics: Metrics
  readonly groups: Groups
  closeGroups(): void
}

/** Exits with code 2 when the configuration or `--index` is wrong. */
export function openShopProcess(role: 'seller' | 'buyer'): ShopProcess {
  const config = loadConfigOrExit()
  const servers = role === 'seller' ? config.sellerServers : config.buyerServers
  const index = serverIndex(role, servers.length)
  const address = servers[index] as HostPort
  const name = `${role}-${index}`
  const logger = createLogger({ name, level: config.logLevel })
  for (const warning of config.warnings) logger.warn(warning)
  const shared = { secret: config.clusterSecret, tls: config.tls, logger }
  const customers = createCustomersClient({ members: config.customerDbs, ...shared })
  const products = createProductsClient({ members: config.productDbs, ...shared })
  return {
    name,
    address,
    config,
    logger,
    metrics: createMetrics({ process: name }),
    groups: { customers, products },
    closeGroups() {
      customers.close()
      products.close()
    },
  }
}

function serverIndex(role: string, count: number): number {
  try {
    const { values } = parseArgs({ options: { index: { type: 'string', default: '0' } } })
    const index = Number(values.index)
    if (Number.isInteger(index) && index >= 0 && index < count) return index
    throw new RangeError(`--index must be 0 to ${count - 1} (${role.toUpperCase()}_SERVERS)`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(2)
  }
}

export type ShopAppOptions = {
  readonly role: 'seller' | 'buyer'
  readonly logger: Logger
  readonly metrics: Metrics
  readonly readiness: () => Promise<ReadinessReport>
  readonly config: Pick<Config, 'rateLimits' | 'requestsMax'>
  readonly addOperations: (api: Api) => void
}

/** The Express application: the role's operations, probes, and their documentation. */
export function createShopApp(options: ShopAppOptions) {
  const { role, logger, metrics, readiness, config } = options
  const app = createHttpApp({
    name: role,
    requestLog: createRequestLog(logger),
    metrics,
    readiness,
    rateLimitPerAddress: config.rateLimits.perAddressPerSecond,
    inFlightMax: config.requestsMax,
  })
  const api = createApi(app, {
    title: role === 'seller' ? 'Agora for sellers' : 'Agora for buyers',
    version: '1',
    description: 'A marketplace that keeps selling when machines die.',
  })
  options.addOperations(api)
  api.serveDocs()
  return finishHttpApp(app)
}

/**
 * Listens, and stops on SIGTERM: no new requests, those under way are finished, then `stop`, then the
 * groups' clients. Exits with code 1, naming the address, when it is taken.
 */
export async function serveShop(
  shop: ShopProcess,
  app: ReturnType<typeof createShopApp>,
  stop: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { address, config, logger } = shop
  try {
    const server = await listenHttp(app, { ...address, tls: config.tls })
    logger.info({ url: server.url }, 'serving')
    const stopAll = async (): Promise<void> => {
      await server.close(GRACE_MS)
      await stop()
      shop.closeGroups()
    }
    onShutdown(stopAll, logger, { timeoutMs: 2 * GRACE_MS })
  } catch (error) {
    logger.fatal({ err: error, address: formatHostPort(address) }, 'cannot serve')
    process.exit(1)
  }
}
