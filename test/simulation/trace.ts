/** Values as trace lines show them. */

/** JSON with bytes as their number. */
export function describe(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (part instanceof Uint8Array) return `<${part.length} bytes>`
    return typeof part === 'bigint' ? String(part) : part
  })
}
