/** The drills of the customers group. */
import { datagrams } from '../group/drills/datagrams.ts'
import type { Drill } from '../group/drills/drill.ts'
import { farBehind } from '../group/drills/far-behind.ts'
import { killAll } from '../group/drills/kill-all.ts'
import { killMinority } from '../group/drills/kill-minority.ts'
import { memory } from '../group/drills/memory.ts'
import { noQuorum } from '../group/drills/no-quorum.ts'
import { memberPause } from '../group/drills/pause.ts'
import { wipeReturn } from '../group/drills/wipe-return.ts'

export const drills: readonly Drill[] = [
  killMinority,
  noQuorum,
  memberPause,
  wipeReturn,
  killAll,
  datagrams,
  farBehind,
  memory,
]
