import { describe, expect, it } from 'vitest'
import { createLanes, createPasswords } from './passwords.ts'

describe('passwords', () => {
  it('are hashed with argon2id, each with a salt of its own', async () => {
    const passwords = await createPasswords({ memoryKib: 64, iterations: 1 })
    const [one, two] = await Promise.all([passwords.hash('same same'), passwords.hash('same same')])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$/)
    expect(one).not.toBe(two)
    expect(await passwords.verify(one, 'same same')).toBe(true)
    expect(await passwords.verify(one, 'same sane')).toBe(false)
    expect(await passwords.verify(undefined, 'same same')).toBe(false)
  })
})

describe('lanes', () => {
  it('run so many at once, keep so many waiting, and refuse the rest', async () => {
    const lanes = createLanes(2, 1)
    const finish: (() => void)[] = []
    const started: number[] = []
    const work = (id: number) => () => {
      started.push(id)
      return new Promise<number>((resolve) => finish.push(() => resolve(id)))
    }
    const runs = [1, 2, 3].map((id) => lanes.run(work(id)))
    await expect(lanes.run(work(4))).rejects.toMatchObject({ code: 'OVERLOADED', definite: true })
    expect(started).toEqual([1, 2])
    finish[0]?.()
    expect(await runs[0]).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(started).toEqual([1, 2, 3])
    finish[1]?.()
    finish[2]?.()
    expect(await Promise.all(runs)).toEqual([1, 2, 3])
  })

  it('are free again after a failure', async () => {
    const lanes = createLanes(1, 0)
    await expect(lanes.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await lanes.run(async () => 1)).toBe(1)
  })
})
