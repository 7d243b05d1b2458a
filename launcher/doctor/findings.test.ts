import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ClusterDirectory } from '../cluster-directory.ts'
import type { ProcessStatus } from '../status.ts'
import { certificateFinding, examineCertificates } from './certificates.ts'
import { clockFindings, portsFinding, processFindings } from './cluster.ts'
import { examineDataDirectory, spaceFinding, syncFinding } from './data-directory.ts'
import { exitCodeOf, formatFindings, warning, well, wrong } from './finding.ts'
import { memoryFinding, nodeFinding, openFilesFinding, receiveBufferFinding } from './machine.ts'

const mebibyte = 2 ** 20
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'agora-doctor-'))
})
afterAll(() => {
  chmodSync(folder, 0o700)
  rmSync(folder, { recursive: true, force: true })
})

describe('the machine', () => {
  it.each([
    ['20.19.0', 'well'],
    ['22.1.0', 'well'],
    ['20.18.9', 'wrong'],
    ['18.20.0', 'wrong'],
  ])('Node.js %s: %s', (version, verdict) => {
    expect(nodeFinding(version)).toMatchObject({ verdict })
  })

  it('asks for the bound that package.json states', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(engines).toEqual({ node: '>=20.19' })
  })

  it('has memory for what starts here, or less', () => {
    const tenants = { processes: 2, databases: 1 }
    expect(memoryFinding(1_000 * mebibyte, tenants).verdict).toBe('well')
    expect(memoryFinding(100 * mebibyte, tenants)).toMatchObject({
      verdict: 'warning',
      advice: expect.stringContaining('fewer'),
    })
  })

  it('has limits, where the system tells them', () => {
    expect(openFilesFinding(undefined)).toEqual([])
    expect(openFilesFinding(256)).toMatchObject([{ verdict: 'warning' }])
    expect(openFilesFinding(65_536)).toMatchObject([{ verdict: 'well' }])
    expect(receiveBufferFinding(undefined)).toEqual([])
    expect(receiveBufferFinding(212_992)).toMatchObject([{ verdict: 'warning' }])
    expect(receiveBufferFinding(8 * mebibyte)).toMatchObject([{ verdict: 'well' }])
  })
})

describe('the data directory', () => {
  it('is written to, and left as it was', async () => {
    const path = join(folder, 'fresh')
    const found = await examineDataDirectory(new ClusterDirectory(path), 1)
    expect(found.map(({ subject }) => subject)).toEqual(['data', 'disk'])
    expect(readdirSync(path)).toEqual([])
  })

  it('cannot be one that is a file', async () => {
    const path = join(folder, 'file')
    writeFileSync(path, '')
    const found = await examineDataDirectory(new ClusterDirectory(path), 1)
    expect(found).toMatchObject([{ subject: 'data', verdict: 'wrong' }])
  })

  it('has room for its databases, and a disk that is quick', () => {
    expect(spaceFinding(10_000 * mebibyte, { path: '/d', databases: 10 }).verdict).toBe('well')
    expect(spaceFinding(10 * mebibyte, { path: '/d', databases: 10 }).verdict).toBe('wrong')
    expect(syncFinding(0.8).verdict).toBe('well')
    expect(syncFinding(45)).toMatchObject({ verdict: 'warning', seen: expect.stringMatching('45') })
  })

  it('keeps its secret', async () => {
    const directory = new ClusterDirectory(join(folder, 'secret'))
    directory.secret()
    const verdicts = async () =>
      (await examineDataDirectory(directory, 0)).map(({ subject, verdict }) => [subject, verdict])
    expect(await verdicts()).toContainEqual(['secret', 'well'])
    chmodSync(join(directory.path, 'cluster-secret'), 0o644)
    expect(await verdicts()).toContainEqual(['secret', 'wrong'])
  })
})

