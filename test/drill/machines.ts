/**
 * A cluster over three machines, each a network namespace of its own: a member of each group on every
 * one, beside it a server of each role or the payment service. It must not know what is done to them.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Namespaces } from '../../bench/corosync/namespaces.ts'
import { ClusterDirectory, type ProcessRecord } from '../../launcher/cluster-directory.ts'
import { down } from '../../launcher/down.ts'
import { planCluster, serverUrls } from '../../launcher/plan.ts'
import { waitUntilReady } from '../../launcher/readiness.ts'
import { assetPath } from '../../platform/assets.ts'
import { loadConfig, processEnvironment } from '../../platform/config.ts'
import { readLedger } from '../e2e/people.ts'
import type { DrillCluster } from './cluster.ts'
import { Network } from './network.ts'

export const machineCount = 3

const readyTimeoutMs = 120_000

/** To be called in a further namespace on the same bridge: where the clients are. */
export async function startMachines(namespaces: Namespaces): Promise<DrillCluster> {
  const addresses = namespaces.addresses.slice(0, machineCount)
  const dataDir = mkdtempSync(join(tmpdir(), 'agora-drill-'))
  const apiKey = randomBytes(32).toString('base64url')
  const environment = {
    ...addressesAt(addresses),
    PAYMENT_API_KEY: apiKey,
    CLUSTER_SECRET: randomBytes(32).toString('base64url'),
    DATA_DIR: dataDir,
  }
  const records = addresses.map((_, machine) => join(dataDir, `machine-${machine}.json`))
  const machines = records.map((record, machine) => {
    const program = assetPath('dist/test/drill/machine.js')
    // `exec`: a signal reaches the machine, not a shell.
    const shell = `exec '${process.execPath}' '${program}' '${record}'`
    const inside = namespaces.inside(machine, shell)
    const log = openSync(join(dataDir, `machine-${machine}.log`), 'a')
    const child = spawn(inside.command, inside.arguments, {
      env: { ...processEnvironment(), ...environment },
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    return child
  })
  const config = loadConfig({ ...processEnvironment(), ...environment })
  const plans = planCluster(config)
  const remove = async (): Promise<void> => {
    await Promise.all(machines.map(stop))
    await down(new ClusterDirectory(dataDir), true)
    rmSync(dataDir, { recursive: true, force: true })
  }
  const late = await waitUntilReady(plans, {
    timeoutMs: readyTimeoutMs,
    onReady: () => undefined,
    cancelled: () => machines.some(({ exitCode }) => exitCode !== null),
  })
  if (late.length > 0) {
    const said = records.map((_, n) => readFileSync(join(dataDir, `machine-${n}.log`), 'utf8'))
    await remove()
    const reasons = late.map(({ plan, reason }) => `${plan.name}: ${reason}`)
    throw new Error(`The machines did not come up:\n${[...reasons, ...said].join('\n')}`)
  }
  const processes = (): ProcessRecord[] =>
    records.flatMap((record) => JSON.parse(readFileSync(record, 'utf8')) as ProcessRecord[])
  const at = ({ host, port }: { host: string; port: number }) => `${host}:${port}`
  return {
    report: {
      ...serverUrls(config),
      payment: config.paymentUrl,
      customers: config.customerDbs.map(at),
      products: config.productDbs.map(at),
      processes: [],
      dataDir,
    },
    network: new Network(addresses, namespaces.bridge),
    processes,
    process: (name) => {
      const found = processes().find((one) => one.name === name)
      if (found === undefined) throw new Error(`There is no process ${name}`)
      return found
    },
    ledger: () => readLedger({ payment: config.paymentUrl }, apiKey),
    remove,
  }
}

/** Every machine has ports of its own, so each process of a kind has the same one. */
function addressesAt(addresses: readonly string[]): Record<string, string> {
  const [first = '', second = '', third = ''] = addresses
  const members = (port: number): string =>
    addresses.map((address, id) => `${id}-${address}:${port}`).join(',')
  return {
    CUSTOMER_DBS: members(6080),
    PRODUCT_DBS: members(6180),
    SELLER_SERVERS: `${first}:5000,${second}:5000`,
    BUYER_SERVERS: `${first}:5020,${second}:5020`,
    PAYMENT_URL: `http://${third}:5090/payment`,
  }
}

async function stop(machine: ChildProcess): Promise<void> {
  if (machine.exitCode !== null || machine.signalCode !== null) return
  const gone = new Promise((resolve) => machine.once('exit', resolve))
  machine.kill('SIGTERM')
  await gone
}
