/** Looks at one of a cluster's groups, for the commands about members. */
import type { Member } from '../../common/host-port.ts'
import { GroupOperator } from '../../replication/operator/client.ts'
import { type GroupView, groupView } from '../../replication/operator/view.ts'
import type { Cluster } from '../environment.ts'

export type DatabaseGroup = 'customers' | 'products'

/** One group, reachable until it is closed. */
export type ReachedGroup = {
  readonly operator: GroupOperator
  readonly configured: readonly Member[]
  look(): Promise<GroupView>
}

export function reachGroup({ config }: Cluster, group: DatabaseGroup): ReachedGroup {
  const configured = group === 'customers' ? config.customerDbs : config.productDbs
  const { clusterSecret: secret, tls } = config
  const operator = new GroupOperator({ members: configured, secret, tls })
  return {
    operator,
    configured,
    look: async () => groupView(await operator.look(), configured),
  }
}

/** Reaches the group for as long as `work` takes. */
export async function withGroup<T>(
  cluster: Cluster,
  group: DatabaseGroup,
  work: (reached: ReachedGroup) => Promise<T>,
): Promise<T> {
  const reached = reachGroup(cluster, group)
  try {
    return await work(reached)
  } finally {
    reached.operator.close()
  }
}
