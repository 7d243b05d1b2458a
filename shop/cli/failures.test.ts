import { describe, expect, it } from 'vitest'
import { ApiProblem } from '../api-problem.ts'
import { hintFor } from './failures.ts'

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
