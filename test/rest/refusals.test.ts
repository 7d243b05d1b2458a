/**
 * The codes in the OpenAPI documents are those that the operations can answer with, neither more nor
 * fewer: each operation is made to meet every refusal of every rpc that it calls.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError, type ErrorCode, errorTable, isErrorCode } from '../../common/errors.ts'
import { assetPath } from '../../platform/assets.ts'
import { type ApiDocument, codesOf, operationsOf, type PlacedOperation } from './document.ts'
import { exampleCall, openStage, type Stage } from './stage.ts'
import {
  amongDrivers,
  customersRefusals,
  neverToClients,
  productsRefusals,
  purchaseFailures,
} from './refusals.ts'

const refusals = { ...customersRefusals, ...productsRefusals }
let stage: Stage
let documents: Readonly<Record<'seller' | 'buyer', ApiDocument>>

beforeAll(async () => {
  stage = await openStage()
  documents = { seller: await stage.document('seller'), buyer: await stage.document('buyer') }
})
afterAll(() => stage.close())

function documentedCodes({ operation }: PlacedOperation): Set<string> {
  return new Set(Object.values(operation.responses).flatMap((one) => codesOf(one) ?? []))
}

/** What any request may meet: seen of each operation at the running servers. */
const common: readonly ErrorCode[] = [
  'INVALID_ARGUMENT',
  'MALFORMED_BODY',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'RATE_LIMITED',
  'OVERLOADED',
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
]

/** The codes that the operation answers with when what it depends on refuses or has nothing. */
async function possibleCodes(
  role: 'seller' | 'buyer',
  placed: PlacedOperation,
): Promise<Set<string>> {
  const call = exampleCall(placed, documents[role])
  const outcomes = new Set<string | undefined>()
  const rpcs = await stage.rpcsOf(role, call)
  for (const rpc of rpcs) {
    const codes = refusals[rpc]
    if (codes === undefined) throw new Error(`${placed.id} calls ${rpc}, which has no refusals`)
    for (const code of codes) {
      outcomes.add(await stage.codeWhen(role, call, { rpc, refuses: new AppError(code) }))
    }
  }
  outcomes.add(await stage.codeWhen(role, { ...call, token: undefined }, {}))
  outcomes.add(await stage.codeWhen(role, call, { nothingFound: true }))
  for (const fails of purchaseFailures) outcomes.add(await stage.codeWhen(role, call, { fails }))
  return new Set([...outcomes].filter((code) => code !== undefined))
}

describe.each(['seller', 'buyer'] as const)('the document for the %s', (role) => {
  it('has of each operation the codes that it can answer with', async () => {
    const operations = operationsOf(documents[role])
    expect(operations.length).toBeGreaterThan(10)
    for (const placed of operations) {
      const own = (codes: ReadonlySet<string>) =>
        [...codes].filter((code) => !common.includes(code as ErrorCode)).sort()
      const possible = own(await possibleCodes(role, placed))
      expect([placed.id, own(documentedCodes(placed))]).toEqual([placed.id, possible])
      for (const code of common) expect(documentedCodes(placed)).toContain(code)
    }
  })
})

/** Every code that a group's sources name in a refusal. */
function codesInSources(folder: string): Set<string> {
  const root = assetPath(folder)
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.startsWith('gen'),
  )
  const texts = sources.map((name) => readFileSync(join(root, name), 'utf8'))
  const literals = texts.flatMap((text) => [...text.matchAll(/'([A-Z][A-Z_]+)'/g)])
  return new Set(literals.map(([, code = '']) => code).filter(isErrorCode))
}

describe('the table of refusals', () => {
  it.each([
    ['db-customers', [customersRefusals], [...purchaseFailures]],
    ['db-products', [productsRefusals, { reserve: purchaseFailures }], ['PURCHASE_NOT_FOUND']],
  ] as const)('has what the sources of %s refuse with', (folder, tables, alsoInside) => {
    const inSources = codesInSources(folder)
    const inTables = new Set<string>([
      ...tables.flatMap((table) => Object.values(table).flat()),
      ...alsoInside,
    ])
    const known = new Set<string>([...inTables, ...amongDrivers, 'INVALID_ARGUMENT'])
    expect([...inSources].filter((code) => !known.has(code))).toEqual([])
  })

  it('leaves no code out that there is, but those that never reach a client', () => {
    const documented = new Set(
      [...operationsOf(documents.seller), ...operationsOf(documents.buyer)].flatMap((placed) => [
        ...documentedCodes(placed),
      ]),
    )
    const undocumented = Object.keys(errorTable).filter((code) => !documented.has(code))
    expect(undocumented.sort()).toEqual(Object.keys(neverToClients).sort())
  })
})
