/**
 * Every code that can cross a process boundary, and the one table that maps it to gRPC and HTTP.
 *
 * Two kinds share the table, because callers see both the same way:
 * - *business outcomes* are decided in the ordered state, as values, equal on every replica;
 * - *operational* errors are thrown as AppError and say whether they are definite.
 *
 * *Definite* means: it did not happen and will not. *Indefinite*: it may have happened or may still;
 * ask again under the same request id.
 */

/** gRPC status numbers (grpc.github.io/grpc/core/md_doc_statuscodes.html); common imports no gRPC. */
const grpc = {
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const

export type ErrorEntry = {
  readonly grpc: number
  readonly http: number
  /** Short sentence for a person, the `title` of a problem document. */
  readonly title: string
}

export const errorTable = {
  // Requests that are wrong in themselves.
  INVALID_ARGUMENT: { grpc: grpc.invalidArgument, http: 400, title: 'The request is not valid' },
  MALFORMED_BODY: { grpc: grpc.invalidArgument, http: 400, title: 'The body cannot be read' },
  CURRENCY_MISMATCH: {
    grpc: grpc.invalidArgument,
    http: 400,
    title: 'Another currency is used here',
  },
  BODY_TOO_LARGE: { grpc: grpc.resourceExhausted, http: 413, title: 'The body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { grpc: grpc.invalidArgument, http: 415, title: 'The body must be JSON' },
  METHOD_NOT_ALLOWED: {
    grpc: grpc.unimplemented,
    http: 405,
    title: 'This method is not allowed here',
  },
  ROUTE_NOT_FOUND: {
    grpc: grpc.unimplemented,
    http: 404,
    title: 'There is nothing at this address',
  },

  // Who is asking.
  UNAUTHENTICATED: { grpc: grpc.unauthenticated, http: 401, title: 'Log in first' },
  SESSION_EXPIRED: { grpc: grpc.unauthenticated, http: 401, title: 'The session has ended' },
  BAD_CREDENTIALS: { grpc: grpc.unauthenticated, http: 401, title: 'Wrong username or password' },
  FORBIDDEN: { grpc: grpc.permissionDenied, http: 403, title: 'This is not allowed' },
  RATE_LIMITED: { grpc: grpc.resourceExhausted, http: 429, title: 'Too many attempts' },

  // Things that are not there, or not in the state the request needs.
  ACCOUNT_NOT_FOUND: { grpc: grpc.notFound, http: 404, title: 'There is no such account' },
  ITEM_NOT_FOUND: { grpc: grpc.notFound, http: 404, title: 'There is no such item' },
  PURCHASE_NOT_FOUND: { grpc: grpc.notFound, http: 404, title: 'There is no such purchase' },
  MEMBERSHIP_REFUSED: {
    grpc: grpc.failedPrecondition,
    http: 409,
    title: 'The group cannot do this now',
  },
  NOT_IN_CART: { grpc: grpc.notFound, http: 404, title: 'The cart does not hold this item' },
  USERNAME_TAKEN: { grpc: grpc.alreadyExists, http: 409, title: 'This username is taken' },
  TOO_FEW_UNITS: { grpc: grpc.failedPrecondition, http: 409, title: 'There are not so many units' },
  QUANTITY_LIMIT: {
    grpc: grpc.failedPrecondition,
    http: 409,
    title: 'The quantity would be too large',
  },
  OUT_OF_STOCK: { grpc: grpc.failedPrecondition, http: 409, title: 'Not enough units are left' },
  PRICE_CHANGED: { grpc: grpc.failedPrecondition, http: 409, title: 'A price has risen' },
  CART_EMPTY: { grpc: grpc.failedPrecondition, http: 409, title: 'The cart is empty' },
  PURCHASE_IN_PROGRESS: {
    grpc: grpc.failedPrecondition,
    http: 409,
    title: 'A purchase is under way',
  },
  PAYMENT_DECLINED: { grpc: grpc.failedPrecondition, http: 402, title: 'The payment was declined' },
  PURCHASE_ABANDONED: {
    grpc: grpc.failedPrecondition,
    http: 409,
    title: 'The purchase was given up',
  },
  NOT_PURCHASED: {
    grpc: grpc.permissionDenied,
    http: 403,
    title: 'Only buyers of an item can vote',
  },
  ALREADY_VOTED: { grpc: grpc.alreadyExists, http: 409, title: 'One vote per item' },
  VERSION_MISMATCH: { grpc: grpc.failedPrecondition, http: 412, title: 'It was changed meanwhile' },
  STALE_CLAIM: { grpc: grpc.aborted, http: 409, title: 'Somebody else drives this purchase' },
  ILLEGAL_TRANSITION: {
    grpc: grpc.failedPrecondition,
    http: 409,
    title: 'The purchase has moved on',
  },
  IDEMPOTENCY_MISMATCH: {
    grpc: grpc.invalidArgument,
    http: 422,
    title: 'This idempotency key was used with another request',
  },
  REQUEST_TOO_OLD: {
    grpc: grpc.failedPrecondition,
    http: 409,
    title: 'The request arrived too late',
  },

  // The system's own trouble.
  OVERLOADED: { grpc: grpc.resourceExhausted, http: 503, title: 'Too busy, try again shortly' },
  UNAVAILABLE: { grpc: grpc.unavailable, http: 503, title: 'Not available at the moment' },
  DEADLINE_EXCEEDED: { grpc: grpc.deadlineExceeded, http: 504, title: 'It took too long' },
  PAYMENT_UNAVAILABLE: {
    grpc: grpc.unavailable,
    http: 503,
    title: 'Payments do not work at the moment',
  },
  INTERNAL: { grpc: grpc.internal, http: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorTable

export function isErrorCode(value: string): value is ErrorCode {
  return Object.hasOwn(errorTable, value)
}

/** One bad field of a request: `path` as in `price.amount`, `message` for a person. */
export type FieldProblem = { readonly path: string; readonly message: string }

/** JSON that travels with an error or an outcome. Sizes in bytes stay small: it crosses every hop. */
export type ErrorDetails = Readonly<Record<string, unknown>>

export type AppErrorOptions = {
  /** What happened, to what, and what to do next. */
  readonly message?: string
  /** True: it did not happen. False: it may have; retry under the same request id. */
  readonly definite?: boolean
  readonly fields?: readonly FieldProblem[]
  readonly details?: ErrorDetails
  readonly cause?: unknown
}

/** An operational error, or a business outcome on its way to a caller. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly definite: boolean
  readonly fields: readonly FieldProblem[]
  readonly details: ErrorDetails

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.message ?? errorTable[code].title, { cause: options.cause })
    this.code = code
    this.definite = options.definite ?? true
    this.fields = options.fields ?? []
    this.details = options.details ?? {}
  }
}

/** A business outcome: decided in the ordered state, a value, the same on every replica. JSON. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      readonly code: ErrorCode
      readonly message?: string
      readonly details?: ErrorDetails
    }

export function succeed<T>(value: T): Outcome<T> {
  return { ok: true, value }
}

export function refuse(
  code: ErrorCode,
  options: { readonly message?: string; readonly details?: ErrorDetails } = {},
): Outcome<never> {
  return { ok: false, code, ...options }
}
