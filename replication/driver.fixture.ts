/** Scripted parts around a Driver, for its tests: things complete when the test says so. */
import { expect } from 'vitest'
import { type MemberId, memberId } from '../common/member.ts'
import { Driver } from './driver.ts'
import type { DriverHooks, DriverLimits } from './driver-options.ts'
import { ManualClock, type Pending, pending } from './manual-clock.fixture.ts'
import type { LogStorage, StateTransfer, Transport } from './ports.ts'
import type { Delivered, FetchState, LogWrite, ProposalId } from './protocol.ts'
import type { LogIndex, Ordered, Position, StateMachine } from './replicated-log.ts'
import { ScriptedCore, textCodec, textOf } from './scripted-core.fixture.ts'

export function delivered(
  index: number,
  ...commands: readonly { readonly text: string; readonly proposal?: ProposalId | undefined }[]
): Delivered {
  return {
    index: index as LogIndex,
    commands: commands.map(({ text, proposal }) => ({ proposal, payload: textCodec.encode(text) })),
    context: textCodec.encode(`context ${index}`),
  }
}

export function logWrite(...indexes: readonly number[]): LogWrite {
  return {
    entries: indexes.map((index) => ({ index: index as LogIndex, bytes: new Uint8Array([index]) })),
    truncateFrom: undefined,
    meta: undefined,
  }
}

/** Everything around one driver; `journal` is what happened, in order. */
export class Rig {
  readonly journal: string[] = []
  readonly clock = new ManualClock()
  readonly core = new ScriptedCore(this.journal)
  readonly writes: (Pending<void> & { readonly write: LogWrite })[] = []
  readonly trims: Pending<void>[] = []
  readonly fetches: (Pending<Position> & { readonly signal: AbortSignal })[] = []
  fetchesEndAllTheSame = false
  readonly installs: Pending<void>[] = []
  /** What is found in log and database after an install. */
  installed = { logged: 0, position: 0 }
  readonly batches: (Pending<string[]> & { readonly batch: readonly Ordered<string>[] })[] = []
  readonly fatal: unknown[] = []
  readonly driver: Driver<string, string, string>
  receive: (from: MemberId, message: Uint8Array) => void = () => undefined
  readonly #deferred: (() => void)[] = []

  constructor(options: { limits?: Partial<DriverLimits>; hooks?: Partial<DriverHooks> } = {}) {
    this.driver = new Driver<string, string, string>({
      protocol: 'raft',
      self: memberId(0),
      core: this.core,
      codec: textCodec,
      commands: textCodec,
      stateMachine: this.#stateMachine(),
      storage: this.#storage(),
      transport: this.#transport(),
      transfer: this.#transfer(),
      onPeers: (peers) => void this.journal.push(`told of ${peers.length} peers`),
      random: { next: () => 1, integer: (min) => min },
      clock: this.clock,
      tickMs: 10,
      appliedIndex: 0 as LogIndex,
      onFatal: (error) => void this.fatal.push(error),
      defer: (action) => void this.#deferred.push(action),
      ...options,
    })
  }

  /** One later turn of the event loop, and everything that is resolved by then. */
  async turn(): Promise<void> {
    await settled()
    for (const action of this.#deferred.splice(0)) action()
    await settled()
  }

  /** Turns until nothing is left to do. */
  async quiet(): Promise<void> {
    await settled()
    while (this.#deferred.length > 0) await this.turn()
  }

  /** What was noted since the last time. */
  news(): string[] {
    return this.journal.splice(0)
  }

  async persisted(): Promise<void> {
    this.writes.shift()?.resolve()
    await this.quiet()
  }

  async applied(): Promise<void> {
    const one = this.batches.shift()
    one?.resolve(one.batch.map(({ index, command }) => `${command}@${index}`))
    await this.quiet()
  }

  #stateMachine(): StateMachine<string, string> {
    return {
      position: async () => ({ index: 0 as LogIndex, context: undefined }),
      reload: async () => {
        this.journal.push('reload')
        return { index: this.installed.position as LogIndex, context: undefined }
      },
      apply: (batch, upTo: Position) => {
        this.journal.push(
          `apply [${batch.map((one) => one.command).join(' ')}] up to ${upTo.index}`,
        )
        const one = { ...pending<string[]>(), batch }
        this.batches.push(one)
        return one.promise
      },
    }
  }

  #storage(): LogStorage {
    return {
      load: async () => {
        const { logged } = this.installed
        return { meta: undefined, entries: logWrite(...Array(logged).keys()).entries }
      },
      write: (write) => {
        const indexes = write.entries.map((entry) => entry.index)
        this.journal.push(`write [${indexes.join(' ')}]${write.meta === undefined ? '' : ' meta'}`)
        const one = { ...pending<void>(), write }
        this.writes.push(one)
        return one.promise
      },
      trim: (index) => {
        this.journal.push(`trim ${index}`)
        const one = pending<void>()
        this.trims.push(one)
        return one.promise
      },
      close: async () => void this.journal.push('storage closed'),
    }
  }

  #transfer(): StateTransfer {
    return {
      fetch: ({ from, atLeast }: FetchState, signal) => {
        this.journal.push(`fetch ${atLeast} from ${from.join(' ')}`)
        const one = { ...pending<Position>(), signal }
        this.fetches.push(one)
        signal.addEventListener('abort', () => {
          this.journal.push('fetch aborted')
          if (!this.fetchesEndAllTheSame) one.reject(new Error('aborted'))
        })
        return one.promise
      },
      install: (meta) => {
        this.journal.push(`install ${textOf(meta)}`)
        const one = pending<void>()
        this.installs.push(one)
        return one.promise
      },
      close: async () => void this.journal.push('transfer closed'),
    }
  }

  #transport(): Transport {
    return {
      send: (to, bytes) => void this.journal.push(`send ${textOf(bytes)} to ${to}`),
      setPeers: (peers) => void this.journal.push(`peers ${peers.map(({ id }) => id).join(' ')}`),
      broadcast: (bytes) => void this.journal.push(`broadcast ${textOf(bytes)}`),
      onMessage: (receive) => {
        this.receive = receive
      },
      close: async () => void this.journal.push('transport closed'),
    }
  }
}

/** Long enough for every promise chain of the driver to run through. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 20; round += 1) await Promise.resolve()
}

/** A driver that has nothing to do. */
export async function started(...options: ConstructorParameters<typeof Rig>): Promise<Rig> {
  const rig = new Rig(...options)
  await rig.quiet()
  rig.news()
  return rig
}

/** What a promise has become by now. */
export async function stateOf(promise: Promise<unknown>): Promise<unknown> {
  let state: unknown = 'waiting'
  promise.then(
    (value) => {
      state = value
    },
    (error: unknown) => {
      state = error
    },
  )
  await settled()
  return state
}

export function appError(code: string, definite: boolean, message = /./): unknown {
  return expect.objectContaining({ code, definite, message: expect.stringMatching(message) })
}
