import { expect, it } from 'vitest'
import { InTurn } from './in-turn.ts'

it('does work of one kind in the order in which it came, failures or not', async () => {
  const inTurn = new InTurn()
  const order: string[] = []
  const work =
    (name: string, fails = false) =>
    async () => {
      order.push(`${name} begins`)
      await new Promise((resolve) => setImmediate(resolve))
      order.push(`${name} ends`)
      if (fails) throw new Error(name)
      return name
    }
  const outcomes = await Promise.allSettled([
    inTurn.run('a', work('a1', true)),
    inTurn.run('a', work('a2')),
    inTurn.run('b', work('b1')),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(order.filter((line) => line.startsWith('a'))).toEqual([
    'a1 begins',
    'a1 ends',
    'a2 begins',
    'a2 ends',
  ])
  expect(order.indexOf('b1 begins')).toBeLessThan(order.indexOf('a1 ends'))
})

it('keeps only so many waiting, and forgets who has left', async () => {
  const inTurn = new InTurn()
  const runs = Array.from({ length: 257 }, () => inTurn.run('a', async () => 'done'))
  const refused = runs.pop()
  await expect(refused).rejects.toMatchObject({ code: 'OVERLOADED' })
  expect(new Set(await Promise.all(runs))).toEqual(new Set(['done']))
  expect(await inTurn.run('a', async () => 'again')).toBe('again')
})
