/**
 * Which replicas run and do not belong to their group: they will not become ready by waiting. Asked
 * again and again in the background, while a cluster comes up.
 */
import type { Cluster } from './environment.ts'
import { reachProducts } from './members/group.ts'

const lookEveryMs = 1_000

export type Outsiders = {
  /** Why this process waits outside its group, and what to do; undefined: it does not, so far. */
  reasonOf(name: string): string | undefined
  stop(): void
}

/** A group that is only being formed has no outsiders: somebody leads where there are any. */
export function watchOutsiders(cluster: Cluster): Outsiders {
  const group = reachProducts(cluster)
  let reasons = new Map<string, string>()
  let stopped = false
  const look = async (): Promise<void> => {
    const view = await group.look()
    const found = view.leader === undefined ? [] : view.members
    reasons = new Map(
      found.flatMap(({ id, outside }) => (outside ? [[`products-${id}`, outside]] : [])),
    )
    if (!stopped) timer = setTimeout(look, lookEveryMs)
  }
  let timer = setTimeout(look, lookEveryMs)
  return {
    reasonOf: (name) => reasons.get(name),
    stop: () => {
      stopped = true
      clearTimeout(timer)
      group.operator.close()
    },
  }
}
