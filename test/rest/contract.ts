/**
 * Holds answers of a running server against the OpenAPI document that it serves: documented status,
 * media type, required headers, and a body that has what its schema says and nothing besides.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import {
  type ApiDocument,
  type ApiResponse,
  codesOf,
  type JsonSchema,
  operationsOf,
  type PlacedOperation,
} from './document.ts'
import { type RawAnswer, send } from './http.ts'

export type Contract = {
  readonly operations: readonly PlacedOperation[]
  operation(id: string): PlacedOperation
  /** What is wrong with the answer; empty: nothing. Notes that the status, or the code, was seen. */
  violations(operation: PlacedOperation, answer: RawAnswer): string[]
  /** `logIn 201`, `logIn 401 BAD_CREDENTIALS`, … that no answer had so far. */
  unseen(): string[]
}

const stackTrace = /\n\s+at |node_modules|\.[jt]s:\d+/

/** Reads the document from the server. */
export async function readContract(server: string): Promise<Contract> {
  const { text } = await send({ url: `${server}/openapi.json`, method: 'GET' })
  const document = JSON.parse(text) as ApiDocument
  const operations = operationsOf(document)
  const validators = new Validators(document)
  const seen = new Set<string>()
  return {
    operations,
    operation(id) {
      const found = operations.find((one) => one.id === id)
      if (found === undefined) throw new Error(`The document has no operation ${id}`)
      return found
    },
    violations(placed, answer) {
      const { status } = answer
      seen.add(outcomeOf(placed.id, answer))
      if (stackTrace.test(answer.text)) return [`a stack trace: ${answer.text.slice(0, 300)}`]
      const response = placed.operation.responses[String(status)]
      if (response === undefined) return [`status ${status} is not documented: ${answer.text}`]
      return [
        ...missingHeaders(document, response, answer),
        ...validators.bodyProblems(`${placed.id} ${status}`, response, answer),
      ]
    },
    unseen: () =>
      operations.flatMap(({ id, operation }) =>
        Object.entries(operation.responses)
          .flatMap(([status, response]) =>
            (codesOf(response) ?? [undefined]).map((code) => named(id, status, code)),
          )
          .filter((outcome) => !seen.has(outcome)),
      ),
  }
}

function outcomeOf(id: string, { status, headers, text }: RawAnswer): string {
  const isProblem = String(headers['content-type']).startsWith('application/problem+json')
  return named(id, String(status), isProblem ? JSON.parse(text).code : undefined)
}

function named(id: string, status: string, code: string | undefined): string {
  return [id, status, ...(code === undefined ? [] : [code])].join(' ')
}

function missingHeaders(
  { components }: ApiDocument,
  { headers = {} }: ApiResponse,
  answer: RawAnswer,
): string[] {
  return Object.entries(headers).flatMap(([name, header]) => {
    const resolved = header.$ref === undefined ? header : components.headers[name]
    if (resolved === undefined) return [`the header ${name} is not described`]
    const missing = resolved.required === true && answer.headers[name.toLowerCase()] === undefined
    return missing ? [`no header ${name}`] : []
  })
}

class Validators {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true })
  readonly #compiled = new Map<string, ValidateFunction>()

  constructor({ components }: ApiDocument) {
    this.#ajv.addFormat('date-time', (text) => !Number.isNaN(Date.parse(text)))
    this.#ajv.addFormat('password', true)
    this.#ajv.addSchema({ $id: 'api', components: closed(components) })
  }

  bodyProblems(key: string, { content }: ApiResponse, answer: RawAnswer): string[] {
    const type = String(answer.headers['content-type'] ?? '').split(';')[0] ?? ''
    if (content === undefined) {
      return answer.text === '' ? [] : [`a body where none is documented: ${answer.text}`]
    }
    const schema = content[type]?.schema
    if (schema === undefined) return [`media type ${type}, not ${Object.keys(content).join(', ')}`]
    let validate = this.#compiled.get(key)
    if (validate === undefined) {
      validate = this.#ajv.compile(withRefsInto(closed(schema)))
      this.#compiled.set(key, validate)
    }
    let body: unknown
    try {
      body = JSON.parse(answer.text)
    } catch {
      return [`the body is not JSON: ${answer.text}`]
    }
    if (validate(body)) return []
    const errors = this.#ajv.errorsText(validate.errors)
    return [`the body does not fit its schema: ${errors}: ${answer.text}`]
  }
}

/** Objects whose schema leaves it open may have no field that is not documented. */
function closed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(closed) as T
  if (typeof value !== 'object' || value === null) return value
  const inner = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, closed(one)]))
  const { type, properties, required, additionalProperties } = inner as JsonSchema
  // What only says which codes a problem may have comes beside the schema of all problems.
  const isWhole = type !== undefined && properties !== undefined && required !== undefined
  if (!isWhole || additionalProperties !== undefined) return inner as T
  return { ...inner, additionalProperties: false } as T
}

function withRefsInto(schema: JsonSchema): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/'))
}
