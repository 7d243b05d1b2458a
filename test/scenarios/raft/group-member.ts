/**
 * A member of a group that is moved by hand, as it is outside of its core: its disk, what it has
 * applied, what is under way. Moved by group.ts.
 */
import type { Member } from '../../../common/host-port.ts'
import { type MemberId, memberId } from '../../../common/member.ts'
import type {
  DurableState,
  Install,
  LogWrite,
  Outgoing,
  StoredEntry,
} from '../../../replication/protocol.ts'
import { configurationFrom } from '../../../replication/raft/configuration.ts'
import type { RaftCore } from '../../../replication/raft/core.ts'
import { encodeScalars } from '../../../replication/raft/durable.ts'
import {
  asDisk,
  asIndex,
  type Configuration,
  type DiskId,
  type RaftMessage,
  type Term,
} from '../../../replication/raft/types.ts'

export type GroupMember = {
  readonly id: MemberId
  core: RaftCore | undefined
  starts: number
  disk: { meta: Uint8Array | undefined; entries: StoredEntry[] }
  /** How often it has lost its disk; part of the disk's name. */
  wipes: number
  /** Whom `others` means. */
  peers: readonly MemberId[]
  /** A state that was fetched and not installed. */
  fetched: { readonly applied: GroupMember['applied']; readonly context: Uint8Array } | undefined
  /** Held: writes stay under way until the disk is released. */
  diskHeld: boolean
  /** Held: what is delivered is not reported as applied. */
  applyHeld: boolean
  writing:
    | {
        readonly write: LogWrite | Install
        readonly after: readonly Outgoing<RaftMessage>[]
        readonly reachedDisk: boolean
      }
    | undefined
  applied: { readonly index: number; readonly text: string }[]
  appliedContext: Uint8Array | undefined
  /** What would be left of `applied` after a crash; undefined: all. */
  secured: { readonly count: number; readonly context: Uint8Array | undefined } | undefined
  trimmedTo: number
}

export function newMember(id: number): GroupMember {
  return {
    id: memberId(id),
    core: undefined,
    starts: 0,
    disk: { meta: undefined, entries: [] },
    wipes: 0,
    peers: [],
    fetched: undefined,
    diskHeld: false,
    applyHeld: false,
    writing: undefined,
    applied: [],
    appliedContext: undefined,
    secured: undefined,
    trimmedTo: 0,
  }
}

/** The name of a member's disk after so many losses. */
export function diskOf(id: number, wipes: number): DiskId {
  return asDisk(100 * (id + 1) + wipes)
}

export function addressOf(id: MemberId): Member {
  return { id, host: `host-${id}`, port: 6180 }
}

/** So many members, all voters, with their first disks. */
export function foundingOf(members: number): Configuration {
  const seats = Array.from({ length: members }, (_, id) => ({
    ...addressOf(memberId(id)),
    disk: diskOf(id, 0),
    role: 'voter' as const,
  }))
  return configurationFrom(seats)
}

/** What the disk of a founder holds that has taken part up to `term`. */
export function metaOf(
  { id, wipes }: GroupMember,
  term: Term,
  founding: Configuration,
): Uint8Array {
  return encodeScalars({ disk: diskOf(id, wipes), term, votedFor: undefined, founding })
}

/** A blank disk in the place of the one it had. */
export function loseDisk(member: GroupMember): void {
  member.disk = { meta: undefined, entries: [] }
  member.applied = []
  member.appliedContext = undefined
  member.secured = undefined
  member.trimmedTo = 0
  member.wipes += 1
}

/** What was applied and had not become durable is gone. */
export function loseUnsecured(member: GroupMember): void {
  const { secured } = member
  if (secured === undefined) return
  member.applied.length = secured.count
  member.appliedContext = secured.context
  member.secured = undefined
}

export function applyWrite(member: GroupMember, write: LogWrite | Install): void {
  const { disk } = member
  if ('index' in write) {
    const { fetched } = member
    if (fetched === undefined) throw new Error('there is no state to install')
    disk.meta = write.meta
    disk.entries = []
    member.applied = [...fetched.applied]
    member.appliedContext = fetched.context
    member.secured = undefined
    member.fetched = undefined
    return
  }
  if (write.meta !== undefined) disk.meta = write.meta
  const first = write.entries[0]
  if (first === undefined) return
  disk.entries = disk.entries.filter(({ index }) => index < first.index)
  disk.entries.push(...write.entries.map(({ index, bytes }) => ({ index, bytes })))
}

export function durableOf(member: GroupMember): DurableState {
  const { meta, entries } = member.disk
  const index = asIndex(member.applied.at(-1)?.index ?? 0)
  return { meta, entries: [...entries], applied: { index, context: member.appliedContext } }
}