describe('certificates', () => {
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  }
  const pem = (name: string): Buffer => readFileSync(join(folder, name))
  const days = (count: number): number => Date.now() + count * 86_400_000

  beforeAll(() => {
    for (const name of ['one', 'other']) {
      openssl(
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
        ...[
          '-days',
          '100',
          '-subj',
          `/CN=${name}`,
          '-keyout',
          `${name}.key`,
          '-out',
          `${name}.pem`,
        ],
      )
    }
  })

  it('go together, and last', () => {
    const pems = { ca: pem('one.pem'), cert: pem('one.pem'), key: pem('one.key') }
    expect(certificateFinding(pems, Date.now()).verdict).toBe('well')
    expect(certificateFinding(pems, days(80)).verdict).toBe('warning')
    expect(certificateFinding(pems, days(101)).verdict).toBe('wrong')
    expect(certificateFinding(pems, days(-1)).verdict).toBe('wrong')
  })

  it('do not go together', () => {
    const [ca, cert, key] = [pem('one.pem'), pem('one.pem'), pem('one.key')]
    const other = { ca: pem('other.pem'), key: pem('other.key') }
    expect(certificateFinding({ ca: other.ca, cert, key }, Date.now())).toMatchObject({
      verdict: 'wrong',
      advice: expect.stringContaining('not issued'),
    })
    expect(certificateFinding({ ca, cert, key: other.key }, Date.now())).toMatchObject({
      verdict: 'wrong',
      advice: expect.stringContaining('not the key'),
    })
  })

  it('are missing', async () => {
    expect(await examineCertificates(undefined, false)).toMatchObject({ verdict: 'well' })
    expect(await examineCertificates(undefined, true)).toMatchObject({ verdict: 'warning' })
    const nowhere = join(folder, 'nowhere.pem')
    const files = { caPath: nowhere, certPath: nowhere, keyPath: nowhere }
    expect(await examineCertificates(files, true)).toMatchObject({ verdict: 'wrong' })
  })
})

describe('the cluster', () => {
  const ready: ProcessStatus = {
    name: 'buyer-0',
    group: 'buyers',
    address: '127.0.0.1:1',
    pid: 1,
    restarts: 0,
    probe: { ready: true, answered: true, reason: '', tookMs: 1 },
    heldDownBy: undefined,
    lastWords: undefined,
    replication: undefined,
  }
  const silent = { ready: false, answered: false, reason: 'connection refused', tookMs: 1 }

  it('is told in a line when all are ready, else by who is not', () => {
    expect(processFindings([ready, ready])).toMatchObject([
      { verdict: 'well', seen: '2 of 2 ready' },
    ])
    expect(processFindings([ready, { ...ready, name: 'buyer-1', probe: silent }])).toMatchObject([
      { subject: 'buyer-1', verdict: 'wrong', seen: expect.stringContaining('connection refused') },
    ])
  })

  it('needs its ports', () => {
    expect(portsFinding([], 19).verdict).toBe('well')
    expect(portsFinding(['TCP port 1 is taken'], 19).verdict).toBe('wrong')
  })

  it('agrees on a time that this machine’s clock is near', () => {
    const at = (groupTimeMs: number) =>
      ({ ...ready, replication: { groupTimeMs } }) as unknown as ProcessStatus
    expect(clockFindings([ready], 100_000)).toEqual([])
    expect(clockFindings([at(97_000)], 100_000)).toMatchObject([{ verdict: 'well' }])
    expect(clockFindings([at(97_000), at(160_000)], 100_000)).toMatchObject([
      { verdict: 'warning', seen: '60.0 s behind group time' },
    ])
  })
})

it('says what to do, and fails only for what does not work', () => {
  const text = formatFindings([well('a', 'fine'), warning('bee', 'so-so', 'do this')])
  expect(text).toContain('ok  a    fine')
  expect(text).toContain('→ do this')
  expect(text).toContain('Nothing wrong, 1 to think about.')
  expect(exitCodeOf([warning('b', 'so-so', 'do this')])).toBe(0)
  expect(exitCodeOf([wrong('c', 'broken', 'mend it')])).toBe(1)
})
