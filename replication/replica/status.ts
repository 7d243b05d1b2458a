/** What a replica says about itself and its group, for people and dashboards. */
import type { ReplicaParts } from './plan.ts'

/** `StatusRequest` and `StatusReply` of both proto files. */
export type StatusRequest = { readonly metrics: boolean }
export type StatusReply = { readonly json: string; readonly metrics: string }

/** GroupStatus, and beside it `groupTimeMs`, as JSON; the measurements when they are asked for. */
export async function statusReply(
  { log, groupTimeMs, metrics }: Pick<ReplicaParts<never>, 'log' | 'groupTimeMs' | 'metrics'>,
  request: StatusRequest,
): Promise<StatusReply> {
  return {
    json: JSON.stringify({ ...log.status(), groupTimeMs: groupTimeMs() }),
    metrics: request.metrics ? await metrics.metrics() : '',
  }
}
