/** The payment service as a process of its own, and zeep (test/integration/zeep/payment.py) as its client. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { assetPath } from '../../platform/assets.ts'
import { until } from '../until.ts'

export type PaymentProcess = {
  readonly url: string
  kill(): Promise<void>
  /** Again, with the same ledger at the same address. */
  start(): Promise<void>
}

export async function startPayment(
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<PaymentProcess> {
  const url = `http://127.0.0.1:${await freePort()}/payment`
  const environment = { PATH: process.env.PATH, DATA_DIR: dataDir, PAYMENT_URL: url }
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    let said = ''
    const started = spawn(process.execPath, [assetPath('dist/payment-soap/server.js')], {
      env: { ...environment, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [started.stdout, started.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
    }
    child = started
    await until(async () => {
      if (started.exitCode !== null) throw new Error(`The payment service stopped:\n${said}`)
      return (await fetch(new URL('/readyz', url)).catch(() => undefined))?.ok === true
    }, 20_000)
  }
  await start()
  return {
    url,
    start,
    kill: async () => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise((resolve) => child?.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  return address.port
}

export type ZeepStep = {
  readonly operation: 'ProcessPayment' | 'GetPayment' | 'VoidPayment'
  readonly arguments: Readonly<Record<string, string | number>>
  readonly remove?: readonly string[]
  readonly append?: Readonly<Record<string, string>>
  readonly doctype?: boolean
  readonly timeoutSeconds?: number
}

export type ZeepResult = {
  readonly answer?: Readonly<Record<string, unknown>>
  readonly fault?: {
    readonly code: string
    readonly text: string
    readonly problems: readonly (readonly [path: string, message: string])[]
    readonly httpStatus: number
  }
  readonly refusedByClient?: string
  readonly noAnswer?: boolean
}

/** Debian's own comes first: its packages are not to be seen from another Python. */
const pythons = ['/usr/bin/python3', 'python3']

function pythonWithZeep(): string {
  const found = pythons.find(
    (python) =>
      (!python.startsWith('/') || existsSync(python)) &&
      spawnSync(python, ['-c', 'import zeep, lxml']).status === 0,
  )
  if (found !== undefined) return found
  throw new Error(
    'No Python here has zeep, so nothing was tested. Install it: apt-get install python3-zeep',
  )
}

/** One result for each step, in order. */
export function takeSteps(
  url: string,
  steps: readonly ZeepStep[],
  headers: Readonly<Record<string, string>> = {},
): ZeepResult[] {
  const script = fileURLToPath(new URL('zeep/payment.py', import.meta.url))
  const run = spawnSync(pythonWithZeep(), [script], {
    input: JSON.stringify({ wsdl: `${url}?wsdl`, headers, steps }),
    encoding: 'utf8',
    timeout: 50_000,
  })
  if (run.status !== 0) throw new Error(`payment.py failed: ${run.stderr}`)
  return JSON.parse(run.stdout) as ZeepResult[]
}
