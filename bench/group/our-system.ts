/** A group of ours as something to be measured. */
import type { Traffic } from './definition.ts'
import { Group, type GroupOptions, type GroupProtocol } from './group.ts'
import type { GroupMember } from './member.ts'
import type { MeasuredSystem, Place, ProcessorTimes, Target } from './system.ts'

export async function startOurs(
  protocol: GroupProtocol,
  options: GroupOptions & { readonly name: string },
): Promise<MeasuredSystem> {
  const group = await Group.start(protocol, options)
  return {
    name: options.name,
    targets: async (place) => (await membersAt(group, place)).map(targetOf),
    processorTimes: () => (protocol.isLed ? timesByRole(group) : timesOfMembers(group)),
    traffic: () => trafficOf(group),
    remove: () => group.remove(),
  }
}

async function membersAt(group: Group, place: Place): Promise<readonly GroupMember[]> {
  switch (place) {
    case 'leader':
      return [await group.leader()]
    case 'follower':
      return [await group.follower()]
    case 'all':
      return group.members
  }
}

function targetOf({ client }: GroupMember): Target {
  return {
    write: (command) => client.submit(command),
    read: () => client.read(),
    loadYourself: (load) => client.loadYourself(load),
  }
}

async function timesByRole(group: Group): Promise<ProcessorTimes> {
  const leader = await group.leader()
  const times = { leader: 0, followers: 0, databases: 0 }
  for (const { member, replica, database } of await usedByMembers(group)) {
    times[member === leader ? 'leader' : 'followers'] += replica
    times.databases += database
  }
  return times
}

async function timesOfMembers(group: Group): Promise<ProcessorTimes> {
  const times = { members: 0, databases: 0 }
  for (const { replica, database } of await usedByMembers(group)) {
    times.members += replica
    times.databases += database
  }
  return times
}

function usedByMembers({ members }: Group) {
  return Promise.all(members.map(async (member) => ({ member, ...(await member.processorMs()) })))
}

/** Undefined where the protocol sends no datagrams. */
async function trafficOf(group: Group): Promise<Traffic | undefined> {
  const sent = await Promise.all(group.members.map(({ client }) => client.traffic()))
  const total = (of: (one: Traffic) => number): number =>
    sent.reduce((sum, one) => sum + of(one), 0)
  const datagrams = total((one) => one.datagrams)
  return datagrams === 0 ? undefined : { datagrams, bytes: total(({ bytes }) => bytes) }
}
