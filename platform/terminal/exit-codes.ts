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

/** Below the help, in the order of the numbers. */
export const exitCodesHelp = `Exit codes:
  0 ok   1 error   2 usage   3 not logged in   4 not found
  5 conflict: sold out, changed meanwhile, not allowed as things are
  6 payment declined   7 unavailable, or too many attempts: try again later`

/** From an HTTP status to an exit code; `undefined` means that no server answered. */
export function exitCodeOfStatus(status: number | undefined): ExitCode {
  switch (status) {
    case undefined:
    case 502:
    case 503:
    case 504:
    // Nothing is wrong with the command: the same one works later.
    case 429:
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
    // Refused for what has happened so far, as a vote without a purchase; as a second vote is.
    case 403:
    case 409:
    case 412:
      return exitCodes.conflict
    // 500, and what no server of ours says.
    default:
      return exitCodes.error
  }
}
