/**
 * From configuration to processes: which ones there are, in which order they start, and with which
 * program and arguments. Pure: starts nothing.
 */
import type { Config, HostPort, TlsFiles } from '../platform/config.ts'
import { assetPath } from '../platform/assets.ts'

export const groups = ['customers', 'products', 'payment', 'sellers', 'buyers'] as const
export type Group = (typeof groups)[number]

export type PlannedProcess = {
  /** As a user names it: `customers-0`, `seller-2`, `payment`. */
  readonly name: string
  readonly group: Group
  readonly host: string
  readonly port: number
  /** UDP port, where the process has one. */
  readonly udpPort: number | undefined
  /** Program and arguments for `node`. */
  readonly argv: readonly string[]
  readonly readiness: { readonly kind: 'grpc' } | { readonly kind: 'http'; readonly url: string }
  /** What whoever asks it for its readiness shows and trusts. */
  readonly tls: TlsFiles | undefined
}

const program = (path: string): string => assetPath(`dist/${path}`)

/** All processes of a configuration, databases first. */
export function planCluster(config: Config): PlannedProcess[] {
  const payment = new URL(config.paymentUrl)
  const { tls } = config
  return [
    ...config.customerDbs.map(
      ({ id, host, port }): PlannedProcess => ({
        name: `customers-${id}`,
        group: 'customers',
        host,
        port,
        udpPort: port + 1,
        argv: [program('db-customers/main.js'), '--id', String(id)],
        readiness: { kind: 'grpc' },
        tls,
      }),
    ),
    ...config.productDbs.map(
      ({ id, host, port }): PlannedProcess => ({
        name: `products-${id}`,
        group: 'products',
        host,
        port,
        udpPort: undefined,
        argv: [program('db-products/main.js'), '--id', String(id)],
        readiness: { kind: 'grpc' },
        tls,
      }),
    ),
    {
      name: 'payment',
      group: 'payment',
      host: payment.hostname,
      port: Number(payment.port || (payment.protocol === 'https:' ? 443 : 80)),
      udpPort: undefined,
      argv: [program('payment-soap/server.js')],
      readiness: { kind: 'http', url: new URL('/readyz', payment).href },
      tls,
    },
    ...planServers(config, 'sellers'),
    ...planServers(config, 'buyers'),
  ]
}

function planServers(config: Config, group: 'sellers' | 'buyers'): PlannedProcess[] {
  const role = group === 'sellers' ? 'seller' : 'buyer'
  const servers = group === 'sellers' ? config.sellerServers : config.buyerServers
  const scheme = config.tls === undefined ? 'http' : 'https'
  return servers.map(({ host, port }, index) => ({
    name: `${role}-${index}`,
    group,
    host,
    port,
    udpPort: undefined,
    argv: [program(`${role}/server.js`), '--index', String(index)],
    readiness: { kind: 'http', url: `${scheme}://${host}:${port}/readyz` },
    tls: config.tls,
  }))
}

export type ClusterShape = {
  readonly sellers: number
  readonly buyers: number
  readonly customers: number
  readonly products: number
  /** The first port; the default shape takes basePort .. basePort + 1200. */
  readonly basePort: number
}

export const defaultShape: ClusterShape = {
  sellers: 4,
  buyers: 4,
  customers: 5,
  products: 5,
  basePort: 5000,
}

/** The address lists of a cluster on this machine, as environment variables. `secure`: with TLS. */
export function localAddresses(shape: ClusterShape, secure = false): Record<string, string> {
  const { basePort } = shape
  const at = (port: number): string => `127.0.0.1:${port}`
  const list = (count: number, entry: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => entry(index)).join(',')
  // The usual places, further up where there are more servers than usual.
  const buyersFrom = Math.max(20, shape.sellers * 5)
  const paymentAt = Math.max(90, buyersFrom + shape.buyers * 5)
  return {
    SELLER_SERVERS: list(shape.sellers, (i) => at(basePort + i * 5)),
    BUYER_SERVERS: list(shape.buyers, (i) => at(basePort + buyersFrom + i * 5)),
    PAYMENT_URL: `${secure ? 'https' : 'http'}://${at(basePort + paymentAt)}/payment`,
    CUSTOMER_DBS: list(shape.customers, (i) => `${i}-${at(basePort + 1080 + i * 5)}`),
    PRODUCT_DBS: list(shape.products, (i) => `${i}-${at(basePort + 1180 + i * 5)}`),
  }
}

/** Base URLs of the REST servers. */
export function serverUrls({ sellerServers, buyerServers, tls }: Config): {
  sellers: string[]
  buyers: string[]
} {
  const scheme = tls === undefined ? 'http' : 'https'
  const url = ({ host, port }: HostPort): string => `${scheme}://${host}:${port}`
  return { sellers: sellerServers.map(url), buyers: buyerServers.map(url) }
}
