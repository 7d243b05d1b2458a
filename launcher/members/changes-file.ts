/**
 * What operators have changed of the configured lists of members: kept in the data directory
 * (members.json), so that `up` starts the members that there are now. Only the products group's
 * members change in this version. It must not know how a group is asked, or processes started.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { formatHostPort, formatMember, type Member, parseHostPort } from '../../common/host-port.ts'
import { type MemberId, memberId } from '../../common/member.ts'
import { type ClusterDirectory, writeWhole } from '../cluster-directory.ts'

/** By id: where the member is instead, or null when it is removed. */
export type MemberChanges = ReadonlyMap<MemberId, string | null>

export class MemberChangesError extends Error {
  override readonly name = 'MemberChangesError'
}

const shape = z.object({ products: z.record(z.string(), z.string().nullable()) })

/** Empty when nothing was ever changed. Throws MemberChangesError when it is not what we wrote. */
export function readMemberChanges(directory: ClusterDirectory): MemberChanges {
  const path = pathIn(directory)
  if (!existsSync(path)) return new Map()
  try {
    const { products } = shape.parse(JSON.parse(readFileSync(path, 'utf8')))
    return new Map(Object.entries(products).map(([id, at]) => [memberId(Number(id)), at]))
  } catch (cause) {
    throw new MemberChangesError(
      `${path} cannot be read: it says which members of the products group were added and ` +
        'removed. Mend it, or delete it to go back to the configured ones.',
      { cause },
    )
  }
}

export function rememberMember(directory: ClusterDirectory, member: Member): void {
  write(directory, member.id, formatHostPort(member))
}

export function rememberRemoval(directory: ClusterDirectory, id: MemberId): void {
  write(directory, id, null)
}

/** Back to how it was before; undefined: as if it had never been changed. */
export function restoreChange(
  directory: ClusterDirectory,
  id: MemberId,
  before: string | null | undefined,
): void {
  write(directory, id, before)
}

/** The configured members as they are now, by id. */
export function applyChanges(configured: readonly Member[], changes: MemberChanges): Member[] {
  const members = configured.filter(({ id }) => !changes.has(id))
  for (const [id, text] of changes) {
    const address = text === null ? undefined : parseHostPort(text)
    if (address !== undefined) members.push({ id, ...address })
  }
  return members.sort((a, b) => a.id - b.id)
}

/** As PRODUCT_DBS has it. */
export function memberList(members: readonly Member[]): string {
  return members.map(formatMember).join(',')
}

function write(directory: ClusterDirectory, id: MemberId, at: string | null | undefined): void {
  const changes = new Map(readMemberChanges(directory))
  if (at === undefined) changes.delete(id)
  else changes.set(id, at)
  const products = Object.fromEntries([...changes].sort(([a], [b]) => a - b))
  directory.create()
  writeWhole(pathIn(directory), `${JSON.stringify({ products }, undefined, 2)}\n`)
}

function pathIn(directory: ClusterDirectory): string {
  return join(directory.path, 'members.json')
}
