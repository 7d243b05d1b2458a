/** The words and flags of `./agora members`; hands over to show.ts and commands.ts. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type HostPort, type Member, parseHostPort, parseMember } from '../../common/host-port.ts'
import { type MemberId, memberId } from '../../common/member.ts'
import { type Cluster, existingCluster } from '../environment.ts'
import * as commands from './commands.ts'
import type { WaitOptions } from './commands.ts'
import type { DatabaseGroup } from './group.ts'
import { addFixedCommands } from './fixed-members.ts'
import { showMembers } from './show.ts'

const showHelp = `
Exit code: 0 the group takes writes, 1 it does not.`

const changeHelp = `
It says how far it is until it is finished; interrupted, the group goes on by itself.
Exit codes: 0 done, 1 refused or failed, 2 usage, 4 no such member, 5 a member already,
7 not reachable, or not finished in time.`

type Flags = {
  readonly dataDir: string
  readonly wait: boolean
  readonly timeout: number
}

export function addMembersCommands(program: Command, dataDirOption: () => Option): void {
  const members = program
    .command('members')
    .description('who belongs to a group; add, promote, remove, replace; move the lead')
    .addHelpText('after', '\n./agora members products --help shows how the group is changed.')
  addFixedCommands(addShow(members, 'customers', dataDirOption))
  const products = addShow(members, 'products', dataDirOption)

  const changing = (name: string, description: string): Command =>
    products
      .command(name)
      .description(description)
      .option('--no-wait', 'return once the group has agreed, before it is finished')
      .option('--timeout <seconds>', 'how long to wait until it is finished', seconds, 600)
      .addOption(dataDirOption())
      .addHelpText('after', changeHelp)

  changing('add', 'take in a new member; starts its process, if it is to run on this machine')
    .argument('<member>', 'its id and address, as 5-127.0.0.1:6205', newMember)
    .option('--learner', 'it gets the data, and no vote until it is promoted')
    .action((member: Member, flags: Flags & { learner?: boolean }) =>
      finish(flags, (cluster, waiting) =>
        commands.addMember(cluster, member, { ...waiting, learner: flags.learner === true }),
      ),
    )
  changing('promote', 'give a learner a vote')
    .argument('<id>', 'the member', knownMember)
    .action((id: MemberId, flags: Flags) =>
      finish(flags, (cluster, waiting) => commands.promoteMember(cluster, id, waiting)),
    )
  changing('remove', 'take a member out of the group, whether it runs or not, and stop it')
    .argument('<id>', 'the member', knownMember)
    .option('--purge', 'delete its data as well, without asking')
    .action((id: MemberId, flags: Flags & { purge?: boolean }) =>
      finish(flags, (cluster, waiting) =>
        commands.removeMember(cluster, id, { ...waiting, purge: flags.purge === true }),
      ),
    )
  changing('replace', 'take a member in anew that has lost its disk, or runs on another machine')
    .argument('<id>', 'the member', knownMember)
    .option('--address <host:port>', 'where it runs from now on, if not where it was', hostPort)
    .action((id: MemberId, flags: Flags & { address?: HostPort }) =>
      finish(flags, (cluster, waiting) =>
        commands.replaceMember(cluster, id, { ...waiting, address: flags.address }),
      ),
    )
  changing('transfer-leadership', 'let another member lead')
    .option('--to <id>', 'which one; else the best suited', knownMember)
    .action((flags: Flags & { to?: MemberId }) =>
      finish(flags, (cluster, waiting) => commands.transferLeadership(cluster, flags.to, waiting)),
    )
}

function addShow(members: Command, group: DatabaseGroup, dataDirOption: () => Option): Command {
  return members
    .command(group)
    .description(`show the members of the ${group} group`)
    .enablePositionalOptions()
    .addOption(
      new Option('-o, --output <format>', 'how to say it')
        .choices(['table', 'json'])
        .default('table'),
    )
    .option('--json', 'the same as -o json')
    .option('--watch', 'again every second')
    .addOption(dataDirOption())
    .addHelpText('after', showHelp)
    .action(async ({ dataDir, output, json, watch }) => {
      const options = { json: json === true || output === 'json', watch: watch === true }
      process.exitCode = await showMembers(existingCluster(dataDir), group, options)
    })
}

async function finish(
  { dataDir, wait, timeout }: Flags,
  work: (cluster: Cluster, waiting: WaitOptions) => Promise<number>,
): Promise<void> {
  process.exitCode = await work(existingCluster(dataDir), { wait, timeoutMs: timeout * 1_000 })
}

function newMember(text: string): Member {
  const member = parseMember(text)
  if (member === undefined) throw new InvalidArgumentError('Expected id-host:port.')
  return member
}

function knownMember(text: string): MemberId {
  if (!/^\d{1,2}$/.test(text)) throw new InvalidArgumentError('Expected the id of a member.')
  return memberId(Number(text))
}

function hostPort(text: string): HostPort {
  const address = parseHostPort(text)
  if (address === undefined) throw new InvalidArgumentError('Expected host:port.')
  return address
}

function seconds(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Expected 1 or more.')
  return value
}
