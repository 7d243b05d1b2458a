/**
 * An OpenAPI document as one page for people: no scripts, nothing loaded from elsewhere.
 */
import type { OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi'
import {
  anchorOf,
  badge,
  type OperationObject,
  type PlacedOperation,
  renderOperation,
} from './docs-operation.ts'
import { exampleOf, fieldsTable, type Schemas } from './docs-schema.ts'
import { style } from './docs-style.ts'
import { code, escapeHtml, jsonBlock, prose } from './docs-text.ts'

type Document = ReturnType<OpenApiGeneratorV31['generateDocument']>

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const

export function renderDocs(document: Document): string {
  const { title, version, description = '' } = document.info
  const groups = operationsByTag(document)
  const schemas = (document.components?.schemas ?? {}) as Schemas
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title>
<style>${style}</style></head>
<body>${navigation(groups, schemas)}
<main><h1>${escapeHtml(title)} <small>API version ${escapeHtml(version)}</small></h1>
<p>${prose(description)}</p>
${conventions(document)}
${[...groups].map(([tag, operations]) => section(tag, operations, schemas)).join('\n')}
${schemaSection(schemas)}
</main></body></html>
`
}

/** In the order in which they were declared. */
function operationsByTag({ paths = {} }: Document): Map<string, PlacedOperation[]> {
  const groups = new Map<string, PlacedOperation[]>()
  for (const [path, item] of Object.entries(paths)) {
    for (const method of methods) {
      const operation = item[method] as OperationObject | undefined
      if (operation === undefined) continue
      const tag = operation.tags?.[0] ?? 'Operations'
      groups.set(tag, [...(groups.get(tag) ?? []), { method, path, operation }])
    }
  }
  return groups
}

function navigation(groups: Map<string, readonly PlacedOperation[]>, schemas: Schemas): string {
  const lists = [...groups].map(([tag, operations]) => {
    const entries = operations.map(
      (one) =>
        `<li><a href="#${anchorOf(one)}">${badge(one.method)}${escapeHtml(one.path)}</a></li>`,
    )
    return `<h2>${escapeHtml(tag)}</h2><ul>${entries.join('')}</ul>`
  })
  const named = Object.keys(schemas).map(
    (name) => `<li><a href="#schema-${escapeHtml(name)}">${escapeHtml(name)}</a></li>`,
  )
  return `<nav>${lists.join('')}<h2>Schemas</h2><ul>${named.join('')}</ul></nav>`
}

/** What holds for every operation. */
function conventions({ components }: Document): string {
  const headers = Object.entries(components?.headers ?? {}) as [string, { description?: string }][]
  const rows = headers.map(
    ([name, { description = '' }]) =>
      `<tr><td>${code(name)}</td><td>${prose(description)}</td></tr>`,
  )
  return `<section id="conventions"><h2>Conventions</h2>
<ul>
<li>Bodies are JSON, at most 64 KiB. Fields that are not known are refused, by name.</li>
<li>A session’s token goes into ${code('Authorization: Bearer …')}.</li>
<li>Every write but logging in and out takes an ${code('Idempotency-Key')}: a repeat under the same key, at any server, has no second
effect and gets the first answer.</li>
<li>Lists come in pages: follow ${code('next')} until it is null.</li>
<li>Money is an integer of minor units, with its currency.</li>
<li>What goes wrong is told as a <a href="#schema-Problem">problem</a> (RFC 9457): act on its ${code('code')}.</li>
<li>For programs: <a href="/openapi.json">openapi.json</a>.</li>
</ul>
<h4>Headers of answers</h4><table><tbody>${rows.join('')}</tbody></table></section>`
}

function section(tag: string, operations: readonly PlacedOperation[], schemas: Schemas): string {
  const articles = operations.map((operation) => renderOperation(operation, schemas))
  return `<section><h2>${escapeHtml(tag)}</h2>${articles.join('\n')}</section>`
}

function schemaSection(schemas: Schemas): string {
  const articles = Object.entries(schemas).map(([name, schema]) => {
    const { description } = schema
    return `<article id="schema-${escapeHtml(name)}"><h3>${escapeHtml(name)}</h3>
${description === undefined ? '' : `<p>${prose(description)}</p>`}${fieldsTable(schema)}
<details><summary>Example</summary>${jsonBlock(exampleOf(schema, schemas))}</details></article>`
  })
  return `<section id="schemas"><h2>Schemas</h2>${articles.join('\n')}</section>`
}
