/** Looks at one of a cluster's groups, for the commands about members. */
import type { Member } from '../../common/host-port.ts'
import { GroupOperator } from '../../replication/operator/client.ts'
import { type SequencerView, sequencerView } from '../../replication/operator/sequencer-view.ts'
import { type GroupView, groupView } from '../../replication/operator/view.ts'
import type { Cluster } from '../environment.ts'

/** What one look at each group shows. */
type Views = { readonly customers: SequencerView; readonly products: GroupView }
export type DatabaseGroup = keyof Views

/** One group, reachable until it is closed. */
export type ReachedGroup<Group extends DatabaseGroup = 'products'> = {
  readonly operator: GroupOperator
  readonly configured: readonly Member[]
  look(): Promise<Views[Group]>
}

export function reachCustomers({ config }: Cluster): ReachedGroup<'customers'> {
  const { customerDbs: configured } = config
  const operator = operatorOf(config, configured)
  const look = async (): Promise<SequencerView> => {
    const answers = await operator.look()
    return sequencerView({ answers, configured, nowUnixMs: Date.now() })
  }
  return { operator, configured, look }
}

export function reachProducts({ config }: Cluster): ReachedGroup {
  const { productDbs: configured } = config
  const operator = operatorOf(config, configured)
  return { operator, configured, look: async () => groupView(await operator.look(), configured) }
}

function operatorOf(
  { clusterSecret: secret, tls }: Cluster['config'],
  members: readonly Member[],
): GroupOperator {
  return new GroupOperator({ members, secret, tls })
}

/** Reaches the group for as long as `work` takes. */
export async function withGroup<Group extends ReachedGroup<DatabaseGroup>, T>(
  reached: Group,
  work: (reached: Group) => Promise<T>,
): Promise<T> {
  try {
    return await work(reached)
  } finally {
    reached.operator.close()
  }
}
