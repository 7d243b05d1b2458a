import { afterEach, expect, it, vi } from 'vitest'
import { progress } from '../../platform/terminal/progress.ts'
import { printResult } from './output.ts'

afterEach(() => vi.restoreAllMocks())

it('a result does not begin behind a sign of life', () => {
  const done: string[] = []
  vi.spyOn(progress, 'wipe').mockImplementation(() => void done.push('wiped'))
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    done.push(String(text))
    return true
  })
  printResult({ json: false }, {}, 'Bought.')
  printResult({ json: true }, { id: 1 }, '')
  expect(done).toEqual(['wiped', 'Bought.\n', 'wiped', '{"id":1}\n'])
})
