/** From a JSON schema to values: most of them fit, some nearly, some not at all. */
import fc from 'fast-check'
import type { JsonSchema } from '../../rest/document.ts'

/** Stands in a request for an id that is known when the request is sent; see requests.ts. */
export const placeholder = (kind: 'item' | 'purchase' | 'seller', index: number) =>
  `{{${kind}:${index}}}`

const itemPattern = '^(0|[1-9][0-9]?)-[1-9][0-9]{0,14}$'
const purchasePattern = '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$'

/** A value that the schema allows, as far as JSON Schema can say it. */
export function fitting(schema: JsonSchema): fc.Arbitrary<unknown> {
  const made = madeOf(schema)
  const { examples = [], pattern } = schema
  const known =
    pattern === itemPattern ? 'item' : pattern === purchasePattern ? 'purchase' : undefined
  return fc.oneof(
    { weight: 3, arbitrary: made },
    // What is checked further than a schema can say (a card's check digit) fits in the examples.
    ...(examples.length > 0 ? [{ weight: 6, arbitrary: fc.constantFrom(...examples) }] : []),
    ...(known === undefined
      ? []
      : [{ weight: 12, arbitrary: fc.nat(9).map((index) => placeholder(known, index)) }]),
  )
}

function madeOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { type, properties, items, enum: values, pattern } = schema
  if (values !== undefined) return fc.constantFrom(...values)
  if (properties !== undefined) return record(schema, fitting)
  if (items !== undefined) {
    return fc.array(fitting(items), { maxLength: schema.maxItems ?? 5 })
  }
  switch (type) {
    case 'integer':
      return fc.oneof(
        fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1_000, 1_000) }),
        fc.constantFrom(schema.minimum ?? 0, schema.maximum ?? Number.MAX_SAFE_INTEGER),
      )
    case 'boolean':
      return fc.boolean()
    default:
      if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
      return text(schema)
  }
}

function text({ minLength = 0, maxLength = 40 }: JsonSchema): fc.Arbitrary<string> {
  const length = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, 130)) }
  return fc.oneof(
    fc.string({ unit: 'grapheme-ascii', ...length }),
    fc.string({ unit: 'grapheme', ...length }),
    fc.string({ unit: 'binary', ...length }),
  )
}

function record(
  { properties = {}, required = [] }: Pick<JsonSchema, 'properties' | 'required'>,
  field: (schema: JsonSchema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const fields: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(
    Object.entries(properties).map(([name, one]) => [name, field(one)]),
  )
  return fc.record(fields, { requiredKeys: [...required] })
}

/** What no schema here asks for: odd types, odd text, odd keys, deep and wide. */
const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.double(),
  fc.constantFrom<unknown>(
    '\u0000',
    '\ud800',
    '\u202e',
    'x'.repeat(5_000),
    "'; DROP TABLE state.accounts; --",
    -0,
    -1,
    1e308,
    Number.MAX_SAFE_INTEGER + 2,
    0.1,
    [],
    {},
    null,
    true,
    JSON.parse('{"__proto__": {"admin": true}, "constructor": 1}'),
    JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`),
  ),
)

/** A value that fits, or one of whose parts does not. */
export function nearly(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { properties } = schema
  const required: readonly string[] = schema.required ?? []
  if (properties === undefined) {
    return fc.oneof({ weight: 4, arbitrary: fitting(schema) }, { weight: 1, arbitrary: junk })
  }
  const some = Object.keys(properties).filter((_, index) => index % 2 === 0)
  return fc.oneof(
    { weight: 2, arbitrary: record(schema, nearly) },
    { weight: 1, arbitrary: record({ properties }, fitting) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          record(schema, fitting),
          fc.dictionary(fc.string({ maxLength: 12 }), junk, { maxKeys: 3 }),
        )
        .map(([fits, more]) => ({ ...more, ...(fits as object) })),
    },
    {
      weight: 1,
      arbitrary: record(
        { ...schema, required: required.filter((name) => some.includes(name)) },
        nearly,
      ),
    },
  )
}

export const anything = junk
