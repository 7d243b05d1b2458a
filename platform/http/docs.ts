/**
 * An OpenAPI document as one page for people: no scripts, nothing loaded from elsewhere.
 */
import type { OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi'

type Document = ReturnType<OpenApiGeneratorV31['generateDocument']>

type OperationObject = {
  readonly operationId?: string
  readonly summary?: string
  readonly description?: string
  readonly security?: readonly unknown[]
  readonly parameters?: readonly {
    readonly name?: string
    readonly in?: string
    readonly required?: boolean
    readonly schema?: unknown
  }[]
  readonly requestBody?: { readonly content?: Record<string, { readonly schema?: unknown }> }
  readonly responses?: Record<string, ResponseObject>
}

type ResponseObject = {
  readonly description?: string
  readonly content?: Record<string, { readonly schema?: unknown }>
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const

export function renderDocs(document: Document): string {
  const { title, version, description = '' } = document.info
  const sections: string[] = []
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of methods) {
      const operation = item[method] as OperationObject | undefined
      if (operation !== undefined) sections.push(renderOperation(method, path, operation))
    }
  }
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<section id="${escapeHtml(name)}"><h3>${escapeHtml(name)}</h3>${json(schema)}</section>`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>
<style>${style}</style></head>
<body><h1>${escapeHtml(title)} <small>${escapeHtml(version)}</small></h1>
<p>${escapeHtml(description)} As a document for programs: <a href="/openapi.json">openapi.json</a>.</p>
${sections.join('\n')}
<h2>Schemas</h2>
${schemas.join('\n')}
</body></html>
`
}

function renderOperation(method: string, path: string, operation: OperationObject): string {
  const { summary = '', description, parameters = [], requestBody, responses = {} } = operation
  const parts = [
    `<h2><code class="${method}">${method.toUpperCase()}</code> <code>${escapeHtml(path)}</code></h2>`,
    `<p>${escapeHtml(summary)}${operation.security === undefined ? '' : ' <em>Needs a session.</em>'}</p>`,
  ]
  if (description !== undefined) parts.push(`<p>${escapeHtml(description)}</p>`)
  if (parameters.length > 0) {
    const rows = parameters.map(
      ({ name = '', in: place = '', required, schema }) =>
        `<tr><td><code>${escapeHtml(name)}</code></td><td>${escapeHtml(place)}` +
        `${required === true ? ', required' : ''}</td><td>${json(schema)}</td></tr>`,
    )
    parts.push(`<table>${rows.join('')}</table>`)
  }
  for (const { schema } of Object.values(requestBody?.content ?? {})) {
    parts.push(`<h4>Body</h4>${json(schema)}`)
  }
  parts.push(...Object.entries(responses).map(renderResponse))
  return `<section id="${escapeHtml(operation.operationId ?? path)}">${parts.join('\n')}</section>`
}

function renderResponse([status, response]: [string, ResponseObject]): string {
  const { description = '', content = {} } = response
  const isProblem = Object.hasOwn(content, 'application/problem+json')
  const bodies = isProblem ? [] : Object.values(content).map(({ schema }) => json(schema))
  return `<p><strong>${escapeHtml(status)}</strong> ${escapeHtml(description)}</p>${bodies.join('')}`
}

function json(value: unknown): string {
  return `<pre>${escapeHtml(JSON.stringify(value, null, 1) ?? '')}</pre>`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem}
section{border-top:1px solid #ccc;margin-top:1.5rem}pre{background:#f5f5f5;padding:.5rem;overflow:auto;margin:.25rem 0}
td{vertical-align:top;padding:.25rem .75rem .25rem 0}code.get{color:#06c}code.post{color:#080}
code.patch,code.put{color:#a60}code.delete{color:#b00}`
