/**
 * The buyer's command line as a process, on a terminal and without one, against servers that this file
 * plays: what a person types, sees and does not lose when a server dies.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { assetPath } from '../../platform/assets.ts'
import { openTerminal, type Terminal } from '../terminal.ts'

const password = 'a secret that nobody writes down'
const usd = (amount: number) => ({ amount, currency: 'USD' })
const item = {
  id: '2-17',
  sellerId: 7,
  name: 'Trail Shoe',
  category: 2,
  keywords: ['shoe'],
  condition: 'new',
  price: usd(8_990),
  quantity: 5,
  feedback: { up: 0, down: 0 },
  createdAt: '2026-01-01T00:00:00.000Z',
}
const account = { id: 1, username: 'bob', name: 'bob', createdAt: item.createdAt }
const purchase = {
  id: 'p0123456789',
  state: 'reserved',
  lines: [{ itemId: item.id, sellerId: 7, name: item.name, quantity: 2, price: item.price }],
  total: usd(17_980),
  card: { last4: '4242' },
  authorizationId: null,
  failure: null,
  transitions: [{ state: 'reserved', at: item.createdAt }],
}

/** Refusals of every kind, by the item that is asked for. */
const refusals: Readonly<Record<string, readonly [number, unknown]>> = {
  '/v1/items/4-1': [404, { code: 'ITEM_NOT_FOUND', detail: 'There is no item 4-1.' }],
  '/v1/items/5-1/feedback': [403, { code: 'NOT_PURCHASED', detail: 'Only buyers can vote.' }],
  '/v1/items/7-1': [429, { code: 'RATE_LIMITED', detail: 'Too many attempts.' }],
  '/v1/items/1-1': [500, { code: 'INTERNAL', detail: 'Something went wrong on our side.' }],
  '/v1/cart/items/5-2': [409, { code: 'OUT_OF_STOCK', detail: 'It is sold out.' }],
}

/** What all servers know, as the databases behind them would. */
let units = 0
let buying: 'at once' | 'after a while' = 'at once'
let isOpen = false
let haveSessionsEnded = false
let servers: Server[] = []
let terminals: Terminal[] = []
let folder = ''
let environment: Record<string, string> = {}

function answer({ method, url, headers }: IncomingMessage): readonly [number, unknown] {
  const route = `${method} ${url?.split('?')[0]}`
  if (route === 'POST /v1/sessions') {
    return [201, { token: 'T'.repeat(43), account, idleTimeoutSeconds: 300 }]
  }
  if (haveSessionsEnded || headers.authorization !== `Bearer ${'T'.repeat(43)}`) {
    return [401, { code: 'UNAUTHENTICATED', detail: 'Log in first' }]
  }
  const refusal = refusals[url ?? '']
  if (refusal !== undefined) return refusal
  if (route === 'POST /v1/cart/items') units += 2
  if (route === 'GET /v1/items') return [200, { items: [item], next: null }]
  if (route === 'POST /v1/purchases') {
    if (buying === 'at once') return [402, { code: 'PAYMENT_DECLINED', detail: 'It was declined.' }]
    isOpen = true
    return [202, purchase]
  }
  if (route.startsWith('GET /v1/purchases/')) return [200, purchase]
  const line = { itemId: item.id, name: item.name, quantity: units, price: item.price }
  const lines = units === 0 ? [] : [{ ...line, available: 5, currentPrice: item.price }]
  const total = usd(units * item.price.amount)
  return [
    200,
    { lines, total, saved: false, problems: [], purchaseId: isOpen ? purchase.id : null },
  ]
}

