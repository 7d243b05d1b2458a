/** Messages as scenarios show them: one line each, incarnations as the number of the start. */
import { unreachable } from '../../../common/assert.ts'
import type { Part, RequestRun, SequencerMessage } from '../../../replication/sequencer/message.ts'

export function describeMessage({ header, parts }: SequencerMessage): string {
  const { receivedUpTo, deliveredUpTo, highestSeen, ownHighest } = header.metadata
  const durable = `received ${receivedUpTo} delivered ${deliveredUpTo}`
  const told = `[${durable} seen ${highestSeen} own ${ownHighest}]`
  return [told, ...parts.map(describePart)].join(' + ')
}

function describePart(part: Part): string {
  switch (part.kind) {
    case 'request': {
      const { sender, incarnation, localSequence } = part.id
      const chunk = part.chunks === 1 ? '' : ` (${part.chunk + 1} of ${part.chunks})`
      return `request ${sender}.${startOf(incarnation)}.${localSequence}${chunk}`
    }
    case 'sequence':
      return `sequence ${part.sequence.globalSequence} = ${part.sequence.names.map(run).join(', ')}`
    case 'retransmitRequest': {
      const sequences = part.sequences.map(({ first, count }) => `sequence ${range(first, count)}`)
      const wanted = [...sequences, ...part.requests.map((one) => `request ${run(one)}`)]
      return `wants ${wanted.length === 0 ? 'a status' : wanted.join(', ')}`
    }
    case 'barrierAsk':
      return `barrier round ${part.round}?`
    case 'barrierAnswer':
      return `barrier round ${part.round}: ${part.highest}`
    default:
      return unreachable(part)
  }
}

function run({ sender, incarnation, first, count }: RequestRun): string {
  return `${sender}.${startOf(incarnation)}.${range(first, count)}`
}

function range(first: number, count: number): string {
  return count === 1 ? `${first}` : `${first}..${first + count - 1}`
}

/** See ScenarioGroup.start(). */
function startOf(incarnation: number): number {
  return Math.floor(incarnation / 1_024 / 1_000)
}
