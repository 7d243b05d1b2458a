/**
 * What keeps replicas from becoming ready, while a cluster comes up: those that run and do not belong
 * to their group will not by waiting, and a group that takes no writes for a while says why. Asked
 * again and again in the background.
 */
import type { MemberId } from '../common/member.ts'
import type { Cluster } from './environment.ts'
import { listed } from './members/rotation-text.ts'
import { reachCustomers, reachProducts } from './members/group.ts'

const lookEveryMs = 1_000
/** Any group looks for its members for a moment. */
const sayAfterLooks = 5

export type Obstacles = {
  /** Why this process waits outside its group, and what to do; undefined: it does not, so far. */
  outsideReason(name: string): string | undefined
  stop(): void
}

/** A group that is only being formed has no outsiders: somebody leads where there are any. */
export function watchObstacles(cluster: Cluster, say: (line: string) => void): Obstacles {
  const products = reachProducts(cluster)
  const customers = reachCustomers(cluster)
  const told = {
    customers: new LastingReason((reason) => say(`customers: ${reason}`)),
    products: new LastingReason((reason) => say(`products: ${reason}`)),
  }
  let outside = new Map<string, string>()
  let stopped = false
  const look = async (): Promise<void> => {
    const [view, rotation] = await Promise.all([products.look(), customers.look()])
    const found = view.leader === undefined ? [] : view.members
    outside = new Map(
      found.flatMap((member) =>
        member.outside === undefined ? [] : [[`products-${member.id}`, member.outside]],
      ),
    )
    if (stopped) return
    told.customers.seen(obstacleOf(rotation))
    told.products.seen(obstacleOf(view))
    timer = setTimeout(look, lookEveryMs)
  }
  let timer = setTimeout(look, lookEveryMs)
  return {
    outsideReason: (name) => outside.get(name),
    stop: () => {
      stopped = true
      clearTimeout(timer)
      products.operator.close()
      customers.operator.close()
    },
  }
}

type GroupLook = {
  readonly writable: boolean
  readonly reason: string
  readonly members: readonly { readonly id: MemberId; readonly problem: string }[]
}

/** Why a group whose members come up takes no writes, and who is not there; undefined: it does. */
export function obstacleOf({ writable, reason, members }: GroupLook): string | undefined {
  const silent = members.filter(({ problem }) => problem !== '').map(({ id }) => id)
  if (writable || silent.length === members.length) return undefined
  // A group that is being founded names them itself.
  const missing = silent.filter((id) => !new RegExp(`members? [\\d, and]*\\b${id}\\b`).test(reason))
  if (missing.length === 0) return reason
  const who = missing.length === 1 ? `member ${missing[0]} does` : `members ${listed(missing)} do`
  return `${reason.replace(/\.$/, '')}; ${who} not answer.`
}

/** Says a reason once, when it has stood for a while; how long something lasts is no news. */
export class LastingReason {
  readonly #say: (reason: string) => void
  #kind: string | undefined
  #looks = 0

  constructor(say: (reason: string) => void) {
    this.#say = say
  }

  seen(reason: string | undefined): void {
    const kind = reason?.replaceAll(/\d+\.\d+ s/g, '')
    this.#looks = kind === this.#kind ? this.#looks + 1 : 1
    this.#kind = kind
    if (reason !== undefined && this.#looks === sayAfterLooks) this.#say(reason)
  }
}
