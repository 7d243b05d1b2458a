/** Messages as scenarios show them: one line each, incarnations as the number of the start. */
import { unreachable } from '../../../common/assert.ts'
import { isMembershipPart } from '../../../replication/sequencer/membership-codec.ts'
import type {
  JoinRecord,
  MembershipPart,
  Part,
  RequestRun,
  SequencerMessage,
} from '../../../replication/sequencer/message.ts'
import type { LogExtent, ViewRun } from '../../../replication/sequencer/recovered-log.ts'
import type { Seat, View, ViewId } from '../../../replication/sequencer/view.ts'

export function describeMessage({ header, parts }: SequencerMessage): string {
  const { receivedUpTo, deliveredUpTo, highestSeen, ownHighest } = header.metadata
  const durable = `received ${receivedUpTo} delivered ${deliveredUpTo}`
  const told =
    header.viewId === undefined
      ? '[outside]'
      : `[view ${viewName(header.viewId)} ${durable} seen ${highestSeen} own ${ownHighest}]`
  return [told, ...parts.map(describePart)].join(' + ')
}

function describePart(part: Part): string {
  if (isMembershipPart(part)) return describeMembership(part)
  switch (part.kind) {
    case 'request': {
      const { sender, incarnation, localSequence } = part.id
      const chunk = part.chunks === 1 ? '' : ` (${part.chunk + 1} of ${part.chunks})`
      return `request ${sender}.${startOf(incarnation)}.${localSequence}${chunk}`
    }
    case 'sequence': {
      const { viewId, globalSequence, names } = part.sequence
      return `sequence ${globalSequence} of view ${viewName(viewId)} = ${names.map(run).join(', ')}`
    }
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

function describeMembership(part: MembershipPart): string {
  switch (part.kind) {
    case 'join':
      return `join ${part.records.map(record).join(' | ')}`
    case 'operational':
      return `operational in ${view(part.view)}, stable ${extent(part.stable)}`
    case 'propose':
      return `propose view ${viewName(part.view.id)} of ${seats(part.view.seats)}`
    case 'promise':
      return `promise ${viewName(part.viewId)}: installed ${view(part.installed)}, ${extent(part.log)}`
    case 'recover': {
      const { end, holders, runs } = part.recovered
      const held = holders.map(({ id, firstRetained, receivedUpTo }) => {
        return `${id} (${firstRetained}..${receivedUpTo})`
      })
      const from = held.length === 0 ? 'nobody' : held.join(', ')
      return `recover ${viewName(part.viewId)}: up to ${end}${runsText(runs)}, held by ${from}`
    }
    case 'recovered':
      return `recovered ${viewName(part.viewId)}: ${part.stage}, received ${part.receivedUpTo}`
    case 'note':
      return `note me, round ${part.round}`
    case 'noted': {
      const promised = part.promised === undefined ? 'nothing' : viewName(part.promised)
      const held = `installed ${view(part.installed)}, ${extent(part.log)}`
      return `noted ${startOf(part.known)}, round ${part.round}: promised ${promised}, ${held}`
    }
    default:
      return unreachable(part)
  }
}

function record(one: JoinRecord): string {
  const { member, incarnation, standing, installed, hears } = one
  const inView = installed === undefined ? 'none' : viewName(installed)
  return (
    `${member}.${startOf(incarnation)} ${standing} installed ${inView} ` +
    `hears ${ids(hears.map(({ id }) => id))} would join ${ids(members(one.choice))}`
  )
}

export function viewName({ number, representative }: ViewId): string {
  return `${number}.${representative}`
}

function view(of: View | undefined): string {
  return of === undefined
    ? 'none'
    : `${viewName(of.id)} of ${seats(of.seats)} from ${of.firstGlobal}`
}

function seats(of: readonly Seat[]): string {
  return of.map(({ id, incarnation }) => `${id}.${startOf(incarnation)}`).join(' ')
}

function extent({ firstRetained, receivedUpTo, runs }: LogExtent): string {
  return `log ${firstRetained}..${receivedUpTo}${runsText(runs)}`
}

function runsText(runs: readonly ViewRun[]): string {
  if (runs.length === 0) return ''
  return ` (${runs.map(({ viewId, first }) => `${viewName(viewId)} from ${first}`).join(', ')})`
}

function ids(of: readonly number[]): string {
  return of.length === 0 ? 'nobody' : of.join(' ')
}

function members(mask: number): number[] {
  return [0, 1, 2, 3, 4, 5, 6].filter((id) => (mask & (1 << id)) !== 0)
}

function run({ sender, incarnation, first, count }: RequestRun): string {
  return `${sender}.${startOf(incarnation)}.${range(first, count)}`
}

function range(first: number, count: number): string {
  return count === 1 ? `${first}` : `${first}..${first + count - 1}`
}

/** See ScenarioGroup.start(). */
export function startOf(incarnation: number): number {
  return Math.floor(incarnation / 1_024 / 1_000)
}
