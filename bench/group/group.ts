/**
 * A whole group of real processes for a measurement or a drill: each member with its own PostgreSQL
 * and its own durable log, on ports and in a directory of their own. It must not know the protocol:
 * that is in the program it is told to start.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../common/errors.ts'
import { formatHostPort, type Member } from '../../common/host-port.ts'
import { memberId } from '../../common/member.ts'
import { assetPath } from '../../platform/assets.ts'
import { processEnvironment } from '../../platform/config.ts'
import { GroupOperator } from '../../replication/operator/client.ts'
import type { GroupStatus } from '../../replication/replicated-log.ts'
import { GroupMember } from './member.ts'
import type { ApplyMode } from './state-machines.ts'

export type GroupProtocol = {
  /** Compiled, in the package: what a member runs. */
  readonly program: string
  /** Of replicas, and hence of their directories: `products`. */
  readonly group: 'customers' | 'products'
  /** The configuration variable that names the members. */
  readonly membersVariable: 'CUSTOMER_DBS' | 'PRODUCT_DBS'
  /** Whether one member does more than the others. */
  readonly isLed: boolean
  /**
   * Whether the member that says this orders writes without asking another one, as far as it knows:
   * the leader, or where nobody leads every member of the view.
   */
  ordersWrites(status: GroupStatus): boolean
  /** The first index that the log of the member that says this still holds. */
  logBegins(status: GroupStatus): number
  /** Another value after every election or change of view, as the member that says this knows it. */
  epoch(status: GroupStatus): unknown
}

export type GroupOptions = {
  readonly members: number
  readonly apply: ApplyMode
  /** Members take it and every fifth port above it. */
  readonly basePort: number
  /** Where the group's own directory is made. Default: the system's place for temporary things. */
  readonly parentDir?: string | undefined
  /** Every process leaves a profile of its processor time there when it ends. */
  readonly cpuProfDir?: string | undefined
  readonly environment?: Readonly<Record<string, string>> | undefined
  /** Further ones of the member's program, as in `--no-durability`. */
  readonly memberArguments?: readonly string[]
  readonly signal?: AbortSignal | undefined
}

const readyTimeoutMs = 60_000
const pollMs = 20

export class Group {
  readonly members: readonly GroupMember[]
  readonly #protocol: GroupProtocol
  readonly #dir: string
  readonly #secret = randomBytes(24).toString('hex')

