/**
 * The members of a sequencer group as only the simulator can see them: by their disks. From it
 * follow whose disk is lost, and who can be done without.
 */
import type { SequencerCore } from '../../replication/sequencer/core.ts'
import { decodeScalars, isBlank, type Scalars } from '../../replication/sequencer/durable.ts'
import type { MemberView, SimulatedMembership, World } from './types.ts'

type Member = MemberView<SequencerCore>

/** Looked at after every step: decoded once for each write. */
const decoded = new WeakMap<Uint8Array, Scalars>()

export function scalarsOn({ disk: { meta } }: Member): Scalars | undefined {
  if (meta === undefined) return undefined
  const scalars = decoded.get(meta) ?? decodeScalars(meta)
  decoded.set(meta, scalars)
  return scalars
}

export function isFounded({ members }: World<SequencerCore>): boolean {
  return members.some((member) => scalarsOn(member)?.installed !== undefined)
}

/** Its disk is the one that the group counts on. */
export function isIntact(member: Member): boolean {
  const scalars = scalarsOn(member)
  return scalars !== undefined && !isBlank(scalars) && !scalars.isRecovering
}

export const sequencerMembership: SimulatedMembership<SequencerCore> = {
  group(world) {
    if (!isFounded(world)) return undefined
    const { members } = world
    const lost = members.filter((member) => !isIntact(member)).map(({ id }) => id)
    return { leader: undefined, seated: members.map(({ id }) => id), learners: [], lost }
  },

  canDecideWithout(world, away) {
    const { members } = world
    // A group that is new forms only when all are there.
    if (!isFounded(world)) return away.size === 0
    const left = members.filter((member) => !away.has(member.id) && isIntact(member))
    return left.length >= Math.floor(members.length / 2) + 1
  },
}
