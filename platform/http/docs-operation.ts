/** One operation of an OpenAPI document as HTML: how to call it, and what it answers. */
import {
  exampleOf,
  fieldsTable,
  type Schema,
  type Schemas,
  typeOf,
  valueRow,
} from './docs-schema.ts'
import { block, code, escapeHtml, jsonBlock, prose } from './docs-text.ts'

export type OperationObject = {
  readonly operationId?: string
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly security?: readonly unknown[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content?: Content }
  readonly responses?: Readonly<Record<string, ResponseObject>>
}

type Parameter = {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema?: Schema
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>

type ResponseObject = {
  readonly description?: string
  readonly content?: Content
  readonly headers?: Readonly<
    Record<string, { readonly $ref?: string; readonly description?: string }>
  >
}

export type PlacedOperation = {
  readonly method: string
  readonly path: string
  readonly operation: OperationObject
}

export function anchorOf({ method, path, operation }: PlacedOperation): string {
  return escapeHtml(operation.operationId ?? `${method}-${path}`)
}

export function badge(method: string): string {
  return `<span class="method ${escapeHtml(method)}">${escapeHtml(method.toUpperCase())}</span>`
}

export function renderOperation(placed: PlacedOperation, schemas: Schemas): string {
  const { method, path, operation } = placed
  const { summary = '', description, security } = operation
  const session = security === undefined ? '' : '<span class="session">needs a session</span>'
  return `<article id="${anchorOf(placed)}">
<h3>${badge(method)} <code class="path">${escapeHtml(path)}</code> ${session}</h3>
<p class="summary">${prose(summary)}.</p>
${description === undefined ? '' : `<p>${prose(description)}</p>`}
${parameters(operation)}
${requestBody(placed, schemas)}
${responses(operation, schemas)}
</article>`
}

function parameters({ parameters: all = [] }: OperationObject): string {
  // X-Request-Id goes with every request: the introduction says so once.
  const shown = all.filter(({ name }) => name !== 'X-Request-Id')
  if (shown.length === 0) return ''
  const rows = shown.map(({ name, in: place, required = false, schema = {} }) =>
    valueRow(name, schema, required, place),
  )
  return `<h4>Parameters</h4><table><thead><tr><th>Name</th><th>Type</th><th>Meaning</th></tr></thead>
<tbody>${rows.join('')}</tbody></table>`
}

function requestBody(placed: PlacedOperation, schemas: Schemas): string {
  const { method, operation } = placed
  const schema = operation.requestBody?.content?.['application/json']?.schema
  const command = [
    `curl${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} $SERVER${examplePath(placed)}`,
    ...(operation.security === undefined ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...(takesKey(operation) ? ['-H "Idempotency-Key: $(uuidgen)"'] : []),
    ...(schema === undefined
      ? []
      : [
          '-H "Content-Type: application/json"',
          `-d '${JSON.stringify(exampleOf(schema, schemas))}'`,
        ]),
  ]
  const body = schema === undefined ? '' : `<h4>Body</h4>${fieldsTable(schema)}`
  return `${body}<h4>Example</h4>${block(command.join(' \\\n  '))}`
}

function examplePath({ path, operation: { parameters: all = [] } }: PlacedOperation): string {
  return path.replaceAll(/\{(\w+)\}/g, (placeholder, name) => {
    const parameter = all.find((one) => one.in === 'path' && one.name === name)
    return String(parameter?.schema?.examples?.[0] ?? placeholder)
  })
}

function takesKey({ parameters: all = [] }: OperationObject): boolean {
  return all.some(({ name }) => name === 'Idempotency-Key')
}

function responses({ responses: all = {} }: OperationObject, schemas: Schemas): string {
  const good = Object.entries(all).filter(([status]) => status < '400')
  const bad = Object.entries(all).filter(([status]) => status >= '400')
  const rows = bad.map(
    ([status, { description = '' }]) =>
      `<tr><td>${statusChip(status)}</td><td>${prose(description)}.</td></tr>`,
  )
  return `<h4>Answers</h4>${good.map((one) => success(one, schemas)).join('')}
<details><summary>What may go wrong</summary>
<table><thead><tr><th>Status</th><th>Code of the <a href="#schema-Problem">problem</a></th></tr></thead>
<tbody>${rows.join('')}</tbody></table></details>`
}

function success([status, response]: [string, ResponseObject], schemas: Schemas): string {
  const { description = '', content = {}, headers = {} } = response
  // Headers that all answers share stand in the introduction.
  const own = Object.entries(headers).filter(([, { $ref }]) => $ref === undefined)
  const lines = own.map(
    ([name, says]) => `<li>${code(name)} ${prose(says.description ?? '')}.</li>`,
  )
  const list = lines.length === 0 ? '' : `<ul>${lines.join('')}</ul>`
  const schema = content['application/json']?.schema
  const line = `<p>${statusChip(status)} ${prose(description)}.`
  if (schema === undefined) return `${line}</p>${list}`
  return `${line} ${typeOf(schema) === 'object' ? '' : typeOf(schema)}</p>${list}
<details><summary>Example</summary>${jsonBlock(exampleOf(schema, schemas))}</details>`
}

function statusChip(status: string): string {
  return `<span class="status s${escapeHtml(status.slice(0, 1))}">${escapeHtml(status)}</span>`
}
