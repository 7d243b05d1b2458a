/**
 * The command of a measured group: some bytes, of which the first are its key. It stands in the log
 * as it came, behind a tag and a time: what is measured is not the making of JSON.
 *
 *   entry = 1  submittedAtMs:u53  bytes      a write
 *         = 0  JSON                          a member's clock
 */
import { assert } from '../../common/assert.ts'
import { ByteReader, ByteWriter } from '../../common/bytes.ts'
import { CodecError } from '../../common/codec-error.ts'
import type { CommandCodec } from '../../replication/replicated-log.ts'
import type { Command } from '../../replication/state-machine/application.ts'
import { type ClockBody, isClockCommand } from '../../replication/state-machine/clock-command.ts'
import { jsonCommandCodec } from '../../replication/state-machine/command-codec.ts'

export type WriteBody = { readonly type: 'write'; readonly key: string; readonly bytes: Uint8Array }

/** What a command begins with: names it, for its row and for repeats. */
export const keyBytes = 16

const tags = { clock: 0, write: 1 } as const
const headerBytes = 9

/** The key of a command as text. */
export function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, keyBytes).toString('base64url')
}

/** Named by its bytes when somebody asks: where nothing is applied, nobody does. */
class Write implements Command<WriteBody>, WriteBody {
  readonly type = 'write'
  readonly bytes: Uint8Array
  readonly #submittedAtMs: number
  #key: string | undefined

  constructor(bytes: Uint8Array, submittedAtMs: number) {
    this.bytes = bytes
    this.#submittedAtMs = submittedAtMs
  }

  get key(): string {
    this.#key ??= keyOf(this.bytes)
    return this.#key
  }

  get request(): Command<WriteBody>['request'] {
    const submittedAtMs = this.#submittedAtMs
    return { requestId: this.key, fingerprint: '', retention: 'brief', submittedAtMs }
  }

  get body(): WriteBody {
    return this
  }

  /** Without the name. */
  encode(): Uint8Array {
    return new ByteWriter(headerBytes + this.bytes.length)
      .u8(tags.write)
      .u53(this.#submittedAtMs)
      .raw(this.bytes)
      .finish()
  }
}

/** `bytes`: at least its key. The same bytes again are the same request. */
export function writeCommand(bytes: Uint8Array, submittedAtMs: number): Command<WriteBody> {
  return new Write(bytes, submittedAtMs)
}

const clocks = jsonCommandCodec<ClockBody>()

export const commandCodec: CommandCodec<Command<WriteBody | ClockBody>> = {
  encode: (command) => {
    if (isClockCommand(command)) {
      const json = clocks.encode(command)
      return new ByteWriter(1 + json.length).u8(tags.clock).raw(json).finish()
    }
    assert(command instanceof Write, 'a measured group has commands of two kinds')
    return command.encode()
  },
  decode: (payload) => {
    const reader = new ByteReader(payload)
    const tag = reader.u8()
    if (tag === tags.clock) return clocks.decode(reader.raw(reader.remainingBytes))
    if (tag !== tags.write) throw new CodecError(`no command of a measured group has tag ${tag}`)
    const submittedAtMs = reader.u53()
    if (reader.remainingBytes < keyBytes) throw new CodecError('a command is cut off')
    return writeCommand(reader.raw(reader.remainingBytes), submittedAtMs)
  },
}
