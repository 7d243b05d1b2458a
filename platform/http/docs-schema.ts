/**
 * A JSON schema as people read it: a table of its fields, in words, and an example made from the
 * examples of its fields. It must not know what an operation is.
 */
import { code, escapeHtml, prose } from './docs-text.ts'

/** The part of JSON Schema that the documents here use. */
export type Schema = {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly allOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly maxItems?: number
  readonly default?: unknown
  readonly examples?: readonly unknown[]
}

export type Schemas = Readonly<Record<string, Schema>>

/** A row for each field, those of nested objects behind them as `price.amount`. */
export function fieldsTable(schema: Schema): string {
  const rows = fieldRows(schema, '')
  if (rows.length === 0) return ''
  return `<table><thead><tr><th>Field</th><th>Type</th><th>Meaning</th></tr></thead>
<tbody>${rows.join('')}</tbody></table>`
}

function fieldRows({ properties = {}, required = [] }: Schema, prefix: string): string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = `${prefix}${name}`
    const row = valueRow(path, field, required.includes(name))
    if (field.properties !== undefined) return [row, ...fieldRows(field, `${path}.`)]
    if (field.items?.properties === undefined) return [row]
    return [row, ...fieldRows(field.items, `${path}[].`)]
  })
}

/** One name, its type, and what it means. */
export function valueRow(name: string, schema: Schema, required: boolean, place = ''): string {
  const star = required ? '<span class="required" title="required">required</span>' : ''
  const where = place === '' ? '' : `<small>${escapeHtml(place)}</small>`
  const fallback = schema.default === undefined ? '' : ` Default ${code(text(schema.default))}.`
  return `<tr><td>${code(name)} ${where}${star}</td><td>${typeOf(schema)}</td>
<td>${prose(descriptionOf(schema))}${fallback}</td></tr>`
}

function descriptionOf({ description, allOf = [] }: Schema): string {
  return description ?? allOf.map(descriptionOf).join('')
}

/** `integer, 1 to 100`, or a link to a schema that has a name. */
export function typeOf(schema: Schema): string {
  const { $ref, allOf, items, enum: values } = schema
  if ($ref !== undefined) return linkTo($ref)
  const named = allOf?.find((part) => part.$ref !== undefined)
  if (named !== undefined) return typeOf(named)
  const orNull = isNullable(schema) ? ' or null' : ''
  if (values !== undefined) {
    return values.map((value) => code(text(value))).join('<wbr> | ') + orNull
  }
  if (items !== undefined) {
    const most = schema.maxItems === undefined ? '' : `, at most ${schema.maxItems}`
    return `list of ${typeOf(items)}${most}${orNull}`
  }
  const bounds = [range(schema), schema.format, patternOf(schema)].filter((part) => part)
  return [mainType(schema), ...bounds].join(', ') + orNull
}

function linkTo(ref: string): string {
  const name = escapeHtml(ref.slice(ref.lastIndexOf('/') + 1))
  return `<a href="#schema-${name}">${name}</a>`
}

function isNullable({ type }: Schema): boolean {
  return Array.isArray(type) && type.includes('null')
}

function mainType({ type }: Schema): string {
  const types: readonly string[] = typeof type === 'string' ? [type] : (type ?? ['any'])
  return escapeHtml(types.filter((one) => one !== 'null').join(' or '))
}

function range({ minimum, maximum, minLength, maxLength }: Schema): string {
  if (minimum !== undefined || maximum !== undefined) return span(minimum, maximum)
  if (minLength === undefined && maxLength === undefined) return ''
  return `${span(minLength, maxLength)} characters`
}

function span(from: number | undefined, to: number | undefined): string {
  // What bounds every integer that JSON carries well says nothing about this one.
  const max = to === Number.MAX_SAFE_INTEGER ? undefined : to
  if (max === undefined) return from === undefined ? '' : `at least ${from.toLocaleString('en')}`
  if (from === undefined) return `at most ${max.toLocaleString('en')}`
  return `${from.toLocaleString('en')} to ${max.toLocaleString('en')}`
}

function patternOf({ pattern, format }: Schema): string {
  return pattern === undefined || format !== undefined ? '' : `like ${code(pattern)}`
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A value that fits the schema. */
export function exampleOf(schema: Schema, schemas: Schemas): unknown {
  const { $ref, allOf, examples, properties, items, enum: values } = schema
  if (examples !== undefined) return examples[0]
  if (values !== undefined) return values[0]
  if (schema.default !== undefined) return schema.default
  if ($ref !== undefined)
    return exampleOf(schemas[$ref.slice($ref.lastIndexOf('/') + 1)] ?? {}, schemas)
  if (allOf !== undefined) {
    return Object.assign({}, ...allOf.map((part) => exampleOf(part, schemas)))
  }
  if (properties !== undefined) {
    const fields = Object.entries(properties).map(([name, field]) => [
      name,
      exampleOf(field, schemas),
    ])
    return Object.fromEntries(fields)
  }
  if (items !== undefined) return [exampleOf(items, schemas)]
  if (isNullable(schema)) return null
  switch (mainType(schema)) {
    case 'integer':
      return schema.minimum ?? 1
    case 'boolean':
      return false
    default:
      return '…'
  }
}
