/** Which page `next` shows. */
import { UsageError } from './failures.ts'

/** Throws UsageError where there is none, or `given` is no path of a page. */
export function pagePath(
  context: { readonly nextPage: string | undefined; readonly inPrompt: boolean },
  given: string | undefined,
): string {
  const path = given ?? context.nextPage
  if (path === undefined) {
    const where = context.inPrompt
      ? 'No list with more pages was shown.'
      : 'Which list? Give the path that it printed.'
    throw new UsageError(where)
  }
  if (!path.startsWith('/v1/')) {
    throw new UsageError(`${path} is no page: give the path that a list printed.`)
  }
  return path
}
