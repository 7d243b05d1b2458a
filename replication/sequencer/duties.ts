/** The duties of one member in one view: made when it is entered, dropped when it is left. */
import { Announcer } from './announce.ts'
import { Company } from './company.ts'
import { ticksOf } from './config.ts'
import { Issuer } from './issue.ts'
import { maskOf } from './members-mask.ts'
import type { Node } from './node.ts'
import { Peers } from './peers.ts'
import type { Reach } from './message.ts'
import { owedInView } from './owed.ts'
import { Repair } from './repair.ts'
import { Standing } from './standing.ts'
import type { View } from './view.ts'

export type Duties = {
  readonly view: View
  readonly peers: Peers
  readonly issuer: Issuer
  readonly standing: Standing
  readonly repair: Repair
  readonly announcer: Announcer
  readonly company: Company
}

export function createDuties(node: Node, view: View): Duties {
  const { self, config, cluster, quorum, random, plantedBug, log, pool, own, delivery } = node
  const peers = new Peers(view, self, node.now)
  const standing = new Standing({
    self,
    cluster,
    incarnation: node.scalars.incarnation,
    plantedBug,
    view,
    quorum,
    log,
    own,
    delivery,
    peers,
    reach: () => reachOf(node),
  })
  const stableUpTo = () => standing.stableUpTo
  const company = new Company()
  const issuer = new Issuer({ self, view, log, pool, stableUpTo, company, config, plantedBug })
  const failureTimeoutTicks = ticksOf(config.failureTimeoutMs, config)
  const repair = new Repair({
    targetOf: owedInView({
      view,
      peers,
      random,
      isHeard: (peer) => peers.isHeard(peer, node.now, failureTimeoutTicks),
    }),
    random,
    timing: config,
    counters: node.repairCounters,
  })
  const announcer = new Announcer(config, node.now)
  return { view, peers, issuer, standing, repair, announcer, company }
}

/** Whom this member hears, and whom it would not form a view with yet: see Metadata. */
export function reachOf({ table, now, config, damping }: Node): Reach {
  const hears = table.heardMask(now, ticksOf(config.failureTimeoutMs, config))
  return { hears, damped: maskOf(damping.damped(now)) }
}
