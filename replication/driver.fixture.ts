/** Scripted parts around a Driver, for its tests: things complete when the test says so. */
import type { Deadline } from '../common/deadline.ts'
import { type MemberId, memberId } from '../common/member.ts'
import { Driver } from './driver.ts'
import type { DriverHooks, DriverLimits } from './driver-options.ts'
import type { Clock, LogStorage, Transport } from './ports.ts'
import type {
  ActionId,
  Completed,
  Delivered,
  LogWrite,
  MessageCodec,
  ProposalId,
  ProtocolCore,
  Ready,
} from './protocol.ts'
import { emptyReady } from './protocol.ts'
import type {
  CommandCodec,
  GroupAction,
  LogIndex,
  Ordered,
  Position,
  StateMachine,
} from './replicated-log.ts'

export class ManualClock implements Clock {
  #nowMs = 0
  readonly #timers = new Set<{ intervalMs: number; nextMs: number; action: () => void }>()

  nowMs(): number {
    return this.#nowMs
  }

  nowUnixMs(): number {
    return 1_000_000 + this.#nowMs
  }

  every(intervalMs: number, action: () => void): { cancel(): void } {
    const timer = { intervalMs, nextMs: this.#nowMs + intervalMs, action }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer) }
  }

  get timers(): number {
    return this.#timers.size
  }

  pass(durationMs: number): void {
    const untilMs = this.#nowMs + durationMs
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.nextMs - b.nextMs)[0]
      if (next === undefined || next.nextMs > untilMs) break
      this.#nowMs = next.nextMs
      next.nextMs += next.intervalMs
      next.action()
    }
    this.#nowMs = untilMs
  }

  deadlineIn(durationMs: number): Deadline {
    return { atUnixMs: this.nowUnixMs() + durationMs }
  }
}

/** A promise that a test settles. */
export type Pending<T> = {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

function pending<T>(): Pending<T> {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue
    reject = onError
  })
  return { promise, resolve, reject }
}

/** Does what the script says, and notes every input in `journal`. */
export class ScriptedCore implements ProtocolCore<string> {
  readonly journal: string[]
  readonly script: Ready<string>[] = []
  readonly proposals: ProposalId[] = []
  unavailable: string | undefined
  #taking = false

  constructor(journal: string[]) {
    this.journal = journal
  }

  willSay(ready: Partial<Ready<string>>): void {
    this.script.push({ ...emptyReady, ...ready })
  }

  tick(): void {
    this.#note('tick')
  }

  receive(from: MemberId, message: string): void {
    if (message === 'explode') throw new Error('an invariant of the core')
    this.#note(`receive ${message} from ${from}`)
  }

  propose({ id, payload }: { readonly id: ProposalId; readonly payload: Uint8Array }): void {
    this.proposals.push(id)
    this.#note(`propose ${id} ${textOf(payload)}`)
  }

  abandon(id: number, kind: 'proposal' | 'barrier'): void {
    this.#note(`abandon ${kind} ${id}`)
  }

  readBarrier(id: number): void {
    this.#note(`readBarrier ${id}`)
  }

  administer(id: ActionId, { kind }: GroupAction): void {
    this.#note(`administer ${kind} as ${id}`)
  }

  stepAside(): void {
    this.#note('step aside')
  }

  mayStop(): boolean {
    return true
  }

  takeReady(): Ready<string> | undefined {
    this.#taking = true
    const ready = this.script.shift()
    this.#taking = false
    if (ready !== undefined) this.journal.push('ready')
    return ready
  }

  advance(done: Completed): void {
    const index = done.kind === 'fetched' ? done.position.index : 'index' in done ? done.index : ''
    this.#note(`advance ${done.kind} ${index}`.trimEnd())
  }

  unavailableReason(): string | undefined {
    return this.unavailable
  }

  status(): ReturnType<ProtocolCore<string>['status']> {
    const heard = { lastHeardTicksAgo: 3, details: {} }
    return {
      members: [
        { id: memberId(0), ...heard },
        { id: memberId(1), ...heard },
      ],
      protocolDetails: { scripted: true },
    }
  }

  #note(input: string): void {
    if (this.#taking) throw new Error('takeReady was entered again')
    this.journal.push(input)
  }
}

export const textCodec: CommandCodec<string> & MessageCodec<string> = {
  encode: (text) => new TextEncoder().encode(text),
  decode(bytes) {
    const text = textOf(bytes)
    if (text === 'malformed') throw new Error('malformed message')
    return text
  },
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

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
      reload: async () => ({ index: 0 as LogIndex, context: undefined }),
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
      load: async () => ({ meta: undefined, entries: [] }),
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
