/** What Agora needs of the machine that it runs on, whatever is configured. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { availableParallelism, freemem } from 'node:os'
import { promisify } from 'node:util'
import { ensureBinaries } from '../../platform/postgres/binaries.ts'
import { chooseServerUser } from '../../platform/postgres/server-user.ts'
import { socketBufferBytes } from '../../replication/transport/udp-socket.ts'
import { type Finding, warning, well, wrong } from './finding.ts'

const mebibyte = 2 ** 20
/** Resident, some minutes after the start: a process of ours, and the PostgreSQL of a replica. */
const processBytes = 110 * mebibyte
const databaseBytes = 50 * mebibyte
/** Connections, log segments and tables of one replica, with room. */
const openFilesMin = 1_024

export type Tenants = { readonly processes: number; readonly databases: number }

export async function examineMachine(tenants: Tenants): Promise<Finding[]> {
  return [
    nodeFinding(process.versions.node),
    memoryFinding(await availableBytes(), tenants),
    ...openFilesFinding(await limitOfOpenFiles()),
    ...(tenants.databases === 0 ? [] : [await databaseFinding()]),
    ...receiveBufferFinding(await numberIn('/proc/sys/net/core/rmem_max')),
    await tmuxFinding(),
  ]
}

/** `version` as in process.versions.node. The same bound as `engines` in package.json. */
export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isNewEnough = major > 20 || (major === 20 && minor >= 19)
  return isNewEnough
    ? well('Node.js', `${version}, ${availableParallelism()} processors`)
    : wrong('Node.js', version, 'install Node.js 20.19 or newer')
}

export function memoryFinding(freeBytes: number, { processes, databases }: Tenants): Finding {
  const neededBytes = processes * processBytes + databases * databaseBytes
  const seen = `${inMiB(freeBytes)} available, ${inMiB(neededBytes)} for what starts here`
  const advice =
    'start fewer servers here (./agora up --sellers 1 --buyers 1), or use more machines'
  return freeBytes >= neededBytes ? well('memory', seen) : warning('memory', seen, advice)
}

function inMiB(bytes: number): string {
  return `${Math.round(bytes / mebibyte).toLocaleString('en')} MiB`
}

/** What can be had without swapping: free pages and those of the file cache. */
async function availableBytes(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '')
  const kibibytes = /^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1]
  return kibibytes === undefined ? freemem() : Number(kibibytes) * 1_024
}

/** Nothing where the system does not tell. */
export function openFilesFinding(limit: number | undefined): Finding[] {
  if (limit === undefined) return []
  const seen = `${limit.toLocaleString('en')} for each process`
  if (limit >= openFilesMin) return [well('open files', seen)]
  return [warning('open files', seen, `raise the limit: ulimit -n ${openFilesMin}`)]
}

async function limitOfOpenFiles(): Promise<number | undefined> {
  const text = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  const limit = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1]
  if (limit === undefined) return undefined
  return limit === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(limit)
}

async function databaseFinding(): Promise<Finding> {
  try {
    const { version } = await ensureBinaries(await chooseServerUser())
    return well('PostgreSQL', `${version}, from node_modules`)
  } catch (error) {
    const seen = error instanceof Error ? error.message : String(error)
    return wrong('PostgreSQL', seen, 'npm install, or set DATABASE_URL for each replica')
  }
}

/** Bursts of datagrams wait there while a member is busy; what does not fit is lost and repeated. */
export function receiveBufferFinding(grantedBytes: number | undefined): Finding[] {
  if (grantedBytes === undefined) return []
  const seen = `receive buffers of up to ${grantedBytes.toLocaleString('en')} bytes`
  if (grantedBytes >= socketBufferBytes) return [well('datagrams', seen)]
  const advice = `under much load: sysctl -w net.core.rmem_max=${socketBufferBytes}`
  return [warning('datagrams', seen, advice)]
}

async function numberIn(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return /^\d+$/.test(text.trim()) ? Number(text) : undefined
}

async function tmuxFinding(): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)('tmux', ['-V'])
    return well('tmux', stdout.trim())
  } catch {
    return warning('tmux', 'not installed', 'only ./agora start-clients needs it')
  }
}
