/** Text as HTML. */

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

export function code(text: string): string {
  return `<code>${escapeHtml(text)}</code>`
}

/** What stands between backticks is code. */
export function prose(text: string): string {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? code(part) : escapeHtml(part)))
    .join('')
}

export function block(text: string): string {
  return `<pre>${escapeHtml(text)}</pre>`
}

export function jsonBlock(value: unknown): string {
  return block(JSON.stringify(value, null, 2))
}
