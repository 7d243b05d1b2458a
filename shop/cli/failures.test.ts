import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { ApiProblem } from '../api-problem.ts'
import { hintFor, reportFailure } from './failures.ts'

const oneShot = { inPrompt: false, role: 'buyer' } as const
const prompt = { inPrompt: true, role: 'buyer' } as const

describe('what to do next', () => {
  it('is written as it is to be typed, at the prompt and outside', () => {
    const problem = new ApiProblem(401, { code: 'UNAUTHENTICATED' })
    expect(hintFor(problem, oneShot)).toBe(
      'Log in: ./agora buyer login NAME   New here: ./agora buyer create-account NAME',
    )
    expect(hintFor(problem, prompt)).toBe('Log in: login NAME   New here: create-account NAME')
  })

  it('names the purchase where the server named it', () => {
    const problem = new ApiProblem(504, { code: 'DEADLINE_EXCEEDED', purchaseId: 'p1' })
    expect(hintFor(problem, prompt)).toBe('How far it is: purchase p1')
    expect(hintFor(new ApiProblem(504, { code: 'DEADLINE_EXCEEDED' }), prompt)).toBeUndefined()
  })

  it('says when to try again', () => {
    expect(hintFor(new ApiProblem(429, { code: 'RATE_LIMITED' }, 12), prompt)).toContain('12 s')
  })

  it('is nothing where the message says it all', () => {
    expect(hintFor(new ApiProblem(409, { code: 'ALREADY_VOTED' }), prompt)).toBeUndefined()
  })
})

describe('a file that a user named', () => {
  it.each([
    ['/nonexistent/password', 2, '/nonexistent/password: there is no such file.'],
    ['/', 1, 'The file: this is a folder.'],
  ])('%s is told without a stack', (path, code, message) => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    let error: unknown
    try {
      readFileSync(path)
    } catch (problem) {
      error = problem
    }
    expect(reportFailure(error, { ...oneShot, json: false })).toBe(code)
    expect(said.mock.calls.join('')).toContain(message)
    said.mockRestore()
  })

  it('a bug is not told but thrown', () => {
    const bug = new TypeError('x is not a function')
    expect(() => reportFailure(bug, { ...oneShot, json: false })).toThrow(bug)
  })
})
