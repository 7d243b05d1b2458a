/** From the operations of an OpenAPI document to requests, as text that can be sent and printed. */
import fc from 'fast-check'
import type { Parameter, PlacedOperation } from '../../rest/document.ts'
import { anything, fitting, nearly, placeholder } from './values.ts'

/** Whose servers. */
export type Side = 'seller' | 'buyer'

export type FuzzRequest = {
  readonly side: Side
  /** `createItem`, …: a failure is printed with its requests, so they hold no more than is needed. */
  readonly id: string
  readonly method: string
  readonly server: number
  /** Path and query, with placeholders. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly token:
    | { readonly kind: 'session' | 'other role' | 'none' }
    | { readonly kind: 'text'; readonly text: string }
  /** Which of the sessions. */
  readonly session: number
  readonly body: string | undefined
}

/** A request of any of the operations, each as often as the others. */
export function requestsTo(
  operations: Readonly<Record<Side, readonly PlacedOperation[]>>,
): fc.Arbitrary<FuzzRequest> {
  const of = (side: Side) => operations[side].map((operation) => requestTo(side, operation))
  return fc.oneof(...of('seller'), ...of('buyer'))
}

function requestTo(side: Side, operation: PlacedOperation): fc.Arbitrary<FuzzRequest> {
  return fc.record({
    side: fc.constant(side),
    id: fc.constant(operation.id),
    method: fc.constant(operation.method),
    server: fc.nat(7),
    session: fc.nat(7),
    path: fc.tuple(pathOf(operation), queryOf(operation)).map(([path, query]) => path + query),
    headers: headersOf(operation),
    token: tokenOf(),
    body: bodyOf(operation),
  })
}

function parametersIn(operation: PlacedOperation, place: Parameter['in']): readonly Parameter[] {
  return (operation.operation.parameters ?? []).filter((parameter) => parameter.in === place)
}

function pathOf(operation: PlacedOperation): fc.Arbitrary<string> {
  const parameters = parametersIn(operation, 'path')
  const values = parameters.map(({ schema }) => {
    const seller = fc.nat(9).map((index) => placeholder('seller', index))
    const known = schema.pattern === undefined ? [{ weight: 2, arbitrary: seller }] : []
    return fc.oneof(
      { weight: 6, arbitrary: fitting(schema).map(String) },
      ...known,
      { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }) },
      { weight: 1, arbitrary: fc.constantFrom('%00', '%zz', '%', '0-0', '1-1%2f..', '-1', '1e3') },
    )
  })
  return fc.tuple(...values).map((texts) =>
    parameters.reduce((path, { name }, index) => {
      const text = texts[index] ?? ''
      return path.replace(`{${name}}`, segment(text))
    }, operation.path),
  )
}

/** As it stands in a URL. A dot, or two, would be another path. */
function segment(text: string): string {
  if (text.startsWith('{{') || /^%(00|zz|)$/.test(text) || text.includes('%2f')) return text
  const encoded = inUrl(text)
  return /^\.{0,2}$/.test(encoded) ? '%2E%2E%2E' : encoded
}

const oddQueries = [
  'colour=red',
  'limit=1&limit=2',
  'cursor=AAAA',
  // ["x",1] in base64url: a cursor, but of nothing.
  'cursor=WyJ4IiwxXQ',
  'cursor[a]=1',
  '__proto__=1',
  '%zz=1',
]

/** Half a surrogate pair cannot stand in UTF-8: it becomes U+FFFD. */
function inUrl(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString())
}

function queryOf(operation: PlacedOperation): fc.Arbitrary<string> {
  const parameters = parametersIn(operation, 'query')
  const given = parameters.map(({ name, schema }) =>
    fc.option(
      nearly(schema).map((value) =>
        (Array.isArray(value) ? value : [value])
          .map((one) => `${name}=${inUrl(String(one))}`)
          .join('&'),
      ),
      { nil: '', freq: 2 },
    ),
  )
  const odd = fc.oneof(
    { weight: 12, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom(...oddQueries) },
  )
  return fc.tuple(...given, odd).map((parts) => {
    const query = parts.filter((part) => part !== '').join('&')
    return query === '' ? '' : `?${query}`
  })
}

function headersOf(operation: PlacedOperation): fc.Arbitrary<Record<string, string>> {
  const headers = parametersIn(operation, 'header').map(({ name, schema }) => [
    name,
    fc.option(
      fc.oneof(
        // A key that many requests share, so that repeats and mismatches come up.
        { weight: 3, arbitrary: fc.nat(40).map((index) => `key-${index}`) },
        { weight: 2, arbitrary: fitting(schema).map(String) },
        {
          weight: 1,
          arbitrary: fc.constantFrom('*', '"1"', '"1", "2"', 'W/"1"', '"x"', '""', 'x'.repeat(200)),
        },
        { weight: 1, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 200 }) },
      ),
      { freq: 2 },
    ),
  ])
  return fc
    .record(Object.fromEntries(headers) as Record<string, fc.Arbitrary<string | null>>)
    .map((given) =>
      Object.fromEntries(
        Object.entries(given).flatMap(([name, value]) =>
          value === null ? [] : [[name, value.replaceAll(/[^\x20-\x7e]/g, '?')]],
        ),
      ),
    )
}

function tokenOf(): fc.Arbitrary<FuzzRequest['token']> {
  return fc.oneof(
    { weight: 30, arbitrary: fc.constant({ kind: 'session' } as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom({ kind: 'none' } as const, { kind: 'other role' } as const),
    },
    {
      weight: 1,
      arbitrary: fc
        .string({ unit: 'grapheme-ascii', maxLength: 60 })
        .map((text) => ({ kind: 'text', text: text.replaceAll(/[^\x20-\x7e]/g, '?') }) as const),
    },
  )
}

function bodyOf({ operation }: PlacedOperation): fc.Arbitrary<string | undefined> {
  const schema = operation.requestBody?.content['application/json'].schema
  const odd = fc.oneof(
    anything.map((value) => JSON.stringify(value)),
    fc.constantFrom(
      '',
      '{',
      'null',
      '[]',
      '"text"',
      '{"a":1,"a":2}',
      '{"n":1e999}',
      '\ufeff{}',
      'x'.repeat(70_000),
      `{"name":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
    ),
  )
  if (schema === undefined) {
    return fc.oneof(
      { weight: 12, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: odd },
    )
  }
  return fc.oneof(
    { weight: 8, arbitrary: fitting(schema).map((value) => JSON.stringify(value)) },
    { weight: 8, arbitrary: nearly(schema).map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: odd },
  )
}
