/** Whether the group can be used at this member, and the sentence that says why not. */
import type { MemberId } from '../../common/member.ts'
import type { Node } from './node.ts'
import { ticks } from './node.ts'

/** Undefined: writes and reads are taken. Between two views they wait for the next, for a while. */
export function obstacle(node: Node): string | undefined {
  const { config, hasBeenOperational, now, state, withoutViewSinceTick } = node
  if (state.kind === 'operational') return undefined
  const isBetween = now - withoutViewSinceTick < ticks(node, config.patienceMs)
  return hasBeenOperational && isBetween ? undefined : reason(node)
}

function reason(node: Node): string {
  const { quorum, state, table, universe, scalars } = node
  switch (state.kind) {
    case 'starting':
      return 'This member is starting.'
    case 'rebuild':
      return 'The disk of this member was lost; it is fetching what the others have.'
    case 'commit':
    case 'recovery':
      return 'The members of the group are agreeing on where to go on; try again soon.'
    case 'operational':
      return 'This member can be used.'
    case 'gather':
      break
  }
  if (state.catchUp !== undefined) return 'This member is catching up with the group.'
  const timeoutTicks = ticks(node, node.config.failureTimeoutMs)
  const here = [node.self, ...table.heard(node.now, timeoutTicks).map(({ id }) => id)]
  const absent = universe.filter((id) => !here.includes(id))
  const isNew = scalars.installed === undefined && !table.isFounded
  if (isNew && absent.length > 0) {
    return `The group is new, and forms once all are there; ${notHeard(node, absent)}.`
  }
  const lost = here.filter((id) => hasLostItsDisk(node, id))
  const counted = here.length - lost.length
  if (counted < quorum) {
    const size = `${counted} of ${universe.length}`
    const why = [...(absent.length === 0 ? [] : [notHeard(node, absent)]), ...withoutDisk(lost)]
    return `Only ${size} members are there, ${quorum} are needed; ${why.join('; ')}.`
  }
  return 'The members of the group are finding each other; try again soon.'
}

/** It is heard, and counts in nothing: by its own word, or because its new start is noted here. */
function hasLostItsDisk({ scalars, table }: Node, id: MemberId): boolean {
  const incarnation = table.incarnationOf(id)
  const record = table.record(id)
  if (incarnation === undefined) return false
  if (record?.incarnation !== incarnation) return scalars.noted.get(id) === incarnation
  return record.standing === 'recovering' || record.standing === 'blank'
}

function withoutDisk(lost: readonly MemberId[]): string[] {
  if (lost.length === 0) return []
  const does = lost.length === 1 ? 'has lost its disk and does' : 'have lost their disks and do'
  return [`${nameOf(lost)} ${does} not count until what the others have is there, too`]
}

function notHeard({ config, now, table }: Node, absent: readonly MemberId[]): string {
  const verb = absent.length === 1 ? 'has' : 'have'
  const ticksHeard = absent.map((id) => table.heardTick(id)).filter((tick) => tick !== undefined)
  if (ticksHeard.length < absent.length) return `${nameOf(absent)} ${verb} not been heard`
  const youngestMs = Math.min(...ticksHeard.map((tick) => now - tick)) * config.tickMs
  return `${nameOf(absent)} ${verb} not been heard for ${(youngestMs / 1_000).toFixed(1)} s`
}

function nameOf(ids: readonly MemberId[]): string {
  const last = ids.at(-1) ?? ''
  if (ids.length === 1) return `member ${last}`
  return `members ${ids.slice(0, -1).join(', ')} and ${last}`
}
