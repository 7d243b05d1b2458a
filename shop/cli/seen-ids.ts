/** The ids that were shown in this session, for completion: the one seen last comes first. */

/** As operands are called in help: `item`, `purchase`, `seller`. */
export type IdKind = 'item' | 'purchase' | 'seller'

const most = 200

export class SeenIds {
  readonly #ids = new Map<string, string[]>()

  add(kind: IdKind, id: string): void {
    const others = (this.#ids.get(kind) ?? []).filter((one) => one !== id)
    this.#ids.set(kind, [id, ...others].slice(0, most))
  }

  of(kind: string): readonly string[] {
    return this.#ids.get(kind) ?? []
  }
}
