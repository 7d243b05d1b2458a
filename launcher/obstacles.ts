/**
 * What keeps replicas from becoming ready, while a cluster comes up: those that run and do not belong
 * to their group will not by waiting, and a group that takes no writes for a while says why. Asked
 * again and again in the background.
 */
import type { Cluster } from './environment.ts'
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
  const told = new LastingReason((reason) => say(`customers: ${reason}`))
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
    const isUp = rotation.members.some(({ problem }) => problem === '')
    told.seen(rotation.writable || !isUp ? undefined : rotation.reason)
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

/** Says a reason once, when it has stood for a while; how long something lasts is no news. */
class LastingReason {
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
