/**
 * `./agora bench raft`: the products group's replication alone, and etcd beside it on request; and
 * `./agora bench raft drills`: what it bears.
 */
import { Command } from 'commander'
import { requireEtcd, startEtcd } from '../etcd/etcd-system.ts'
import { drillsCommand } from '../group/drills/drills-command.ts'
import { farBehind } from '../group/drills/far-behind.ts'
import { handOver } from '../group/drills/hand-over.ts'
import { killAll } from '../group/drills/kill-all.ts'
import { followerKill, leaderKill } from '../group/drills/kill-one.ts'
import { leaderPause } from '../group/drills/leader-pause.ts'
import { memory } from '../group/drills/memory.ts'
import { wipeReplace } from '../group/drills/wipe-replace.ts'
import { addGroupOptions, type GroupFlags, measureGroup } from '../group/bench-command.ts'
import { raft } from '../group/protocols.ts'

const beside = { etcd: { require: requireEtcd, start: startEtcd } } as const

const drills = [
  leaderKill,
  followerKill,
  leaderPause,
  killAll,
  handOver,
  wipeReplace,
  farBehind,
  memory,
]

export function raftBench(): Command {
  const command = new Command('raft').description(
    'measure the products group alone: replicas with their PostgreSQL and durable logs, no marketplace',
  )
  return addGroupOptions(command, Object.keys(beside))
    .enablePositionalOptions()
    .action(async (flags: GroupFlags) => {
      process.exitCode = await measureGroup(raft, beside, flags)
    })
    .addCommand(drillsCommand(raft, drills))
}
