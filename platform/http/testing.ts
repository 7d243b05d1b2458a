/** A server on any free port, for tests only. */
import type { Express } from 'express'
import type { DestinationStream } from 'pino'
import { createLogger } from '../log.ts'
import { createMetrics } from '../metrics.ts'
import { createRequestLog } from '../request-log.ts'
import { createHttpApp, finishHttpApp, type HttpAppOptions } from './app.ts'
import { type HttpServer, listenHttp } from './listen.ts'

export async function serveApp(
  addRoutes: (app: Express) => void,
  options: Partial<HttpAppOptions> & { readonly logTo?: DestinationStream } = {},
): Promise<HttpServer> {
  const { logTo, ...rest } = options
  const level = logTo === undefined ? 'silent' : 'info'
  const logger = createLogger({ name: 'test', level, ...(logTo ? { stream: logTo } : {}) })
  const app = createHttpApp({
    name: 'test',
    requestLog: createRequestLog(logger),
    metrics: createMetrics({ process: 'test', defaults: false }),
    readiness: async () => ({ ready: true, checks: {} }),
    ...rest,
  })
  addRoutes(app)
  finishHttpApp(app)
  return await listenHttp(app, { host: '127.0.0.1', port: 0 })
}
