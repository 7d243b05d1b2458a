/** The rotating sequencer as the simulator runs it, and the checks that are its own. */
import type { Delivered } from '../../replication/protocol.ts'
import { sequencerCodec } from '../../replication/sequencer/codec.ts'
import type { PlantedBug } from '../../replication/sequencer/config.ts'
import { plantedBugs } from '../../replication/sequencer/config.ts'
import { SequencerCore } from '../../replication/sequencer/core.ts'
import { decodeMeta } from '../../replication/sequencer/incarnation.ts'
import { decodeEntry } from '../../replication/sequencer/log-entry.ts'
import type { SequencerMessage } from '../../replication/sequencer/message.ts'
import { clusterIdOf } from '../../replication/sequencer/view.ts'
import { require } from './failure.ts'
import type { SimulationOptions } from './options.ts'
import type {
  MemberView,
  SentMessage,
  SimulatedCoreOptions,
  SimulatedProtocol,
  SimulationCheck,
  World,
} from './types.ts'

type Check = SimulationCheck<SequencerMessage, SequencerCore>
type Member = MemberView<SequencerCore>

const tickMs = 5
const cluster = clusterIdOf('simulation')

export const sequencerProtocol: SimulatedProtocol<SequencerMessage, SequencerCore> = {
  name: 'sequencer',
  codec: sequencerCodec,
  tickMs,
  createCore,
  createChecks: () => [oneIssuer(), promises(), stability(), senderOrder()],
  // The view is fixed: every member has its turn.
  liveness: { needs: 'all', withinMs: 20_000 },
  deliversEachProposalOnce: true,
  limitOptions,
  plantedBugs,
}

/**
 * Every member takes turns, the one with the slow disk, too: a client that never waits for a whole
 * round of turns only piles up attempts.
 */
function limitOptions(drawn: SimulationOptions): SimulationOptions {
  const leastMs = drawn.slowDiskMember === undefined ? 800 : 5_000
  return { ...drawn, attemptTimeoutMs: Math.max(drawn.attemptTimeoutMs, leastMs) }
}

function createCore({ plantedBug, ...options }: SimulatedCoreOptions): SequencerCore {
  const bug = plantedBugs.find((one) => one === plantedBug)
  const planted: { plantedBug?: PlantedBug } = bug === undefined ? {} : { plantedBug: bug }
  // Small limits, so that they are met: entries of few requests, trimming now and then.
  const config = { tickMs, sequenceMaxRequests: 8, trimStepEntries: 10 }
  return new SequencerCore({ ...options, ...planted, cluster, config })
}

/** Invariant 5: for ⟨view, k⟩ at most one sequence message ever exists. */
function oneIssuer(): Check {
  const known = new Map<number, string>()
  return {
    name: 'one issuer',
    onSend(_world, { from, message }) {
      for (const part of message.parts) {
        if (part.kind !== 'sequence') continue
        const { globalSequence: k, names } = part.sequence
        const content = JSON.stringify(names)
        const before = known.get(k) ?? content
        known.set(k, content)
        require(before === content, 'one issuer', () =>
          `member ${from} sends sequence message ${k} with ${content}, it was ${before}`)
      }
    },
  }
}

/** What a header tells is durable: receivedUpTo, and the incarnation that tells it. */
function promises(): Check {
  const logEnds = new LogEnds()
  return {
    name: 'promises are durable',
    onSend(world: World<SequencerCore>, { from, message }: SentMessage<SequencerMessage>) {
      const member = world.members[from] as Member
      const { incarnation, metadata } = message.header
      const durable = logEnds.of(member) - 1
      require(metadata.receivedUpTo <= durable, 'promises are durable', () =>
        `member ${from} tells receivedUpTo ${metadata.receivedUpTo}, durable is ${durable}`)
      const { meta } = member.disk
      require(meta !== undefined && decodeMeta(meta) === incarnation, 'promises are durable', () =>
        `member ${from} speaks as incarnation ${incarnation}, which it has not stored`)
    },
  }
}

/** What is delivered is durable at Q members, the one that delivers included. */
function stability(): Check {
  const logEnds = new LogEnds()
  return {
    name: 'stable before delivery',
    onDeliver(world: World<SequencerCore>, member: Member, { index }: Delivered) {
      const holders = world.members.filter((one) => logEnds.of(one) >= index)
      require(holders.includes(member), 'stable before delivery', () =>
        `member ${member.id} delivers ${index}, which is not durable there`)
      const quorum = Math.floor(world.members.length / 2) + 1
      require(holders.length >= quorum, 'stable before delivery', () =>
        `member ${member.id} delivers ${index}, durable at ${holders.length} members only`)
    },
  }
}

/** Invariant 4: requests of one sender incarnation are delivered in localSequence order, no gap. */
function senderOrder(): Check {
  const next = new Map<string, number>()
  let checkedUpTo = 0
  return {
    name: 'sender order',
    onDeliver(_world, member, { index }) {
      if (index <= checkedUpTo) return
      checkedUpTo = index
      const stored = member.disk.entries.find((entry) => entry.index === index)
      require(stored !== undefined, 'sender order', () => `${index} is delivered, but not stored`)
      for (const { sender, incarnation, first, count } of decodeEntry(stored).sequence.names) {
        const stream = `${sender}/${incarnation}`
        const expected = next.get(stream) ?? 0
        require(first === expected, 'sender order', () =>
          `${index} orders ${stream}/${first} where ${stream}/${expected} comes next`)
        next.set(stream, first + count)
      }
    },
  }
}

/**
 * The last durable log index of each member, through trimming: entries are never truncated here.
 */
class LogEnds {
  readonly #ends = new Map<number, number>()

  of({ id, disk, durablyAppliedIndex }: Member): number {
    const stored = disk.entries.at(-1)?.index ?? durablyAppliedIndex
    const end = Math.max(this.#ends.get(id) ?? 0, stored)
    this.#ends.set(id, end)
    return end
  }
}
