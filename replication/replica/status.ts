/** What a replica says about itself and its group, for people and dashboards. */
import type { ReplicaParts } from './plan.ts'

/** GroupStatus, and beside it `groupTimeMs`, as JSON. */
export function statusJson({
  log,
  groupTimeMs,
}: Pick<ReplicaParts<never>, 'log' | 'groupTimeMs'>): string {
  return JSON.stringify({ ...log.status(), groupTimeMs: groupTimeMs() })
}
