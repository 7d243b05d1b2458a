/** What the passing of time does. */
import { obstacle } from './availability.ts'
import { ticksOf } from './config.ts'
import type { Duties } from './duties.ts'
import { tickCommit } from './membership/commit.ts'
import { tickGather } from './membership/gather.ts'
import { leave } from './membership/leave.ts'
import { tickOperational } from './membership/operational.ts'
import { tickRebuild } from './membership/rebuild.ts'
import { tickRecovery } from './membership/recovery.ts'
import type { Node } from './node.ts'

const idleTrimEveryMs = 1_000
/** Of a request that was sent before. */
const mayBeDone = 'The request may still be done: ask again under the same id.'

export function tickNode(node: Node): void {
  node.now += 1
  const { state, answers } = node
  answers.tick()
  switch (state.kind) {
    case 'starting':
      return
    case 'gather':
      tickGather(node, state)
      break
    case 'rebuild':
      tickRebuild(node, state)
      break
    case 'commit':
      tickCommit(node, state)
      break
    case 'recovery':
      tickRecovery(node, state)
      break
    case 'operational':
      tickInView(node, state.duties)
      tickOperational(node, state)
      break
  }
  leave(node)
  refuseWaiting(node)
}

function tickInView(node: Node, duties: Duties): void {
  const { config, now } = node
  askBarriersAgain(node, duties)
  if (now % ticksOf(idleTrimEveryMs, config) === 0) node.isTrimDue = true
}

function askBarriersAgain({ barriers, now, outbox }: Node, { peers }: Duties): void {
  const others = peers.all.map((peer) => peer.id)
  const again = barriers.askAgain(others, now)
  for (const to of again?.to ?? []) {
    outbox.tell(to, [{ kind: 'barrierAsk', round: again?.round ?? 0 }])
  }
}

/**
 * Without a view for too long: what nobody has seen is refused, and so are reads. Of what was sent
 * nothing can be said; whoever waits for it is told so, and why, and it goes on without them.
 */
function refuseWaiting(node: Node): void {
  const message = obstacle(node)
  if (message === undefined) return
  const refused = { code: 'UNAVAILABLE', definite: true, message } as const
  for (const id of node.own.withdrawUnsent()) {
    node.rejected.push({ kind: 'proposal', id, ...refused })
  }
  const unknown = { ...refused, definite: false, message: `${message} ${mayBeDone}` }
  for (const id of node.own.disown()) {
    node.rejected.push({ kind: 'proposal', id, ...unknown })
  }
  for (const id of node.barriers.removeAll()) {
    node.rejected.push({ kind: 'barrier', id, ...refused })
  }
}
