import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { SessionFile } from './session-file.ts'

it('a session is kept per role, cluster and profile, and ended by none but its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'agora-session-'))
  const options = { folder, role: 'buyer', servers: ['http://a:1'], profile: 'default' } as const
  const file = new SessionFile(options)
  expect(file.read()).toBeUndefined()
  file.write({ token: 'first', username: 'bob' })
  expect(statSync(file.path).mode & 0o777).toBe(0o600)
  for (const other of [
    new SessionFile({ ...options, profile: '../default' }),
    new SessionFile({ ...options, role: 'seller' }),
    new SessionFile({ ...options, servers: ['http://b:1'] }),
  ]) {
    expect(other.read()).toBeUndefined()
  }
  new SessionFile(options).write({ token: 'second', username: 'ann' })
  file.removeIfOf('first')
  expect(file.read()).toEqual({ token: 'second', username: 'ann' })
  file.removeIfOf('second')
  expect(file.read()).toBeUndefined()
  rmSync(folder, { recursive: true })
})
