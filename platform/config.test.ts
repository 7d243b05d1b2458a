import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { assetPath } from './assets.ts'
import { ConfigError, type Environment, loadConfig } from './config.ts'

const secret = { CLUSTER_SECRET: 'sixteen letters!' }
const load = (environment: Environment = {}) => loadConfig({ ...secret, ...environment })

function problemsOf(environment: Environment): { variable: string; text: string }[] {
  try {
    loadConfig(environment)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map(({ variable, value, expected }) => ({
      variable,
      text: `${value} ${expected}`,
    }))
  }
  return expect.unreachable('it should have been refused')
}

describe('the defaults', () => {
  it('describe a cluster on this machine', () => {
    const config = load()
    expect(config.sellerServers.map(({ port }) => port)).toEqual([5000, 5005, 5010, 5015])
    expect(config.buyerServers.map(({ port }) => port)).toEqual([5020, 5025, 5030, 5035])
    expect(config.customerDbs).toHaveLength(5)
    expect(config.productDbs[4]).toEqual({ id: 4, host: '127.0.0.1', port: 6200 })
    expect(config.warnings).toEqual([])
    expect(config).not.toHaveProperty('tls')
    expect(config).not.toHaveProperty('databaseUrl')
  })

  it('stand for empty values, too', () => {
    expect(load({ CURRENCY: '', DATA_DIR: ' ', DATABASE_URL: '' })).toEqual(load())
  })
})

describe('.env.example', () => {
  const lines = readFileSync(assetPath('.env.example'), 'utf8').split('\n')
  const assignments = lines.flatMap((line) => {
    const match = /^#?([A-Z][A-Z0-9_]*)=(.*)$/.exec(line)
    return match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const]
  })

  it('names exactly the variables that are read', () => {
    const read = new Set<string>()
    const spy = new Proxy<Environment>(
      {},
      {
        get: (_, name) => {
          read.add(String(name))
          return secret[name as keyof typeof secret]
        },
      },
    )
    loadConfig(spy)
    expect(assignments.map(([name]) => name).sort()).toEqual([...read].sort())
  })

  it('shows the true defaults', () => {
    const shown = Object.fromEntries(assignments.filter(([name]) => name !== 'CLUSTER_SECRET'))
    expect(load(shown)).toEqual(load())
    // Each one by itself, so that a wrong value is named.
    for (const [name, value] of Object.entries(shown)) {
      expect({ name, config: load({ [name]: value }) }).toEqual({ name, config: load() })
    }
  })

  it('explains each of them', () => {
    const first = lines.findIndex((line) => line.startsWith('#SELLER_SERVERS='))
    expect(lines[first - 1]).toMatch(/^# /)
    expect(lines.filter((line) => line.length > 100)).toEqual([])
  })
})

