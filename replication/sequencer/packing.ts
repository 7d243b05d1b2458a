/** Puts parts into messages that fit a datagram, in order. A part that is too large goes alone. */
import { unreachable } from '../../common/assert.ts'
import type { Header, Part, SequencerMessage } from './message.ts'

/** Upper bounds in bytes of what the codec writes, apart from payloads and lists. */
const headerMaxBytes = 72
const partMaxBytes = 32
const runMaxBytes = 20
const recordMaxBytes = 132
const viewMaxBytes = 96
const viewRunMaxBytes = 26

export function pack(
  header: Header,
  parts: readonly Part[],
  targetBytes: number,
): SequencerMessage[] {
  const messages: SequencerMessage[] = []
  let gathered: Part[] = []
  let sizeBytes = headerMaxBytes
  for (const part of parts) {
    const partBytes = sizeMaxBytes(part)
    if (gathered.length > 0 && sizeBytes + partBytes > targetBytes) {
      messages.push({ header, parts: gathered })
      gathered = []
      sizeBytes = headerMaxBytes
    }
    gathered.push(part)
    sizeBytes += partBytes
  }
  // A header alone is a message, too: the status.
  messages.push({ header, parts: gathered })
  return messages
}

function sizeMaxBytes(part: Part): number {
  switch (part.kind) {
    case 'request':
      return partMaxBytes + part.bytes.length
    case 'sequence':
      return partMaxBytes + part.sequence.names.length * runMaxBytes
    case 'retransmitRequest':
      return partMaxBytes + (part.sequences.length + part.requests.length) * runMaxBytes
    case 'barrierAsk':
    case 'barrierAnswer':
    case 'recovered':
    case 'note':
      return partMaxBytes
    case 'join':
      return partMaxBytes + part.records.length * recordMaxBytes
    case 'propose':
      return partMaxBytes + viewMaxBytes
    case 'operational':
      return partMaxBytes + viewMaxBytes + part.stable.runs.length * viewRunMaxBytes
    case 'promise':
    case 'noted':
      return 2 * partMaxBytes + viewMaxBytes + part.log.runs.length * viewRunMaxBytes
    case 'recover': {
      const { holders, runs } = part.recovered
      return partMaxBytes + holders.length * runMaxBytes + runs.length * viewRunMaxBytes
    }
    default:
      return unreachable(part)
  }
}
