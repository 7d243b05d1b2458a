import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { download } from './download.ts'
import { bestFirst } from './fetcher.ts'
import { Pace } from './pace.ts'
import { index, madeUp } from './transfer.fixture.ts'

/** `fetch` may fail, lie, or wait; what it gives is stored in memory. */
function rig(
  chunks: number,
  fetch: (number: number, right: Buffer, attempt: number) => Buffer | undefined | Promise<Buffer>,
  {
    patienceMs = 50,
    present = [] as readonly number[],
    pace = new Pace({ bytesPerSecond: 1e9 }),
  } = {},
) {
  const { manifest, contents } = madeUp(chunks)
  const stored = new Map<number, Uint8Array>()
  const abort = new AbortController()
  const asked: number[] = []
  let inFlight = 0
  let inFlightMax = 0
  const end = download({
    manifest,
    patienceMs,
    pace,
    signal: abort.signal,
    incoming: {
      missing: () => contents.map((_, number) => number).filter((n) => !present.includes(n)),
      store: async (number, content) => void stored.set(number, content),
    },
    source: {
      fetchChunk: async (_id, number) => {
        asked.push(number)
        inFlight += 1
        inFlightMax = Math.max(inFlightMax, inFlight)
        await new Promise(setImmediate)
        inFlight -= 1
        const attempt = asked.filter((other) => other === number).length
        return fetch(number, contents[number] ?? Buffer.alloc(0), attempt)
      },
    },
  })
  return { end, stored, contents, asked, abort, inFlightMax: () => inFlightMax }
}

describe('a download', () => {
  it('fetches what is missing, two at a time', async () => {
    const { end, stored, contents, asked, inFlightMax } = rig(20, (_n, right) => right, {
      present: [3, 4],
    })
    expect(await end).toBe('complete')
    expect(asked).toHaveLength(18)
    expect(inFlightMax()).toBe(2)
    for (const [number, content] of stored) expect(content).toEqual(contents[number])
    expect(stored.size).toBe(18)
  })

  it('asks again for what fails or arrives damaged', async () => {
    const { end, stored, contents } = rig(6, (number, right, attempt) => {
      if (number === 2 && attempt === 1) throw new Error('the line broke')
      return number === 4 && attempt === 1 ? Buffer.from('something else') : right
    })
    expect(await end).toBe('complete')
    expect(stored.get(4)).toEqual(contents[4])
    expect(stored.size).toBe(6)
  })

  it('loses its patience with a source from which nothing right comes', async () => {
    const broken = rig(4, () => Promise.reject(new Error('the line broke')))
    await expect(broken.end).rejects.toThrow('the line broke')
    const lying = rig(4, () => Buffer.from('something else'))
    await expect(lying.end).rejects.toThrow(/chunk \d has 14 bytes instead of/)
    expect(lying.stored.size).toBe(0)
  })

  it('loses its patience with a source from which nothing comes at all', async () => {
    const paused = rig(4, (number, right) => (number < 2 ? right : new Promise(() => undefined)))
    const startedAtMs = performance.now()
    await expect(paused.end).rejects.toThrow('it has not answered within 50 ms')
    expect(performance.now() - startedAtMs).toBeLessThan(2_000)
    expect([...paused.stored.keys()]).toEqual([0, 1])
  })

  it('does not take its own pace for silence', async () => {
    let clockMs = 0
    const wait = async (durationMs: number) => {
      clockMs += durationMs
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const pace = new Pace({ bytesPerSecond: 1, nowMs: () => clockMs, wait })
    const { end, stored } = rig(
      6,
      (_number, right, attempt) => {
        if (attempt === 1) throw new Error('the line broke')
        return right
      },
      { patienceMs: 80, pace },
    )
    expect(await end).toBe('complete')
    expect(stored.size).toBe(6)
  })

  it('ends at once when the source has forgotten, and keeps what it has', async () => {
    const { end, stored, asked } = rig(50, (number, right) => (number < 10 ? right : undefined))
    expect(await end).toBe('forgotten')
    expect(stored.size).toBe(10)
    expect(asked.length).toBeLessThanOrEqual(12)
  })

  it('does not try again what the disk refuses', async () => {
    const { end, asked } = rig(4, () => {
      throw Object.assign(new Error('no space'), { syscall: 'write', code: 'ENOSPC' })
    })
    await expect(end).rejects.toThrow('no space')
    expect(asked.length).toBeLessThanOrEqual(2)
  })

  it('ends when it is withdrawn', async () => {
    const { end, abort } = rig(4, () => Promise.reject(new Error('down')), { patienceMs: 60_000 })
    const ended = expect(end).rejects.toThrow('withdrawn')
    setImmediate(() => abort.abort(new Error('withdrawn')))
    await ended
  })
})

describe('sources', () => {
  const ids = (...numbers: number[]) => numbers.map(memberId)
  const wanted = { from: ids(1, 2, 3), atLeast: index(40) }
  const begunAt = (source: number, at: number) => madeUp(1, { source, at }).manifest

  it('are asked in the order given, oneself left out', () => {
    expect(bestFirst(wanted, memberId(2), undefined)).toEqual(ids(1, 3))
  })

  it('begin with the one whose export has come in part, if that is still enough', () => {
    const self = memberId(0)
    expect(bestFirst(wanted, self, begunAt(3, 40))).toEqual(ids(3, 1, 2))
    expect(bestFirst(wanted, self, begunAt(3, 39))).toEqual(ids(1, 2, 3))
    expect(bestFirst(wanted, self, begunAt(4, 40))).toEqual(ids(1, 2, 3))
  })
})
