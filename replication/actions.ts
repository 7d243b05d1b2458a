/**
 * The callers of administer() that wait for their action to end, each bounded by its deadline.
 * It must not know what an action does.
 */
import { AppError } from '../common/errors.ts'
import type { DeadlineWheel, Expiring } from './deadline-wheel.ts'
import type { Clock } from './ports.ts'
import type { ActionId, Administered } from './protocol.ts'

type ActionsOptions = { readonly wheel: DeadlineWheel; readonly clock: Clock }

type WaitingAction = Expiring & {
  readonly resolve: () => void
  readonly reject: (error: AppError) => void
}

export class Actions {
  readonly #options: ActionsOptions
  readonly #waiting = new Map<ActionId, WaitingAction>()
  #lastId = 0

  constructor(options: ActionsOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#waiting.size
  }

  /** `waitMs` > 0. */
  add(waitMs: number): { readonly id: ActionId; readonly ended: Promise<void> } {
    this.#lastId += 1
    const id = this.#lastId as ActionId
    const ended = new Promise<void>((resolve, reject) => {
      const { clock, wheel } = this.#options
      const startedAtMs = clock.nowMs()
      const expire = (): void =>
        this.#take(id)?.reject(tooLate(Math.round(clock.nowMs() - startedAtMs)))
      const action = { expiresAtMs: startedAtMs + waitMs, expire, resolve, reject }
      this.#waiting.set(id, action)
      wheel.add(action)
    })
    return { id, ended }
  }

  /** Of an action that nobody waits for any more nothing is said. */
  end({ id, error }: Administered): void {
    const action = this.#take(id)
    if (error === undefined) action?.resolve()
    else action?.reject(new AppError(error.code, error))
  }

  rejectAll(error: AppError): void {
    for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(error)
  }

  #take(id: ActionId): WaitingAction | undefined {
    const action = this.#waiting.get(id)
    if (action === undefined) return undefined
    this.#waiting.delete(id)
    this.#options.wheel.remove(action)
    return action
  }
}

function tooLate(waitedMs: number): AppError {
  const message = `gave up after ${waitedMs} ms: the action may still take effect. Look at the group's status before trying again`
  return new AppError('DEADLINE_EXCEEDED', { definite: false, message })
}
