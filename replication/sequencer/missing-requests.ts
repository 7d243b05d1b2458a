/** The requests that held sequence messages name and that this member does not hold, by k. */
import { assert } from '../../common/assert.ts'
import type { RequestId } from './message.ts'
import { requestKey } from './message.ts'
import type { GlobalSequence } from './view.ts'

export type MissingRequest = { readonly id: RequestId; readonly k: GlobalSequence }

export class MissingRequests {
  readonly #byId = new Map<string, MissingRequest>()
  readonly #countOf = new Map<GlobalSequence, number>()

  has(id: RequestId): boolean {
    return this.#byId.size > 0 && this.#byId.has(requestKey(id))
  }

  /** Nothing that k names is missing. */
  isWhole(k: GlobalSequence): boolean {
    return !this.#countOf.has(k)
  }

  add(id: RequestId, k: GlobalSequence): void {
    this.#byId.set(requestKey(id), { id, k })
    this.#countOf.set(k, (this.#countOf.get(k) ?? 0) + 1)
  }

  /** It is held now. False: it was not missing. */
  remove(id: RequestId): boolean {
    if (this.#byId.size === 0) return false
    const key = requestKey(id)
    const missing = this.#byId.get(key)
    if (missing === undefined) return false
    this.#byId.delete(key)
    const left = (this.#countOf.get(missing.k) ?? 0) - 1
    assert(left >= 0, 'a missing request is counted')
    if (left > 0) this.#countOf.set(missing.k, left)
    else this.#countOf.delete(missing.k)
    return true
  }

  /** Those that have been missing longest. */
  first(max: number): MissingRequest[] {
    const missing: MissingRequest[] = []
    for (const one of this.#byId.values()) {
      if (missing.length >= max) break
      missing.push(one)
    }
    return missing
  }

  clear(): void {
    this.#byId.clear()
    this.#countOf.clear()
  }
}
