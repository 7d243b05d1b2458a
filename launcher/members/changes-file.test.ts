import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseMember } from '../../common/host-port.ts'
import { memberId } from '../../common/member.ts'
import { ClusterDirectory } from '../cluster-directory.ts'
import {
  applyChanges,
  memberList,
  readMemberChanges,
  rememberMember,
  rememberRemoval,
  restoreChange,
} from './changes-file.ts'

let directory: ClusterDirectory
beforeEach(() => {
  directory = new ClusterDirectory(mkdtempSync(join(tmpdir(), 'agora-changes-')))
})
afterEach(() => rmSync(directory.path, { recursive: true, force: true }))

function membersOf(text: string) {
  return text.split(',').map((part) => {
    const member = parseMember(part)
    if (member === undefined) throw new Error(`${part} is no member`)
    return member
  })
}

const configured = membersOf('0-a:1,1-a:3,2-a:5')
const now = () => memberList(applyChanges(configured, readMemberChanges(directory)))
const fifth = { id: memberId(5), host: '::1', port: 9 }

describe('what operators changed of the members', () => {
  it('is nothing at first', () => {
    expect(now()).toBe('0-a:1,1-a:3,2-a:5')
  })

  it('is added, moved and removed, and outlives the process', () => {
    rememberMember(directory, fifth)
    expect(now()).toBe('0-a:1,1-a:3,2-a:5,5-[::1]:9')
    rememberMember(directory, { id: memberId(1), host: 'b', port: 7 })
    rememberRemoval(directory, memberId(0))
    expect(now()).toBe('1-b:7,2-a:5,5-[::1]:9')
    rememberRemoval(directory, fifth.id)
    expect(now()).toBe('1-b:7,2-a:5')
  })

  it('does not depend on whether the configuration knows of it', () => {
    rememberMember(directory, fifth)
    rememberRemoval(directory, memberId(1))
    const changes = readMemberChanges(directory)
    const once = applyChanges(configured, changes)
    expect(applyChanges(once, changes)).toEqual(once)
  })

  it('can be taken back to what it was before', () => {
    rememberMember(directory, fifth)
    const before = readMemberChanges(directory).get(fifth.id)
    rememberMember(directory, { ...fifth, port: 11 })
    restoreChange(directory, fifth.id, before)
    expect(now()).toContain('5-[::1]:9')
    restoreChange(directory, fifth.id, undefined)
    expect(now()).toBe('0-a:1,1-a:3,2-a:5')
  })

  it.each(['{', '{"products":[]}', '{"products":{"1":7}}'])(
    'is refused when it says %s',
    (text) => {
      writeFileSync(join(directory.path, 'members.json'), text)
      expect(() => readMemberChanges(directory)).toThrow(/members\.json cannot be read.*Mend it/)
    },
  )
})
