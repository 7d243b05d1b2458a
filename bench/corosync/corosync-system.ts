/**
 * corosync as something to be measured, beside ours: as many daemons on this machine, each in a
 * network namespace, and a client of its closed process groups (cpg) at each. It keeps nothing on
 * disk. Over knet, its default, datagrams are signed with HMAC-SHA-256 as ours are.
 */
import { randomBytes } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { assetPath } from '../../platform/assets.ts'
import { processEnvironment } from '../../platform/config.ts'
import type { OwnLoad } from '../group/definition.ts'
import { MemberProcess } from '../group/member-process.ts'
import { processorMs } from '../group/processor-time.ts'
import type { MeasuredSystem, Place, Target } from '../group/system.ts'
import { LoadProcess } from './load-process.ts'
import { createNamespaces, type Namespaces } from './namespaces.ts'

/** `knet` is its default; `udpu` sends plainly, without signatures. */
export type CorosyncTransport = 'knet' | 'udpu'

export type CorosyncOptions = {
  readonly members: number
  readonly parentDir?: string | undefined
  readonly signal?: AbortSignal | undefined
}

const loadSource = 'bench/corosync/cpg-load.c'
const readyTimeoutMs = 30_000
const keyBytes = 256

/** As in `corosync 3.1.7`; throws an error that says where to get it. */
export function requireCorosync(): string {
  const { stdout, error } = spawnSync('corosync', ['-v'], { encoding: 'utf8' })
  const version = /version '([^']+)'/.exec(stdout ?? '')?.[1]
  if (version !== undefined) return `corosync ${version}`
  throw new Error(
    `corosync cannot be run (${error?.message ?? 'it does not tell its version'}). Install it, and ` +
      'what its client is compiled with (Debian, Ubuntu: apt-get install corosync libcpg-dev gcc ' +
      'iproute2); then measure again, as root.',
  )
}

export async function startCorosync(
  transport: CorosyncTransport,
  options: CorosyncOptions,
): Promise<MeasuredSystem> {
  const signed = transport === 'knet' ? 'signed' : 'not signed'
  const name = `${requireCorosync()}, ${transport}, ${signed}`
  const dir = mkdtempSync(join(options.parentDir ?? tmpdir(), 'agora-bench-corosync-'))
  let network: Namespaces | undefined
  let cluster: Cluster | undefined
  const remove = async (): Promise<void> => {
    await cluster?.stop()
    network?.remove()
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    compileLoad(join(dir, 'cpg-load'))
    network = createNamespaces('agora-cpg', options.members)
    cluster = new Cluster(network, dir, transport)
    await cluster.start(options.signal)
  } catch (error) {
    const said = cluster?.lastWords() ?? ''
    await remove()
    throw new Error(`corosync did not start: ${String(error)}\n${said}`, { cause: error })
  }
  const started = cluster
  return {
    name,
    targets: async (place) => started.targets(place),
    processorTimes: async () => started.processorTimes(),
    traffic: async () => undefined,
    remove,
  }
}

class Cluster {
  readonly #network: Namespaces
  readonly #dir: string
  readonly #daemons: readonly MemberProcess[]
  #loads: LoadProcess[] = []
  /** The load under way, which the targets that are called together share. */
  #begun: Promise<readonly LoadProcess[]> | undefined