  private constructor(protocol: GroupProtocol, options: GroupOptions) {
    this.#protocol = protocol
    this.#dir = mkdtempSync(join(options.parentDir ?? tmpdir(), 'agora-bench-'))
    // PostgreSQL, which does not run as root, has to get through.
    chmodSync(this.#dir, 0o755)
    this.members = planMembers(protocol, options, { dir: this.#dir, secret: this.#secret })
  }

  /** Resolves when the group takes writes and all members serve. Nothing is left when it rejects. */
  static async start(protocol: GroupProtocol, options: GroupOptions): Promise<Group> {
    const group = new Group(protocol, options)
    try {
      for (const member of group.members) member.start()
      await group.leader({ timeoutMs: readyTimeoutMs, signal: options.signal })
      await Promise.all(group.members.map((member) => group.serves(member, options)))
      return group
    } catch (error) {
      await group.remove()
      throw error
    }
  }

  member(id: number): GroupMember {
    const found = this.members.find(({ address }) => address.id === id)
    if (found === undefined) throw new Error(`there is no member ${id}`)
    return found
  }

  /** Undefined when it does not answer. */
  async status(id: number): Promise<GroupStatus | undefined> {
    return await this.member(id).client.status().catch(unlessUnreachable)
  }

  /**
   * The member that leads and takes writes; where nobody leads, the first that takes them. Waits
   * until there is one.
   */
  async leader(
    options: { readonly timeoutMs?: number; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<GroupMember> {
    const { timeoutMs = readyTimeoutMs, signal } = options
    const giveUpAtMs = performance.now() + timeoutMs
    while (performance.now() < giveUpAtMs) {
      const asked = this.members.filter(({ pid }) => pid !== undefined)
      const statuses = await Promise.all(asked.map(({ address }) => this.status(address.id)))
      const place = statuses.findIndex(
        (status) => status?.writable === true && this.#protocol.ordersWrites(status),
      )
      const leader = asked[place]
      if (leader !== undefined) return leader
      this.#requireSomeRunning()
      await sleep(pollMs, undefined, { signal })
    }
    throw new Error(`no member takes writes after ${timeoutMs} ms.\n${this.#lastWords()}`)
  }

  /** The first running member that is not leader(). */
  async follower(): Promise<GroupMember> {
    const leader = await this.leader()
    const other = this.members.find((member) => member !== leader && member.pid !== undefined)
    return other ?? leader
  }

  /** Waits until the member has caught up with what was acknowledged before. */
  async serves(
    member: GroupMember,
    options: { readonly timeoutMs?: number; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    const { timeoutMs = readyTimeoutMs, signal } = options
    const giveUpAtMs = performance.now() + timeoutMs
    while ((await member.client.read().catch(unlessUnreachable)) === undefined) {
      if (member.pid === undefined || performance.now() > giveUpAtMs) {
        throw new Error(`a member does not serve.\n${member.lastWords()}`)
      }
      await sleep(pollMs, undefined, { signal })
    }
  }

  /** How operators reach the group; whoever asks for it closes it. */
  operator(): GroupOperator {
    const members = this.members.map(({ address }) => address)
    return new GroupOperator({ members, secret: this.#secret })
  }

  copyLogs(to: string): void {
    mkdirSync(to, { recursive: true })
    const logs = readdirSync(this.#dir).filter((name) => name.endsWith('.log'))
    for (const name of logs) copyFileSync(join(this.#dir, name), join(to, name))
  }

  /** Stops all processes and deletes all data. */
  async remove(): Promise<void> {
    const removed = await Promise.allSettled(this.members.map((member) => member.remove()))
    rmSync(this.#dir, { recursive: true, force: true })
    for (const one of removed) if (one.status === 'rejected') throw one.reason
  }

  #requireSomeRunning(): void {
    if (this.members.some(({ pid }) => pid !== undefined)) return
    throw new Error(`all members have ended.\n${this.#lastWords()}`)
  }

  #lastWords(): string {
    return this.members.map((member) => member.lastWords()).join('\n')
  }
}

function planMembers(
  protocol: GroupProtocol,
  { members, apply, basePort, cpuProfDir, environment, memberArguments = [] }: GroupOptions,
  { dir, secret }: { readonly dir: string; readonly secret: string },
): GroupMember[] {
  const addresses: Member[] = Array.from({ length: members }, (_, id) => ({
    id: memberId(id),
    host: '127.0.0.1',
    port: basePort + 5 * id,
  }))
  const shared = {
    ...processEnvironment(),
    ...otherAddresses(basePort + 5 * members),
    [protocol.membersVariable]: addresses
      .map((address) => `${address.id}-${formatHostPort(address)}`)
      .join(','),
    CLUSTER_SECRET: secret,
    DATA_DIR: dir,
    DATABASE_URL: '',
    LOG_LEVEL: 'info',
    ...environment,
  }
  if (cpuProfDir !== undefined) mkdirSync(cpuProfDir, { recursive: true })
  return addresses.map((member) => {
    const name = `${protocol.group}-${member.id}`
    return new GroupMember({
      name,
      member,
      secret,
      dataDir: join(dir, name),
      logPath: join(dir, `${name}.log`),
      command: process.execPath,
      arguments: [
        ...profileFlags(name, cpuProfDir),
        '--enable-source-maps',
        assetPath(protocol.program),
        ...['--id', String(member.id), '--apply', apply, ...memberArguments],
      ],
      environment: shared,
    })
  })
}

/** Of what does not run: they must not look as if they wanted the group's ports. */
function otherAddresses(firstPort: number): Record<string, string> {
  const address = (place: number): string => `127.0.0.1:${firstPort + 5 * place}`
  return {
    CUSTOMER_DBS: `0-${address(0)}`,
    PRODUCT_DBS: `0-${address(1)}`,
    SELLER_SERVERS: address(2),
    BUYER_SERVERS: address(3),
    PAYMENT_URL: `http://${address(4)}/payment`,
  }
}

function profileFlags(name: string, dir: string | undefined): string[] {
  if (dir === undefined) return []
  return ['--cpu-prof', `--cpu-prof-dir=${dir}`, `--cpu-prof-name=${name}.cpuprofile`]
}

/** What a member that is down or not ready says; anything else is a bug. */
function unlessUnreachable(error: unknown): undefined {
  if (error instanceof AppError && error.code !== 'INTERNAL') return undefined
  throw error
}
