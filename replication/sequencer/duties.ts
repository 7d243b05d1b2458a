/**
 * Puts the duties of one member together. Each is a room of its own; this says what each is
 * handed.
 */
import { assert } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import { Announcer } from './announce.ts'
import { Answers } from './answers.ts'
import { Barriers } from './barriers.ts'
import type { SequencerConfig, SequencerOptions } from './config.ts'
import { defaultSequencerConfig, ticksOf } from './config.ts'
import { Delivery } from './delivery.ts'
import { Issuer } from './issue.ts'
import { Outbox } from './outbox.ts'
import { OwnRequests } from './own-requests.ts'
import { Peers } from './peers.ts'
import { Repair } from './repair.ts'
import type { RequestPool } from './request-pool.ts'
import { restore } from './restore.ts'
import type { SequenceLog } from './sequence-log.ts'
import { Standing } from './standing.ts'
import type { GlobalSequence, Incarnation, View } from './view.ts'
import { fixedView, sequencerOf } from './view.ts'

export type Duties = {
  readonly self: MemberId
  readonly view: View
  readonly config: SequencerConfig
  readonly cluster: number
  readonly incarnation: Incarnation
  readonly incarnationOf: (member: MemberId) => Incarnation | undefined
  readonly pool: RequestPool
  readonly log: SequenceLog
  readonly peers: Peers
  readonly own: OwnRequests
  readonly issuer: Issuer
  readonly delivery: Delivery
  readonly standing: Standing
  readonly repair: Repair
  readonly answers: Answers
  readonly barriers: Barriers
  readonly announcer: Announcer
  readonly outbox: Outbox
}

export function createDuties(options: SequencerOptions): Duties {
  const config = { ...defaultSequencerConfig, ...options.config }
  const { self, cluster, random, plantedBug } = options
  const view = fixedView(options.members)
  assert(view.members.includes(self), 'a member is one of its view')
  const { incarnation, pool, log, appliedUpTo, appliedOrder } = restore(options, config)
  const peers = new Peers(view, self)
  const own = new OwnRequests(self, incarnation, config)
  const incarnationOf = (member: MemberId): Incarnation | undefined => {
    if (member === self) return incarnation
    return peers.has(member) ? peers.get(member).incarnation : undefined
  }
  const issuer = new Issuer({
    self,
    view,
    log,
    pool,
    peers,
    incarnationOf,
    config,
    plantedBug,
  })
  const delivery = new Delivery({
    log,
    order: appliedOrder,
    appliedUpTo,
    proposalOf: (id) => own.delivered(id),
  })
  const standing = new Standing({ ...options, view, incarnation, log, own, delivery, peers })
  const failureTimeoutTicks = ticksOf(config.failureTimeoutMs, config)
  const repair = new Repair({ view, self, peers, random, timing: config, failureTimeoutTicks })
  // What this member issued exists only once it is durable here.
  const mayServe = (k: GlobalSequence): boolean =>
    k <= log.receivedUpTo || sequencerOf(view, k) !== self
  const answers = new Answers({
    pool,
    servable: (k) => (mayServe(k) ? log.get(k) : undefined),
    answersMaxBytes: config.answersMaxBytes,
  })
  const barriers = new Barriers({
    incarnation,
    answersNeeded: view.quorum - 1 - (plantedBug === 'barrierBelowQuorum' ? 1 : 0),
    askAgainMinTicks: ticksOf(config.repairMaxMs, config),
    askAgainMaxTicks: ticksOf(config.repairBackoffMaxMs, config),
  })
  const announcer = new Announcer({
    heartbeatTicks: ticksOf(config.heartbeatMs, config),
    nudgeMinTicks: ticksOf(config.repairMinMs, config),
  })
  const outbox = new Outbox(config.messageTargetBytes)
  const messages = { repair, answers, barriers, announcer, outbox }
  const order = { pool, log, peers, own, issuer, delivery, standing }
  return { self, view, config, cluster, incarnation, incarnationOf, ...order, ...messages }
}
