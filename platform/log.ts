/**
 * The log: JSON lines to stderr, each with the process's name. Lines about a request are written
 * through request-log.ts, with its id. Secrets are taken out by name; what is called something else must not be logged in the first place.
 */
import process from 'node:process'
import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino'

export type { Logger }

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

const secretNames = [
  'password',
  'passwordHash',
  'token',
  'authorization',
  'card',
  'securityCode',
  'secret',
  'clusterSecret',
  'apiKey',
  'databaseUrl',
]

export type LoggerOptions = {
  /** The process, as `customers-2` or `seller-5000`. */
  readonly name: string
  readonly level: LogLevel
  /** Where lines go; stderr when left out. */
  readonly stream?: DestinationStream
}

export function createLogger({ name, level, stream }: LoggerOptions): Logger {
  return pino(
    {
      name,
      level,
      base: { name, pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      redact: {
        paths: secretNames.flatMap((secret) => [secret, `*.${secret}`, `*.*.${secret}`]),
        censor: '[secret]',
      },
    },
    // Synchronous: the last line before a crash is the one that matters, and there are few of them.
    stream ?? destination({ dest: 2, sync: true }),
  )
}
