/**
 * A sign of life while something takes its time: after a second, one line on stderr that turns and
 * counts, gone when it is over. Nothing where stderr is no terminal.
 */
import type { WriteStream } from 'node:tty'
import { styled } from './style.ts'

const SHOWN_AFTER_MS = 1_000
const FRAME_MS = 100
const frames = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const wipe = '\r\u001b[K'

type Wait = { readonly text: () => string; readonly sinceMs: number }

export class ProgressLine {
  readonly #stream: WriteStream
  readonly #waits = new Set<Wait>()
  #timer: NodeJS.Timeout | undefined
  #isShown = false

  constructor(stream: WriteStream) {
    this.#stream = stream
  }

  /** `text` is asked again for each frame. The caller calls what is returned when it is over. */
  begin(text: () => string): () => void {
    if (!this.#stream.isTTY) return () => undefined
    const wait = { text, sinceMs: performance.now() }
    this.#waits.add(wait)
    this.#timer ??= setInterval(() => this.#draw(), FRAME_MS)
    return () => {
      this.#waits.delete(wait)
      if (this.#waits.size === 0) this.stop()
    }
  }

  /** Whatever is still waited for: nothing of it is shown any more. */
  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#waits.clear()
    this.wipe()
  }

  /** Makes room for a line of somebody else; the next frame comes below it. */
  wipe(): void {
    if (this.#isShown) this.#stream.write(wipe)
    this.#isShown = false
  }

  /** The one that takes longest, where several are waited for. */
  #draw(): void {
    const [oldest] = this.#waits
    if (oldest === undefined) return
    const elapsedMs = performance.now() - oldest.sinceMs
    if (elapsedMs < SHOWN_AFTER_MS) return
    const frame = frames[Math.floor(elapsedMs / FRAME_MS) % frames.length] ?? ''
    const line = `${frame} ${oldest.text()} · ${Math.floor(elapsedMs / 1_000)} s`
    // A line that wraps cannot be wiped.
    const shown = line.slice(0, this.#stream.columns - 1)
    this.#stream.write(`${wipe}${styled('stderr', 'dim', shown)}`)
    this.#isShown = true
  }
}

/** There is one terminal. */
export const progress = new ProgressLine(process.stderr)
