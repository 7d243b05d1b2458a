/**
 * Rows as they will be when they come back from PostgreSQL. A row that was just put is read from
 * memory on one replica and, where a batch ended in between, from the database on another: both
 * must see exactly the same, down to the order of the keys in a JSON object. Frozen, because a row
 * that is changed in place would change behind the back of everything else.
 */
import { assert } from '../../common/assert.ts'
import type { ColumnType } from './tables.ts'

export type AnyRow = Readonly<Record<string, unknown>>

/** A frozen copy of `row`; an assertion when it is not what the columns can hold. */
export function storedRow(
  table: { readonly name: string; readonly columns: Readonly<Record<string, ColumnType>> },
  row: object,
): AnyRow {
  const copy: Record<string, unknown> = {}
  for (const [column, type] of Object.entries(table.columns)) {
    const value = (row as AnyRow)[column]
    copy[column] = value === null ? null : storedValue(`${table.name}.${column}`, type, value)
  }
  const extra = Object.keys(row).length - Object.keys(copy).length
  assert(extra === 0, `a row of ${table.name} has exactly its columns`)
  return Object.freeze(copy)
}

function storedValue(name: string, type: ColumnType, value: unknown): unknown {
  const what = `${name} is a ${type}, not ${typeof value}`
  switch (type) {
    case 'text':
      assert(typeof value === 'string', what)
      return storableText(value)
    case 'bigint':
      assert(Number.isSafeInteger(value), what)
      return value
    case 'integer':
      assert(Number.isSafeInteger(value) && value === ((value as number) | 0), what)
      return value
    case 'boolean':
      assert(typeof value === 'boolean', what)
      return value
    case 'bytea':
      assert(value instanceof Uint8Array, what)
      return Buffer.from(value)
    case 'jsonb':
      assert(value !== undefined, what)
      return storedJson(value)
  }
}

const unstorable = /[\p{Cs}\0]/u

/** PostgreSQL stores no NUL, and half a surrogate pair would come back as another character. */
function storableText(text: string): string {
  assert(!unstorable.test(text), 'text is well-formed Unicode without NUL')
  return text
}

/** What jsonb makes of a JSON value: keys in its order, no undefined, no negative zero. Frozen. */
export function storedJson(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return storableText(value)
    case 'number':
      assert(Number.isFinite(value), 'a JSON number is finite')
      return value === 0 ? 0 : value
    case 'boolean':
      return value
    case 'object':
      if (value === null) return null
      if (Array.isArray(value)) {
        return Object.freeze(value.map((item) => (item === undefined ? null : storedJson(item))))
      }
      return storedObject(value)
    default:
      assert(false, `JSON has no ${typeof value}`)
  }
}

function storedObject(value: object): object {
  const prototype = Object.getPrototypeOf(value)
  assert(prototype === Object.prototype || prototype === null, 'JSON objects are plain objects')
  const keys = Object.keys(value).sort(byJsonbOrder)
  const copy: Record<string, unknown> = {}
  for (const key of keys) {
    const item = (value as AnyRow)[key]
    if (item === undefined) continue
    storableText(key)
    // Plain assignment would take this one name for the prototype.
    if (key !== '__proto__') copy[key] = storedJson(item)
    else Object.defineProperty(copy, key, { value: storedJson(item), enumerable: true })
  }
  return Object.freeze(copy)
}

/** jsonb sorts keys by their length in bytes, then bytewise. */
function byJsonbOrder(a: string, b: string): number {
  const lengths = Buffer.byteLength(a) - Buffer.byteLength(b)
  if (lengths !== 0) return lengths
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** A row as pg returns it, frozen like a put one. */
export function frozenRow(row: Record<string, unknown>): AnyRow {
  for (const value of Object.values(row)) freezeJson(value)
  return Object.freeze(row)
}

function freezeJson(value: unknown): void {
  // Bytes cannot be frozen.
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return
  for (const item of Object.values(value)) freezeJson(item)
  Object.freeze(value)
}
