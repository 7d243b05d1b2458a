import { PassThrough } from 'node:stream'
import type { WriteStream } from 'node:tty'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ProgressLine } from './progress.ts'

function screen({ isTTY }: { isTTY: boolean }) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 30 })
  const text = (): string => String(stream.read() ?? '')
  return { line: new ProgressLine(stream as unknown as WriteStream), text }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a progress line', () => {
  it('comes after a second, counts, fits the terminal, and is wiped', () => {
    const { line, text } = screen({ isTTY: true })
    const end = line.begin(() => 'Waiting for something that has a long name')
    vi.advanceTimersByTime(900)
    expect(text()).toBe('')
    vi.advanceTimersByTime(2_200)
    const shown = text()
    for (const frame of shown.split('\r')) {
      expect(stripVTControlCharacters(frame).length).toBeLessThan(30)
    }
    expect(shown).toContain('Waiting for something')
    end()
    expect(text()).toBe('\r\u001b[K')
    vi.advanceTimersByTime(5_000)
    expect(text()).toBe('')
  })

  it('makes room for a line and comes back below it', () => {
    const { line, text } = screen({ isTTY: true })
    line.begin(() => 'Waiting')
    vi.advanceTimersByTime(1_100)
    text()
    line.wipe()
    expect(text()).toBe('\r\u001b[K')
    vi.advanceTimersByTime(100)
    expect(text()).toContain('Waiting · 1 s')
    line.stop()
  })

  it('goes on until the last of several waits is over', () => {
    const { line, text } = screen({ isTTY: true })
    const endFirst = line.begin(() => 'first')
    const endSecond = line.begin(() => 'second')
    vi.advanceTimersByTime(1_100)
    expect(text()).toContain('first')
    endFirst()
    vi.advanceTimersByTime(100)
    expect(text()).toContain('second')
    endSecond()
    text()
    vi.advanceTimersByTime(1_000)
    expect(text()).toBe('')
  })

  it('is nothing where there is no terminal', () => {
    const { line, text } = screen({ isTTY: false })
    line.begin(() => 'Waiting')
    vi.advanceTimersByTime(5_000)
    expect(text()).toBe('')
  })
})
