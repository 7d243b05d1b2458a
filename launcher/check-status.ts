/** How the replicas of a group compared last, in a few words. Pure. */
import { unreachable } from '../common/assert.ts'
import type { ReplicaStatus } from '../replication/replica/status.ts'

/** '' while there is nothing to say. */
export function describeCheck(group: string, check: ReplicaStatus['lastCheck']): string {
  if (check === undefined) return ''
  const { outcome, position, equal, differing, missing, unlike, tables } = check
  const members = equal.length + differing.length + missing.length + unlike.length
  switch (outcome) {
    case 'open':
      return ''
    case 'unlike':
      return `rows not comparable at ${position}: the members have different tables`
    case 'split':
      return `ROWS DIFFER at ${position}, no majority agrees: ${tables.join(', ')}`
    case 'settled': {
      if (differing.length === 0) return `rows equal at ${position} (${equal.length} of ${members})`
      const who = differing.map((one) => `${group}-${one.member} (${one.tables.join(', ')})`)
      return `ROWS DIFFER at ${position}: ${who.join(', ')}`
    }
    default:
      return unreachable(outcome)
  }
}
