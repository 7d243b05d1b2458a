/**
 * Commands as log payloads: JSON in UTF-8. What PostgreSQL could not store is refused here, before it
 * is ordered: afterwards it would stop every replica.
 */
import { AppError } from '../../common/errors.ts'
import { CodecError } from '../../common/codec-error.ts'
import type { CommandCodec } from '../replicated-log.ts'
import type { Command } from './application.ts'

/** JSON.stringify escapes a NUL and half surrogate pairs, and only those, in this way. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/

/** encode throws AppError INVALID_ARGUMENT (definite) for text that cannot be stored. */
export function jsonCommandCodec<Body extends { readonly type: string }>(): CommandCodec<
  Command<Body>
> {
  return {
    encode: (command) => {
      const text = JSON.stringify(command)
      if (unstorable.test(text)) {
        throw new AppError('INVALID_ARGUMENT', {
          message: 'Text must be well-formed Unicode without NUL characters',
        })
      }
      return Buffer.from(text, 'utf8')
    },
    decode: (payload) => {
      const command = parse(payload) as Command<Body> | null
      if (typeof command?.body?.type !== 'string' || typeof command.request !== 'object') {
        throw new CodecError('a payload of the log is not a command')
      }
      return command
    },
  }
}

function parse(payload: Uint8Array): unknown {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CodecError(`a payload of the log is not JSON: ${(error as Error).message}`)
  }
}
