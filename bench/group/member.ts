/** One member of a measured group: its process, its PostgreSQL, its data, and a client to it. */
import { rm } from 'node:fs/promises'
import pg from 'pg'
import type { Member } from '../../common/host-port.ts'
import { clientConfig } from '../../platform/postgres/connections.ts'
import { removePostgresData, stopPostgresIn } from '../../platform/postgres/embedded.ts'
import { findPlace } from '../../platform/postgres/places.ts'
import { findPostmaster } from '../../platform/postgres/postmaster.ts'
import { isAlive, waitFor } from '../../platform/postgres/processes.ts'
import { createMemberClient, type MemberClient } from './member-client.ts'
import { MemberProcess, type ProcessPlan } from './member-process.ts'
import { childrenOf, familyProcessorMs, processorMs } from './processor-time.ts'

export type MemberPlan = ProcessPlan & {
  readonly member: Member
  /** Of this member alone. */
  readonly dataDir: string
  readonly secret: string
}

const killedWithinMs = 10_000

export class GroupMember extends MemberProcess {
  readonly address: Member
  readonly client: MemberClient
  readonly #dataDir: string
  readonly #secret: string

  constructor(plan: MemberPlan) {
    super(plan)
    this.address = plan.member
    this.#dataDir = plan.dataDir
    this.#secret = plan.secret
    this.client = createMemberClient(plan.member, plan)
  }

  /**
   * A client that never takes silence for a broken connection: what it asks a paused member lies
   * there until it goes on. Whoever asks for it closes it.
   */
  patientClient(): MemberClient {
    return createMemberClient(this.address, { secret: this.#secret, isPatient: true })
  }

  /** kill -9 of its PostgreSQL as well: what a machine does that loses power, all but the disk's cache. */
  async killWithDatabase(): Promise<void> {
    await (await this.aimToKill())()
  }

  /**
   * All that takes time before killWithDatabase(), so that what is returned kills everything at
   * once, and resolves when it is gone.
   */
  async aimToKill(): Promise<() => Promise<void>> {
    const server = await this.#postmaster()
    const pids = server === undefined ? [] : [server.pid, ...childrenOf(server.pid)]
    return async () => {
      const gone = this.kill()
      // Again: a connection that was opened in the meantime has a process of its own.
      const late = server === undefined ? [] : childrenOf(server.pid)
      const all = [...new Set([...pids, ...late])]
      for (const pid of all) killHard(pid)
      await gone
      const areGone = await waitFor(() => !all.some(isAlive), { timeoutMs: killedWithinMs })
      if (!areGone) throw new Error(`PostgreSQL of member ${this.address.id} outlives a SIGKILL`)
    }
  }

  /** Loses its disk; it must not run. start() then finds nothing. */
  async wipe(): Promise<void> {
    if (this.pid !== undefined) throw new Error('only a member that does not run is wiped')
    await removePostgresData(this.#dataDir)
    await rm(this.#dataDir, { recursive: true, force: true })
  }

  /** A connection to its PostgreSQL, past the replica; whoever asks for it ends it. */
  async connect(): Promise<pg.Client> {
    const server = await this.#postmaster()
    if (server === undefined) throw new Error(`no PostgreSQL of member ${this.address.id} runs`)
    const target = { kind: 'socket', socketDir: server.socketDir } as const
    const connection = new pg.Client(clientConfig(target, 'bench'))
    await connection.connect()
    return connection
  }

  /** In order; its PostgreSQL as well, which a kill leaves behind. */
  override async stop(): Promise<void> {
    await super.stop()
    await stopPostgresIn(this.#dataDir)
  }

  /** Stops, deletes everything, closes the client. */
  async remove(): Promise<void> {
    await this.stop()
    await this.wipe()
    this.client.close()
  }

  /** Used so far by the process, and by its PostgreSQL. */
  async processorMs(): Promise<{ readonly replica: number; readonly database: number }> {
    const server = await this.#postmaster()
    return {
      replica: this.pid === undefined ? 0 : processorMs(this.pid),
      database: server === undefined ? 0 : familyProcessorMs(server.pid),
    }
  }

  async #postmaster() {
    const place = await findPlace(this.#dataDir)
    return place === undefined ? undefined : await findPostmaster(place)
  }
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
