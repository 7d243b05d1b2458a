/** A group of ours as something to be measured. */
import { Group, type GroupOptions, type GroupProtocol } from './group.ts'
import type { MeasuredSystem, Place } from './system.ts'

export async function startOurs(
  protocol: GroupProtocol,
  options: GroupOptions,
): Promise<MeasuredSystem> {
  const group = await Group.start(protocol, options)
  const memberAt = (place: Place) => (place === 'leader' ? group.leader() : group.follower())
  return {
    name: 'Agora',
    target: async (place) => {
      const { client } = await memberAt(place)
      return {
        write: (command) => client.submit(command),
        read: () => client.read(),
        loadYourself: (load) => client.loadYourself(load),
      }
    },
    processorTimes: async () => {
      const leader = await group.leader()
      const times = { leader: 0, followers: 0, databases: 0 }
      for (const member of group.members) {
        const { replica, database } = await member.processorMs()
        times[member === leader ? 'leader' : 'followers'] += replica
        times.databases += database
      }
      return times
    },
    remove: () => group.remove(),
  }
}
