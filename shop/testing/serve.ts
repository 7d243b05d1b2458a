/** An application on a free port of the loopback, for tests of routes. */
import type { RequestListener } from 'node:http'
import axios, { type AxiosInstance } from 'axios'
import { listenHttp } from '../../platform/http/listen.ts'

export type Served = { readonly http: AxiosInstance; readonly url: string; close(): Promise<void> }

export const TOKEN = 'A'.repeat(43)

/** `http` sends a bearer token that is well formed, and takes any status for an answer. */
export async function serve(app: RequestListener): Promise<Served> {
  const server = await listenHttp(app, { host: '127.0.0.1', port: 0 })
  const http = axios.create({
    baseURL: server.url,
    validateStatus: () => true,
    headers: { authorization: `Bearer ${TOKEN}` },
  })
  return { http, url: server.url, close: () => server.close(0) }
}

/** The paths of a problem's bad fields. */
export function badFields(body: unknown): string[] {
  const { errors = [] } = body as { errors?: { path: string }[] }
  return errors.map(({ path }) => path)
}