describe('problems', () => {
  it('are told all at once', () => {
    const problems = problemsOf({
      CURRENCY: 'dollars',
      SESSION_IDLE_SECONDS: 'soon',
      SELLER_SERVERS: 'nowhere',
      LOG_LEVEL: 'loud',
      GROUP_DATAGRAM_LOSS: '1.5',
    })
    expect(problems.map(({ variable }) => variable).sort()).toEqual([
      'CLUSTER_SECRET',
      'CURRENCY',
      'GROUP_DATAGRAM_LOSS',
      'LOG_LEVEL',
      'SELLER_SERVERS',
      'SESSION_IDLE_SECONDS',
    ])
  })

  it('never show a secret', () => {
    const environment = {
      CLUSTER_SECRET: 'too short',
      PAYMENT_API_KEY: 'also short',
      DATABASE_URL: 'mysql://me:hunter2@db/x',
    }
    const text = JSON.stringify(problemsOf(environment))
    expect(text).toContain('9 characters')
    expect(text).not.toMatch(/too short|also short|hunter2/)
  })

  it('with a missing secret say where one comes from', () => {
    expect(problemsOf({})).toEqual([
      { variable: 'CLUSTER_SECRET', text: expect.stringContaining('./agora up') },
    ])
    expect(loadConfig({}, { secretRequired: false }).clusterSecret).toBe('')
  })

  const group = (...members: string[]) => ({ ...secret, CUSTOMER_DBS: members.join(',') })
  it.each<[string, Environment, string, RegExp]>([
    ['a group of two', group('0-a:1', '1-b:1'), 'CUSTOMER_DBS', /1, 3, 5, 7 members/],
    ['an id twice', group('0-a:1', '0-b:1', '1-c:1'), 'CUSTOMER_DBS', /each id once/],
    ['an address twice', group('0-a:1', '1-a:1', '2-b:1'), 'CUSTOMER_DBS', /each address once/],
    ['ids with a gap', group('0-a:1', '1-b:1', '3-c:1'), 'CUSTOMER_DBS', /ids 0 to 2/],
    ['a member without an id', group('a:1'), 'CUSTOMER_DBS', /id-host:port/],
    ['members side by side', group('0-a:1', '1-a:2', '2-b:1'), 'CUSTOMER_DBS', /2 apart/],
    ['no room for UDP', group('0-a:65535'), 'CUSTOMER_DBS', /below 65535/],
    [
      'a server on a member’s UDP port',
      { ...group('0-a:7000'), SELLER_SERVERS: 'a:7001' },
      'CUSTOMER_DBS',
      /a:7001 is taken by SELLER_SERVERS/,
    ],
    [
      'a port for two',
      { ...secret, BUYER_SERVERS: '127.0.0.1:5000' },
      'BUYER_SERVERS',
      /taken by SELLER_SERVERS/,
    ],
    [
      'a server twice',
      { ...secret, BUYER_SERVERS: 'a:1,a:1' },
      'BUYER_SERVERS',
      /each address once/,
    ],
    ['an odd URL', { ...secret, PAYMENT_URL: 'ftp://x/' }, 'PAYMENT_URL', /http:\/\//],
    ['half of TLS', { ...secret, TLS_CA: assetPath('LICENSE') }, 'TLS_KEY', /all three or none/],
    [
      'hasty elections',
      { ...secret, RAFT_HEARTBEAT_MS: '200' },
      'RAFT_ELECTION_MIN_MS',
      /at least twice/,
    ],
    [
      'elections without spread',
      { ...secret, RAFT_ELECTION_MAX_MS: '300' },
      'RAFT_ELECTION_MAX_MS',
      /more than/,
    ],
    ['no group address', { ...secret, GROUP_MULTICAST: '10.0.0.1' }, 'GROUP_MULTICAST', /239\.0/],
    ['not an address', { ...secret, GROUP_MULTICAST: '239.1.2.300' }, 'GROUP_MULTICAST', /239\.0/],
    [
      'a port that is none',
      { ...secret, GROUP_MULTICAST: '239.1.2.3:70000' },
      'GROUP_MULTICAST',
      /address:port/,
    ],
    [
      'multicast over IPv6',
      { ...group('0-[::1]:7000'), GROUP_MULTICAST: '239.1.2.3' },
      'GROUP_MULTICAST',
      /IPv4 addresses in CUSTOMER_DBS \(there is \[::1\]:7000\)/,
    ],
  ])('are found: %s', (_, environment, variable, text) => {
    const found = problemsOf(environment)
    expect(found.filter((problem) => problem.variable === variable)).toContainEqual({
      variable,
      text: expect.stringMatching(text),
    })
  })
})

it('a multicast group has the port after those of the first member, or its own', () => {
  expect(load().groupMulticast).toBeUndefined()
  expect(load({ GROUP_MULTICAST: '239.1.2.3' }).groupMulticast).toEqual({
    host: '239.1.2.3',
    port: 6082,
  })
  expect(load({ GROUP_MULTICAST: '239.1.2.3:7000' }).groupMulticast).toEqual({
    host: '239.1.2.3',
    port: 7000,
  })
})

describe('addresses beyond this machine', () => {
  it('without TLS are warned of', () => {
    const open = { SELLER_SERVERS: '10.0.0.5:5000' }
    expect(load(open).warnings).toEqual([expect.stringContaining('10.0.0.5:5000')])
    const file = assetPath('LICENSE')
    const withTls = load({ ...open, TLS_CA: file, TLS_CERT: file, TLS_KEY: file })
    expect(withTls).toMatchObject({ warnings: [], tls: { caPath: file } })
  })
})

it('a group whose members change may be of any size, with gaps', () => {
  const { productDbs } = load({ PRODUCT_DBS: '5-b:1,0-a:1,2-c:1,7-d:1' })
  expect(productDbs.map(({ id }) => id)).toEqual([0, 2, 5, 7])
  const many = Array.from({ length: 17 }, (_, id) => `${id}-a:${10 + 2 * id}`).join(',')
  const [problem] = problemsOf({ ...secret, PRODUCT_DBS: many })
  expect(problem?.text).toMatch(/at most 16 members \(there are 17\)$/)
})

it('members are listed by id', () => {
  const { customerDbs } = load({ CUSTOMER_DBS: '2-c:1,0-a:1,1-[::1]:9' })
  expect(customerDbs).toEqual([
    { id: 0, host: 'a', port: 1 },
    { id: 1, host: '::1', port: 9 },
    { id: 2, host: 'c', port: 1 },
  ])
})
