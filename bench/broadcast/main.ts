/** `./agora bench broadcast`: the customers group's replication alone. */
import { Command } from 'commander'
import { addGroupOptions, type GroupFlags, measureGroup } from '../group/bench-command.ts'
import { sequencer } from '../group/protocols.ts'

const beside = {} as const

export function broadcastBench(): Command {
  const command = new Command('broadcast').description(
    'measure the customers group alone: replicas with their PostgreSQL and durable logs, no marketplace',
  )
  return addGroupOptions(command, Object.keys(beside))
    .enablePositionalOptions()
    .action(async (flags: GroupFlags) => {
      process.exitCode = await measureGroup(sequencer, beside, flags)
    })
}
