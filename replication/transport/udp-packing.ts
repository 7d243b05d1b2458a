/**
 * Makes datagrams out of messages for one destination: small ones share, large ones are cut. The
 * order of messages is kept, for what it is worth: the network keeps none.
 */
import { assert } from '../../common/assert.ts'
import { type Framer, fragmentFrameBytes, fragmentsMax, frameBytes } from './udp-frame.ts'

const lengthBytes = 2

export type PackingOptions = {
  /** A member, or `everybody`. */
  readonly destination: number
  readonly datagramMaxBytes: number
  /** Ids of fragmented messages, fresh for a long time within this process. */
  readonly nextMessageId: () => number
}

export function sealAll(
  framer: Framer,
  messages: readonly Uint8Array[],
  options: PackingOptions,
): Buffer[] {
  const { destination, datagramMaxBytes } = options
  const datagrams: Buffer[] = []
  let gathered: Uint8Array[] = []
  let sizeBytes = frameBytes
  const flush = (): void => {
    if (gathered.length > 0) datagrams.push(framer.sealPack(gathered, destination))
    gathered = []
    sizeBytes = frameBytes
  }
  for (const message of messages) {
    const neededBytes = lengthBytes + message.length
    if (sizeBytes + neededBytes > datagramMaxBytes) flush()
    if (frameBytes + neededBytes > datagramMaxBytes) {
      datagrams.push(...fragments(framer, message, options))
    } else {
      gathered.push(message)
      sizeBytes += neededBytes
    }
  }
  flush()
  return datagrams
}

function fragments(
  framer: Framer,
  message: Uint8Array,
  { destination, datagramMaxBytes, nextMessageId }: PackingOptions,
): Buffer[] {
  const messageId = nextMessageId()
  const pieceBytes = datagramMaxBytes - fragmentFrameBytes
  const count = Math.ceil(message.length / pieceBytes)
  assert(count <= fragmentsMax, `a message of ${message.length} bytes is too large to fragment`)
  return Array.from({ length: count }, (_, index) => {
    const bytes = message.subarray(index * pieceBytes, (index + 1) * pieceBytes)
    return framer.sealFragment({ messageId, index, count, bytes }, destination)
  })
}
