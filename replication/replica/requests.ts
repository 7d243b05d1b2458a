/**
 * How a gRPC request becomes what a shape describes, and the shapes that every db-* service needs.
 * What does not fit is refused here, before it is ordered; what depends on the state is not known.
 */
import { z } from 'zod'
import { AppError, type ErrorCode } from '../../common/errors.ts'

/**
 * What `shape` makes of a gRPC request; the request's context is not part of it. Throws AppError
 * with one entry per bad field (`price.amount`): INVALID_ARGUMENT, or the code that all of its
 * issues name (see problem()).
 */
export function parseRequest<Parsed>(shape: z.ZodType<Parsed>, request: unknown): Parsed {
  const parsed = shape.safeParse(request)
  if (parsed.success) return parsed.data
  const { issues } = parsed.error
  const fields = issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  const message = fields.map((field) => `${field.path} ${field.message}`).join('; ')
  throw new AppError(commonCode(issues), { message, fields })
}

type Issue = z.core.$ZodIssue

function commonCode(issues: readonly Issue[]): ErrorCode {
  const [first, ...others] = issues.map(codeOf)
  if (first === undefined) return 'INVALID_ARGUMENT'
  return others.every((code) => code === first) ? first : 'INVALID_ARGUMENT'
}

function codeOf(issue: Issue): ErrorCode {
  const named: unknown = issue.code === 'custom' ? issue.params?.code : undefined
  return (named as ErrorCode | undefined) ?? 'INVALID_ARGUMENT'
}

/** For refine(): the problem is not one of form, but `code`. */
export function problem(code: ErrorCode, error: string) {
  return { error, params: { code } }
}

export function integer(min: number, max: number) {
  return z.number().refine((value) => Number.isSafeInteger(value) && value >= min && value <= max, {
    error: `must be an integer from ${min} to ${max}`,
  })
}

const PAGE_ROWS_USUAL = 20
const PAGE_ROWS_MAX = 100

/** How many a page may hold; 0: as many as is usual. */
export const pageLimit = integer(0, PAGE_ROWS_MAX).transform((value) =>
  value === 0 ? PAGE_ROWS_USUAL : value,
)
