/** What the buyer's operations are given by the composition root. */
import type { Config } from '../platform/config.ts'
import type { Groups } from '../shop/groups.ts'
import type { Sessions } from '../shop/sessions.ts'

export type BuyerOptions = {
  readonly groups: Groups
  readonly sessions: Sessions
  readonly config: Pick<Config, 'clusterSecret' | 'currency'>
}
