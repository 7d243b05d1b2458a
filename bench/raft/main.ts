/** `./agora bench raft`: the products group's replication alone, and etcd beside it on request. */
import { Command } from 'commander'
import { startEtcd } from '../etcd/etcd-system.ts'
import { addGroupOptions, type GroupFlags, measureGroup } from '../group/bench-command.ts'
import { raft } from '../group/protocols.ts'

const beside = { etcd: startEtcd } as const

export function raftBench(): Command {
  const command = new Command('raft').description(
    'measure the products group alone: replicas with their PostgreSQL and durable logs, no marketplace',
  )
  return addGroupOptions(command, Object.keys(beside)).action(async (flags: GroupFlags) => {
    process.exitCode = await measureGroup(raft, beside, flags)
  })
}
