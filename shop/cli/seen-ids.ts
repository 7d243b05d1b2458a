/**
 * The ids that were shown, for completion: here at the prompt, and in shells, which read them from a file
 * (mode 0600, per role and profile) without starting anything. It must not know who shows them.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** As operands are called in help: `item`, `purchase`, `seller`. */
const kinds = ['item', 'purchase', 'seller'] as const
export type IdKind = (typeof kinds)[number]

/** Of each kind, those seen last. */
export const idsMost = 100
/** A shell makes words of them: nothing that it could take for more than a word. */
const plainId = /^[\w-]{1,64}$/

export class SeenIds {
  readonly #path: string
  readonly #ids = new Map<string, readonly string[]>()
  #isLoaded = false
  #fresh: (readonly [IdKind, string])[] = []

  constructor(path: string) {
    this.#path = path
  }

  add(kind: IdKind, id: string): void {
    if (!plainId.test(id)) return
    this.#load()
    this.#put(kind, id)
    this.#fresh.push([kind, id])
  }

  /** The one seen last comes first, over all runs. */
  of(kind: string): readonly string[] {
    this.#load()
    return this.#ids.get(kind) ?? []
  }

  /** Writes down what was added; what others wrote meanwhile stays. Throws what the file system says. */
  keep(): void {
    if (this.#fresh.length === 0) return
    this.#isLoaded = false
    this.#load()
    for (const [kind, id] of this.#fresh) this.#put(kind, id)
    this.#fresh = []
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
    const draft = `${this.#path}.${process.pid}`
    writeFileSync(draft, this.#lines(), { mode: 0o600 })
    renameSync(draft, this.#path)
  }

  /** Whoever comes next has bought other things. */
  forget(): void {
    this.#ids.clear()
    this.#fresh = []
    rmSync(this.#path, { force: true })
  }

  #put(kind: string, id: string): void {
    const others = (this.#ids.get(kind) ?? []).filter((one) => one !== id)
    this.#ids.set(kind, [id, ...others].slice(0, idsMost))
  }

  /** `kind ␉ id` lines, newest first. */
  #lines(): string {
    const lines = kinds.flatMap((kind) => this.of(kind).map((id) => `${kind}\t${id}\n`))
    return lines.join('')
  }

  #load(): void {
    if (this.#isLoaded) return
    this.#isLoaded = true
    this.#ids.clear()
    for (const line of readText(this.#path).split('\n').reverse()) {
      const [kind = '', id = ''] = line.split('\t')
      if (kinds.some((one) => one === kind) && plainId.test(id)) this.#put(kind, id)
    }
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
