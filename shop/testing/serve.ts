/** An application on a free port of the loopback, for tests of routes. */
import type { RequestListener } from 'node:http'
import axios, { type AxiosInstance } from 'axios'
import { exampleOf, type Schema, type Schemas } from '../../platform/http/docs-schema.ts'
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

/**
 * Sends every operation that has a body the example that /docs shows for it, as `id status`. With
 * groups that are gone, what passes the checks of its route ends as 503.
 */
export async function sendExamples({ http }: Served): Promise<string[]> {
  const { data } = await http.get<OpenApi>('/openapi.json')
  const outcomes: string[] = []
  for (const [path, operations] of Object.entries(data.paths)) {
    for (const [method, { operationId, requestBody }] of Object.entries(operations)) {
      if (requestBody === undefined) continue
      const { schema } = requestBody.content['application/json']
      const body = exampleOf(schema, data.components.schemas)
      const { status } = await http.request({
        method,
        url: path.replace('{id}', '3-1'),
        data: body,
      })
      outcomes.push(`${operationId} ${status}`)
    }
  }
  return outcomes.sort()
}

type OpenApi = {
  readonly paths: Record<string, Record<string, OpenApiOperation>>
  readonly components: { readonly schemas: Schemas }
}

type OpenApiOperation = {
  readonly operationId: string
  readonly requestBody?: { readonly content: { 'application/json': { readonly schema: Schema } } }
}

/** The paths of a problem's bad fields. */
export function badFields(body: unknown): string[] {
  const { errors = [] } = body as { errors?: { path: string }[] }
  return errors.map(({ path }) => path)
}
