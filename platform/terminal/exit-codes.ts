/** What ./agora seller and ./agora buyer exit with; scripts rely on these numbers. */
export const exitCodes = {
  ok: 0,
  error: 1,
  usage: 2,
  notLoggedIn: 3,
  notFound: 4,
  conflict: 5,
  declined: 6,
  unavailable: 7,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** From an HTTP status to an exit code; `undefined` means that no server answered. */
export function exitCodeOfStatus(status: number | undefined): ExitCode {
  switch (status) {
    case undefined:
    case 502:
    case 503:
    case 504:
      return exitCodes.unavailable
    case 400:
    case 413:
    case 415:
    case 422:
      return exitCodes.usage
    case 401:
      return exitCodes.notLoggedIn
    case 404:
      return exitCodes.notFound
    case 402:
      return exitCodes.declined
    case 409:
    case 412:
      return exitCodes.conflict
    default:
      return exitCodes.error
  }
}
