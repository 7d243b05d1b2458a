import { describe, expect, it } from 'vitest'
import { shellWords } from './shell-words.ts'

describe('shellWords', () => {
  it.each([
    ['search red shoe', ['search', 'red', 'shoe']],
    ['  put  "Trail Shoe" --price 19.99 ', ['put', 'Trail Shoe', '--price', '19.99']],
    ['put \'a "b"\' c\\ d', ['put', 'a "b"', 'c d']],
    ['name ""', ['name', '']],
    ['', []],
  ])('splits %j', (line, words) => {
    expect(shellWords(line)).toEqual(words)
  })

  it('says when a quote is left open', () => {
    expect(shellWords('put "Trail')).toBeUndefined()
  })
})
