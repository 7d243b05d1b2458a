/**
 * `./agora bench raft`: the products group's replication alone, and etcd beside it on request; and
 * `./agora bench raft drills`: what it bears.
 */
import { Command, InvalidArgumentError } from 'commander'
import { requireEtcd, startEtcd } from '../etcd/etcd-system.ts'
import { drillsCommand } from '../group/drills/drills-command.ts'
import { farBehind } from '../group/drills/far-behind.ts'
import { handOver } from '../group/drills/hand-over.ts'
import { killAll } from '../group/drills/kill-all.ts'
import { followerKill, leaderKill } from '../group/drills/kill-one.ts'
import { memory } from '../group/drills/memory.ts'
import { leaderPause } from '../group/drills/pause.ts'
import { wipeReplace } from '../group/drills/wipe-replace.ts'
import { addGroupOptions, type GroupFlags, measureGroup } from '../group/bench-command.ts'
import { raft } from '../group/protocols.ts'

const beside = { etcd: { loadsItself: false, require: requireEtcd, start: startEtcd } } as const

const loads = {
  write: { name: 'write', kind: 'write', at: 'leader' },
  'write-follower': { name: 'write at follower', kind: 'write', at: 'follower' },
  read: { name: 'read at leader', kind: 'read', at: 'leader' },
  'read-follower': { name: 'read at follower', kind: 'read', at: 'follower' },
} as const
type LoadName = keyof typeof loads

type RaftFlags = GroupFlags & { readonly loads: readonly LoadName[] }

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
    .option('--loads <list>', `what is measured, of ${Object.keys(loads).join(', ')}`, loadList, [
      'write',
      'read',
      'read-follower',
    ])
    .action(async (flags: RaftFlags) => {
      const bench = {
        protocol: raft,
        loads: flags.loads.map((name) => loads[name]),
        variants: [{ name: 'Agora', environment: {}, memberArguments: [] }],
        others: beside,
        about: 'durable logs',
      }
      process.exitCode = await measureGroup(bench, flags)
    })
    .addCommand(drillsCommand(raft, drills))
}

function loadList(text: string): LoadName[] {
  return text.split(',').map((name) => {
    if (!(name in loads)) throw new InvalidArgumentError(`There is no load ${name}.`)
    return name as LoadName
  })
}
