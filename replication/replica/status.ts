/** What a replica says about itself and its group, for people and dashboards. */
import type { GroupStatus } from '../replicated-log.ts'
import type { CheckStatus } from '../self-check/rounds.ts'
import type { ReplicaParts } from './plan.ts'

/** `StatusRequest` and `StatusReply` of both proto files. */
export type StatusRequest = { readonly metrics: boolean }
export type StatusReply = { readonly json: string; readonly metrics: string }

/** As JSON; `lastCheck`: how the replicas' rows compared last. */
export type ReplicaStatus = GroupStatus & {
  readonly groupTimeMs: number
  readonly lastCheck?: CheckStatus
}

/** ReplicaStatus, and the measurements when they are asked for. */
export async function statusReply(
  parts: Pick<ReplicaParts<never>, 'log' | 'groupTimeMs' | 'metrics' | 'lastCheck'>,
  request: StatusRequest,
): Promise<StatusReply> {
  const lastCheck = parts.lastCheck()
  const status: ReplicaStatus = {
    ...parts.log.status(),
    groupTimeMs: parts.groupTimeMs(),
    ...(lastCheck === undefined ? {} : { lastCheck }),
  }
  return {
    json: JSON.stringify(status),
    metrics: request.metrics ? await parts.metrics.metrics() : '',
  }
}