async function startServer(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const [status, body] = answer(request)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

function kill(address: string | undefined): void {
  const server = servers.find(
    (one) => `127.0.0.1:${(one.address() as AddressInfo)?.port}` === address,
  )
  expect(server, `a server at ${address}`).toBeDefined()
  server?.closeAllConnections()
  server?.close()
}

const launcher = assetPath('dist/launcher/main.js')
const addressShown = /127\.0\.0\.1:\d+/

function buyer(...words: string[]): Terminal {
  const terminal = openTerminal([process.execPath, launcher, 'buyer', ...words], { environment })
  terminals.push(terminal)
  return terminal
}

/** Not spawnSync: the servers are in this process. */
function run(...words: string[]): Promise<Run> {
  return runWith('', ...words)
}

type Run = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

function runWith(input: string, ...words: string[]): Promise<Run> {
  return runIn(environment, input, words)
}

function runIn(
  surroundings: Readonly<Record<string, string>>,
  input: string,
  words: readonly string[],
): Promise<Run> {
  const argv = [launcher, 'buyer', ...words]
  // What the test runner says of colours is not meant for what it runs.
  const { FORCE_COLOR: _, ...inherited } = process.env
  const child = spawn(process.execPath, argv, { env: { ...inherited, ...surroundings } })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.end(input)
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
}

/** It takes 20 s to give up: as long as the other tests do. */
let withoutServers: Promise<Run> | undefined
beforeAll(() => {
  const nowhere = join(tmpdir(), 'agora-cli-nowhere')
  const addresses = { BUYER_SERVERS: '127.0.0.1:1,127.0.0.1:2', SELLER_SERVERS: '127.0.0.1:3' }
  const surroundings = { DATA_DIR: nowhere, XDG_STATE_HOME: nowhere, ...addresses }
  withoutServers = runIn(surroundings, '', ['item', '2-17', '--json'])
})
beforeEach(async () => {
  ;[units, buying, isOpen, haveSessionsEnded] = [0, 'at once', false, false]
  ;[servers, terminals] = [[], []]
  folder = mkdtempSync(join(tmpdir(), 'agora-cli-'))
  writeFileSync(join(folder, 'password'), `${password}\n`)
  const card = { name: 'B', number: '4242424242424242', expiration: '12/39', securityCode: '123' }
  writeFileSync(join(folder, 'card.json'), JSON.stringify(card))
  environment = {
    DATA_DIR: join(folder, 'data'),
    XDG_STATE_HOME: join(folder, 'state'),
    BUYER_SERVERS: [await startServer(), await startServer()].join(','),
    SELLER_SERVERS: '127.0.0.1:1',
  }
})
afterEach(async () => {
  for (const terminal of terminals) await terminal.close()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  rmSync(folder, { recursive: true, force: true })
})

const stateFiles = (): string[] => readdirSync(join(folder, 'state', 'agora')).toSorted()
const stateFile = (name: string): string => join(folder, 'state', 'agora', name)

describe('the prompt', () => {
  it('says who, how many units and which server; completes ids; keeps its lines and no secret', async () => {
    const first = buyer()
    await first.see(/buyer \(not logged in\) · 127\.0\.0\.1:\d+> /)
    first.type('serach\r')
    await first.see('Did you mean search?')
    first.type(`${password}\r`)
    await first.see('unknown command')
    first.type('help add\r')
    // As it is typed here, not as outside.
    await first.see(/Usage: add [\s\S]*\n {2}add 2-1 3\s/)
    first.type('login bob\r')
    await first.see('Password')
    first.type(`${password}\r`)
    await first.see(/buyer bob · 0 in cart · 127\.0\.0\.1:\d+> /)
    first.type('search shoe\r')
    await first.see('Trail Shoe')
    first.type('ad\t')
    await first.see('add ')
    first.type('\t')
    await first.see('2-17 ')
    first.type('2\r')
    await first.see(/buyer bob · 2 in cart · /)
    first.type('\u0004')
    expect(await first.ended()).toBe(0)

    const second = buyer()
    await second.see('2 in cart')
    second.type('\u001b[A')
    await second.see('add 2-17 2')
    second.type('\u001b[A')
    await second.see('search shoe')

    expect(readFileSync(stateFile('buyer-default.history'), 'utf8')).toBe(
      'help add\nlogin bob\nsearch shoe\nadd 2-17 2\n',
    )
    for (const name of stateFiles()) {
      expect(statSync(stateFile(name)).mode & 0o777, name).toBe(0o600)
      expect(readFileSync(stateFile(name), 'utf8')).not.toContain(password)
    }
  })

  it('goes on with another server when the one it uses dies', async () => {
    const terminal = buyer()
    await terminal.see('> ')
    terminal.type(`login bob --password-file ${join(folder, 'password')}\r`)
    const used = addressShown.exec(await terminal.see(/in cart · 127\.0\.0\.1:\d+> /))?.[0]
    kill(used)
    const diedAtMs = performance.now()
    terminal.type('search shoe\r')
    const shown = await terminal.see(/Trail Shoe[\s\S]*> $/)
    expect(performance.now() - diedAtMs).toBeLessThan(2_000)
    expect(shown).not.toMatch(/UNAVAILABLE|ECONN/)
    expect(addressShown.exec(shown)?.[0]).not.toBe(used)
  })

  it('takes what is pasted line by line, a password among it', async () => {
    const terminal = buyer()
    await terminal.see('> ')
    terminal.type(`login bob\r${password}\r`)
    expect(await terminal.see('0 in cart')).not.toContain(password)
    terminal.type('add 2-17 2\r\nsearch shoe\nserach\r# unfinished')
    const shown = await terminal.see(/Did you mean search\?[\s\S]*# unfinished/)
    expect(shown).toMatch(/2 in cart[\s\S]*Trail Shoe[\s\S]*2 in cart · \S+> serach/)
    terminal.type(' after all\rclear\r')
    await terminal.see(/^ after all\s+buyer bob · 2 in cart · \S+> clear/)
  })

  it('goes on with the session of its profile, unless that has ended', async () => {
    await run('login', 'bob', '--password-file', join(folder, 'password'))
    await buyer().see(/Going on as bob[\s\S]*buyer bob · /)
    await buyer('--profile', 'other').see('buyer (not logged in)')
    haveSessionsEnded = true
    await buyer().see(/Begin with[\s\S]*buyer \(not logged in\)/)
    expect(stateFiles()).toEqual([])
  })

  it('names the purchase that it waits for; Ctrl-C gives up the wait, not the prompt', async () => {
    buying = 'after a while'
    const terminal = buyer()
    await terminal.see('> ')
    terminal.type(`login bob --password-file ${join(folder, 'password')}\r`)
    await terminal.see('0 in cart')
    terminal.type('add 2-17 2\r')
    await terminal.see('2 in cart')
    // What was pasted behind it is given up with it.
    terminal.type(`buy --card-file ${join(folder, 'card.json')}\rremove 5-2\r`)
    await terminal.see(`Purchase ${purchase.id} is reserved: waiting for the payment service`)
    terminal.type('\u0003')
    await terminal.see(/Interrupted[\s\S]*buyer bob · 2 in cart/)
    terminal.type('purch\t')
    expect(await terminal.see('purchase')).not.toContain('sold out')
  })
})

describe('one command', () => {
  it('prints JSON and nothing else on stdout, and exits as documented', async () => {
    const shown = await run('search', 'shoe', '--json')
    expect(shown.code).toBe(3)
    expect(JSON.parse(shown.stdout)).toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(shown.stderr).toContain('./agora buyer login NAME')
    expect(await run('login', 'bob')).toMatchObject({ code: 2, stdout: '' })
    const login = await run('login', 'bob', '--password-file', join(folder, 'password'), '--json')
    expect(login.code).toBe(0)
    expect(JSON.parse(login.stdout)).toMatchObject({ account: { username: 'bob' } })
    expect(login.stdout).not.toContain('TTTT')
    const search = await run('search', 'shoe', '--json')
    expect(JSON.parse(search.stdout)).toMatchObject({ items: [{ id: '2-17' }] })
    const wrong = await run('add', '2-17', 'two')
    expect(wrong).toMatchObject({ code: 2 })
    expect(wrong.stderr).toMatch(/^error: units cannot be 'two'\. Expected a whole number/)
    expect((await run('--profile')).stderr).toMatch(/argument missing\n\(.*\)\n$/)
    const declined = await run('buy', '--card-file', join(folder, 'card.json'), '--json')
    expect(declined.code).toBe(6)
    expect(JSON.parse(declined.stdout)).toMatchObject({ code: 'PAYMENT_DECLINED' })
    const logout = await run('logout', '--json')
    expect(JSON.parse(logout.stdout)).toEqual({ loggedOut: true })
    expect(stateFiles()).toEqual([])
  })

  it('takes a secret from standard input, and a whole script', async () => {
    const login = await runWith(`${password}\n`, 'login', 'bob', '--password-file', '-')
    expect(login).toMatchObject({ code: 0 })
    const script = 'search --json\n# a remark\nadd 2-17 2 --json\nbuy --card-file -\n'
    const { code, stdout, stderr } = await runWith(script)
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => Object.keys(JSON.parse(line))[0]),
    ).toEqual(['items', 'lines'])
    // The script itself is standard input: a card cannot be.
    expect(stderr).toContain('Standard input is taken')
    expect(code).toBe(2)
  })

  it('goes on with another server when one is dead', async () => {
    await run('login', 'bob', '--password-file', join(folder, 'password'))
    kill(environment.BUYER_SERVERS?.split(',')[0])
    // Each begins with either server.
    const runs = await Promise.all(Array.from({ length: 4 }, () => run('search', '--json')))
    for (const { code, stderr } of runs) expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('exits with a number for each kind of trouble', async () => {
    await run('login', 'bob', '--password-file', join(folder, 'password'))
    const commands = {
      search: 0,
      'item 1-1': 1,
      'item 2-17 2-18': 2,
      'item 4-1': 4,
      'remove 5-2': 5,
      'feedback 5-1 up': 5,
      'item 7-1': 7,
    }
    const exits = await Promise.all(
      Object.keys(commands).map(async (line) => [line, (await run(...line.split(' '))).code]),
    )
    expect(Object.fromEntries(exits)).toEqual(commands)
    const { code, stdout, stderr } = (await withoutServers) ?? {}
    expect(code).toBe(7)
    expect(JSON.parse(stdout ?? '')).toMatchObject({ code: 'UNAVAILABLE' })
    expect(stderr).toContain('npm start')
  })

  it('colours nothing in a pipe, unless it is told to', async () => {
    await run('login', 'bob', '--password-file', join(folder, 'password'))
    expect((await run('search')).stdout).not.toContain('\u001b')
    environment.FORCE_COLOR = '1'
    expect((await run('search')).stdout).toContain('\u001b[1mITEM')
  })

  it('says on a terminal what it waits for, and gives up with what to do', async () => {
    for (const address of environment.BUYER_SERVERS?.split(',') ?? []) kill(address)
    const terminal = buyer('whoami')
    await terminal.see(/No server answers so far\. Not started yet\? npm start · 1 s/)
    terminal.type('\u0003')
    expect(await terminal.ended()).not.toBe(0)
  })
})

it('help alone leads to everything', () => {
  const argv = [launcher, 'buyer', 'help']
  const { stdout } = spawnSync(process.execPath, argv, { encoding: 'utf8' })
  for (const word of ['First steps', './agora buyer search red shoe', 'purchases', '--json']) {
    expect(stdout).toContain(word)
  }
})
