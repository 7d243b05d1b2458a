/**
 * AppError ↔ gRPC status. The status is for any client; the trailing metadata `agora-error-bin`
 * (JSON) carries the rest, so that an error arrives as what it left as.
 */
import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js'
import { AppError, errorTable, isErrorCode } from '../../common/errors.ts'

const ERROR_TRAILER = 'agora-error-bin'

/** Most servers and proxies give all metadata of a call 8 KiB; a detail that big is dropped. */
const TRAILER_MAX_BYTES = 6_000

/** What a service's method hands back instead of a reply. */
export function statusOf(error: AppError): StatusObject {
  const metadata = new Metadata()
  metadata.set(ERROR_TRAILER, encodeError(error))
  return { code: errorTable[error.code].grpc, details: error.message, metadata }
}

/** As JSON; of one that is too big, without its details. */
export function encodeError(error: AppError): Buffer {
  const { code, message, definite, fields, details } = error
  const whole = Buffer.from(JSON.stringify({ code, message, definite, fields, details }))
  if (whole.length <= TRAILER_MAX_BYTES) return whole
  return Buffer.from(JSON.stringify({ code, message: message.slice(0, 500), definite }))
}

/** The AppError that a failed call stands for, whoever made it fail. */
export function errorFromStatus(error: ServiceError): AppError {
  const trailer = error.metadata?.get(ERROR_TRAILER)[0]
  const said = Buffer.isBuffer(trailer) ? decodeError(trailer) : undefined
  return said ?? errorFromTransport(error)
}

/** What encodeError made; undefined when it is not that. */
export function decodeError(encoded: Buffer): AppError | undefined {
  try {
    const { code, message, definite, fields, details } = JSON.parse(encoded.toString('utf8'))
    if (typeof code !== 'string' || !isErrorCode(code)) return undefined
    return new AppError(code, { message, definite: definite === true, fields, details })
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    return undefined // Not ours: the status alone has to do.
  }
}

/** gRPC itself, or the network, made it fail. */
function errorFromTransport(error: ServiceError): AppError {
  const because = { message: error.details, cause: error }
  switch (error.code) {
    case status.UNAVAILABLE:
      return new AppError('UNAVAILABLE', { ...because, definite: neverLeft(error) })
    case status.DEADLINE_EXCEEDED:
    case status.CANCELLED:
      return new AppError('DEADLINE_EXCEEDED', { ...because, definite: false })
    case status.UNAUTHENTICATED:
      return new AppError('UNAVAILABLE', {
        message: `a replica does not accept this process: ${error.details}`,
        definite: true,
        cause: error,
      })
    case status.RESOURCE_EXHAUSTED:
      return new AppError('BODY_TOO_LARGE', { ...because, definite: false })
    default:
      return new AppError('INTERNAL', { ...because, definite: error.code === status.UNIMPLEMENTED })
  }
}

/** Without a connection nothing was sent. grpc-js tells the cases apart in its text only. */
function neverLeft(error: ServiceError): boolean {
  return /^No connection established|^Name resolution failed/.test(error.details)
}
