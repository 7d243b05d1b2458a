/** What one member's disk says of an entry. For checks: it looks, and decides nothing. */
import type { RaftCore } from '../../replication/raft/core.ts'
import {
  type DurableScalars,
  decodeAppliedContext,
  decodeScalars,
} from '../../replication/raft/durable.ts'
import { decodeEntry } from '../../replication/raft/entry.ts'
import type { DiskId } from '../../replication/raft/types.ts'
import type { StoredEntry } from '../../replication/protocol.ts'
import type { DiskView, MemberView } from './types.ts'

type Member = MemberView<RaftCore>

/** The term of a member's entry on disk. What is trimmed or beyond the end has none. */
export function termOnDisk({ disk }: Member, index: number): number | undefined {
  return termIn(disk.entries, index)
}

/** The same for the entries that a disk holds or held. */
export function termIn(entries: readonly StoredEntry[], index: number): number | undefined {
  const first = entries[0]
  const stored = first === undefined ? undefined : entries[index - first.index]
  return stored === undefined ? undefined : decodeEntry(stored.index, stored.bytes).term
}

/** Whether the entry survives a crash there: in the log, or in the state that it became part of. */
export function holds(member: Member, index: number, term: number | undefined): boolean {
  const stored = termOnDisk(member, index)
  if (stored !== undefined) return stored === term
  if (index > member.durablyAppliedIndex) return false
  const context = member.applied[index - 1]?.context
  return context !== undefined && decodeAppliedContext(context).entryTerm === term
}

/** The name of a member's disk; undefined: it is blank. */
export function diskOf({ core, disk }: Member): DiskId | undefined {
  if (core !== undefined) return core.state.disk
  return scalarsOn(disk)?.disk
}

/** What a disk says of term and vote; undefined: it is blank. */
export function scalarsOn({ meta }: DiskView): DurableScalars | undefined {
  if (meta === undefined) return undefined
  const known = decoded.get(meta) ?? decodeScalars(meta)
  decoded.set(meta, known)
  return known
}

/** Looked at after every step, written now and then. */
const decoded = new WeakMap<Uint8Array, DurableScalars>()
