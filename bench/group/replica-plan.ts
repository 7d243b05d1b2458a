/**
 * A member of a measured group as a replica's plan: a real database and a real durable log, and an
 * application that is as small as can be. The protocol is the caller's.
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import type { Config } from '../../platform/config.ts'
import { memberFromArguments } from '../../replication/replica/arguments.ts'
import type { ReplicaPlan } from '../../replication/replica/plan.ts'
import { commandCodec, type WriteBody } from './command.ts'
import { MemoryLog } from './memory-log.ts'
import { memberService } from './service.ts'
import {
  type ApplyMode,
  applyModes,
  type MeasuredStateMachine,
  openStateMachine,
  rowApplication,
} from './state-machines.ts'

type ProtocolOf<M> = Pick<
  ReplicaPlan<WriteBody, M>,
  'group' | 'protocolName' | 'members' | 'openProtocol'
>

/**
 * Of the process's arguments: `--id 0 --apply none`, and `--no-durability`: log in memory. Exits with code 2
 * when they are wrong.
 */
export function measuredReplica<M>(
  config: Config,
  protocol: ProtocolOf<M>,
): ReplicaPlan<WriteBody, M> {
  const { values } = parseArgs({
    options: {
      id: { type: 'string' },
      apply: { type: 'string', default: 'none' },
      'no-durability': { type: 'boolean', default: false },
    },
  })
  const mode = applyModes.find((one) => one === values.apply)
  if (mode === undefined) return refuse(`--apply is one of ${applyModes.join(', ')}`)
  const idArguments = values.id === undefined ? [] : ['--id', values.id]
  let machine: MeasuredStateMachine | undefined
  return {
    ...protocol,
    self: memberFromArguments(protocol.members, idArguments),
    config,
    application: rowApplication,
    openStateMachine: async (client) => {
      machine = await openStateMachine(mode satisfies ApplyMode, client)
      return machine
    },
    ...(values['no-durability'] ? { openStorage: () => new MemoryLog() } : {}),
    commands: commandCodec,
    service: (parts) => memberService(parts, () => machine?.appliedIndex ?? 0),
    protoFiles: [],
  }
}

/**
 * Ends this process in order when its standard input ends: whoever started it is gone, perhaps
 * without having had the time to say so.
 */
export function endWithParent(): void {
  process.stdin.resume()
  process.stdin.once('end', () => process.kill(process.pid, 'SIGTERM'))
}

function refuse(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}
