import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createApi } from './api.ts'
import type { HttpServer } from './listen.ts'
import { serveApp } from './testing.ts'

let server: HttpServer

beforeAll(async () => {
  server = await serveApp((app) => {
    const api = createApi(app, { title: 'Test <API>', version: '1.0.0', description: 'For tests.' })
    const item = z.object({ id: z.string(), units: z.int() }).meta({ id: 'Item' })
    api.operation(
      {
        method: 'post',
        path: '/v1/items/{id}/units',
        id: 'changeUnits',
        tag: 'Items',
        summary: 'Adds or removes units',
        params: z.object({ id: z.string().regex(/^\d+-\d+$/) }),
        body: z.object({ change: z.int() }),
        replies: { 200: { description: 'The item', schema: item } },
        problems: ['TOO_FEW_UNITS', 'QUANTITY_LIMIT', 'ITEM_NOT_FOUND'],
        session: true,
        idempotent: true,
      },
      async ({ params, body }) => ({ body: { id: params.id, units: body.change }, replayed: true }),
    )
    api.serveDocs()
  })
})
afterAll(() => server.close(0))

describe('an operation', () => {
  it('is served', async () => {
    const response = await fetch(`${server.url}/v1/items/3-1/units`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"change": 4}',
    })
    expect([response.status, await response.json()]).toEqual([200, { id: '3-1', units: 4 }])
    expect(response.headers.get('idempotent-replayed')).toBe('true')
  })

  it('is described by the schemas that check it', async () => {
    // biome-ignore lint/suspicious/noExplicitAny: a JSON document, looked into here and there.
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as any
    expect(document.openapi).toBe('3.1.0')
    const operation = document.paths['/v1/items/{id}/units'].post
    expect(operation.operationId).toBe('changeUnits')
    expect(operation.security).toEqual([{ session: [] }])
    const names = operation.parameters.map((parameter: { name: string }) => parameter.name)
    expect(names.sort()).toEqual(['Idempotency-Key', 'X-Request-Id', 'id'])
    expect(operation.requestBody.content['application/json'].schema.required).toEqual(['change'])
    expect(operation.responses['200'].content['application/json'].schema).toEqual({
      $ref: '#/components/schemas/Item',
    })
    expect(Object.keys(operation.responses).sort()).toEqual([
      '200',
      '400',
      '401',
      '404',
      '409',
      '413',
      '415',
      '429',
      '503',
      '504',
    ])
    expect(operation.responses['409'].description).toContain('QUANTITY_LIMIT')
    expect(operation.responses['409'].content['application/problem+json'].schema).toEqual({
      allOf: [
        { $ref: '#/components/schemas/Problem' },
        { type: 'object', properties: { code: { enum: ['TOO_FEW_UNITS', 'QUANTITY_LIMIT'] } } },
      ],
    })
    expect(document.components.headers['Retry-After']).toMatchObject({ required: true })
  })

  it('is shown to people', async () => {
    // The address of a server leads to it.
    const response = await fetch(server.url)
    expect(response.url).toBe(`${server.url}/docs`)
    expect(response.headers.get('content-type')).toContain('text/html')
    const page = await response.text()
    expect(page).toContain('/v1/items/{id}/units')
    expect(page).toContain('Test &lt;API&gt;')
  })
})
