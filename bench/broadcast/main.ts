/**
 * `./agora bench broadcast`: the customers group's replication alone; each loss of datagrams is a
 * group of its own. `./agora bench broadcast drills`: what it bears.
 */
import { Command, InvalidArgumentError, Option } from 'commander'
import {
  type CorosyncTransport,
  requireCorosync,
  startCorosync,
} from '../corosync/corosync-system.ts'
import {
  addGroupOptions,
  type GroupBench,
  type GroupFlags,
  measureGroup,
  type OtherSystem,
  type Variant,
} from '../group/bench-command.ts'
import { drillsCommand } from '../group/drills/drills-command.ts'
import { sequencer } from '../group/protocols.ts'
import { drills } from './drills.ts'

const beside = {
  corosync: besideCorosync('knet'),
  'corosync-udpu': besideCorosync('udpu'),
} as const

const kinds = ['write', 'read'] as const
const places = { one: 'leader', all: 'all' } as const
type SubmitAt = keyof typeof places

type BroadcastFlags = GroupFlags & {
  readonly kinds: readonly (typeof kinds)[number][]
  readonly submitAt?: SubmitAt
  readonly durability: boolean
  readonly loss: readonly number[]
  readonly multicast?: string | true
}

/** Administratively scoped (RFC 2365). */
const defaultMulticast = '239.255.77.77'

export function broadcastBench(): Command {
  const command = new Command('broadcast').description(
    'measure the customers group alone: replicas with their PostgreSQL and logs, no marketplace',
  )
  return addGroupOptions(command, Object.keys(beside))
    .enablePositionalOptions()
    .option('--kinds <list>', `what is measured, of ${kinds.join(', ')}`, kindList, ['write'])
    .addOption(
      new Option(
        '--submit-at <where>',
        'at one member, or at each of them as many (default: one after the other)',
      ).choices(Object.keys(places)),
    )
    .option(
      '--no-durability',
      'log and position in memory, for comparing with systems that keep nothing on disk',
    )
    .option('--loss <list>', 'per cent of datagrams thrown away', percentList, [0])
    .option('--multicast [group]', `broadcast by IP multicast (default: ${defaultMulticast})`)
    .action(async (flags: BroadcastFlags) => {
      process.exitCode = await measureGroup(benchOf(flags), flags)
    })
    .addCommand(drillsCommand(sequencer, drills))
}

function besideCorosync(transport: CorosyncTransport): OtherSystem {
  return {
    loadsItself: true,
    require: requireCorosync,
    start: (options) => startCorosync(transport, options),
  }
}

function benchOf(flags: BroadcastFlags): GroupBench {
  const { kinds, submitAt, durability, loss, multicast } = flags
  const chosen: readonly SubmitAt[] = submitAt === undefined ? ['one', 'all'] : [submitAt]
  const loads = kinds.flatMap((kind) =>
    chosen.map((where) => ({ name: `${kind} at ${where}`, kind, at: places[where] })),
  )
  const path = multicast === undefined ? 'unicast' : 'multicast'
  const about = `${durability ? 'durable logs' : 'logs in memory'}, ${path}`
  return { protocol: sequencer, loads, variants: loss.map(variantOf), others: beside, about }

  function variantOf(percent: number): Variant {
    const group = multicast === true ? defaultMulticast : multicast
    return {
      name: percent === 0 ? 'Agora' : `Agora, ${percent} % of datagrams lost`,
      environment: {
        ...(percent === 0 ? {} : { GROUP_DATAGRAM_LOSS: String(percent / 100) }),
        ...(group === undefined ? {} : { GROUP_MULTICAST: group }),
      },
      memberArguments: durability ? [] : ['--no-durability'],
    }
  }
}

function kindList(text: string): (typeof kinds)[number][] {
  return text.split(',').map((name) => {
    const kind = kinds.find((one) => one === name)
    if (kind === undefined) throw new InvalidArgumentError(`There is no load ${name}.`)
    return kind
  })
}

function percentList(text: string): number[] {
  return text.split(',').map((one) => {
    const percent = Number(one)
    if (one === '' || !(percent >= 0 && percent < 100)) {
      throw new InvalidArgumentError('Expected from 0 to below 100.')
    }
    return percent
  })
}