  constructor(network: Namespaces, dir: string, transport: CorosyncTransport) {
    this.#network = network
    this.#dir = dir
    writeFileSync(join(dir, 'authkey'), randomBytes(keyBytes), { mode: 0o400 })
    writeFileSync(join(dir, 'corosync.conf'), configuration(network.addresses, dir, transport))
    this.#daemons = network.addresses.map((_, member) => {
      const own = '/run /var/lib/corosync'
      const shell = `for at in ${own}; do mount -t tmpfs tmpfs $at; done; mkdir -p /run/corosync; exec corosync -f -c ${dir}/corosync.conf`
      return new MemberProcess({
        name: `corosync-${member}`,
        ...network.inside(member, shell),
        environment: { PATH: processEnvironment().PATH },
        logPath: join(dir, `corosync-${member}.log`),
      })
    })
  }

  /** Resolves when a client at each has seen clients at all. */
  async start(signal: AbortSignal | undefined): Promise<void> {
    for (const daemon of this.#daemons) daemon.start()
    const giveUpAtMs = performance.now() + readyTimeoutMs
    for (;;) {
      try {
        await this.#load([], { outstanding: 0, sizeBytes: 64, warmUpMs: 0, measuredMs: 1 })
        return
      } catch (error) {
        if (performance.now() > giveUpAtMs) throw error
        await sleep(250, undefined, { signal })
      }
    }
  }

  /** One target loads all members that are meant: they begin together. */
  targets(place: Place): readonly Target[] {
    const active = place === 'all' ? this.#daemons.map((_, member) => member) : [0]
    const refuse = (): never => {
      throw new Error('corosync is loaded by a client beside each daemon: give --no-grpc')
    }
    return active.map((member) => ({
      write: refuse,
      read: refuse,
      loadYourself: async (load: OwnLoad) => {
        if (load.kind !== 'write') throw new Error('corosync orders messages; it has no reads')
        this.#begun ??= this.#load(active, load).finally(() => {
          this.#begun = undefined
        })
        const loads = await this.#begun
        const own = loads[member]
        if (own === undefined) throw new Error(`there is no member ${member}`)
        return await own.recording(load.kind)
      },
    }))
  }

  processorTimes() {
    const sum = (pids: readonly (number | undefined)[]): number =>
      pids.reduce<number>((total, pid) => total + (pid === undefined ? 0 : processorMs(pid)), 0)
    return {
      daemons: sum(this.#daemons.map(({ pid }) => pid)),
      clients: sum(this.#loads.map(({ pid }) => pid)),
    }
  }

  async stop(): Promise<void> {
    for (const load of this.#loads) load.stop()
    await Promise.all(this.#daemons.map((daemon) => daemon.stop()))
  }

  lastWords(): string {
    return this.#daemons.map((daemon) => daemon.lastWords()).join('\n')
  }

  /** A client at each member, those of `active` submitting; resolves when all have ended. */
  async #load(
    active: readonly number[],
    { outstanding, sizeBytes, warmUpMs, measuredMs }: Omit<OwnLoad, 'kind'>,
  ): Promise<readonly LoadProcess[]> {
    const { length } = this.#daemons
    this.#loads = this.#daemons.map((_, member) => {
      const own = active.includes(member) ? outstanding : 0
      const words = [`${this.#dir}/cpg-load`, length, own, sizeBytes, warmUpMs, measuredMs]
      return new LoadProcess(this.#network.inside(member, `exec ${words.join(' ')}`))
    })
    const loads = this.#loads
    try {
      await Promise.all(loads.map((load) => load.recording('write')))
      return loads
    } finally {
      for (const load of loads) load.stop()
    }
  }
}

/** Its defaults, but for what is compared: signed, not encrypted. */
function configuration(
  addresses: readonly string[],
  dir: string,
  transport: CorosyncTransport,
): string {
  const nodes = addresses.map(
    (address, member) =>
      `  node {\n    ring0_addr: ${address}\n    name: member${member}\n    nodeid: ${member + 1}\n  }`,
  )
  return [
    'totem {',
    '  version: 2',
    '  cluster_name: agora-bench',
    `  transport: ${transport}`,
    ...(transport === 'knet'
      ? ['  crypto_cipher: none', '  crypto_hash: sha256', `  keyfile: ${dir}/authkey`]
      : []),
    '}',
    'nodelist {',
    ...nodes,
    '}',
    'quorum {\n  provider: corosync_votequorum\n}',
    'logging {\n  to_stderr: yes\n  to_logfile: no\n  to_syslog: no\n}',
    '',
  ].join('\n')
}

function compileLoad(program: string): void {
  const { status, stderr, error } = spawnSync(
    'gcc',
    ['-O2', '-o', program, assetPath(loadSource), '-lcpg'],
    { encoding: 'utf8' },
  )
  if (status === 0) return
  throw new Error(
    `the client of corosync cannot be compiled (${error?.message ?? stderr.trim()}). ` +
      'It takes gcc and libcpg-dev (Debian, Ubuntu: apt-get install gcc libcpg-dev).',
  )
}
