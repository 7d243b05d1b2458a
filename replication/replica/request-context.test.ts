import { describe, expect, test } from 'vitest'
import { AppError } from '../../common/errors.ts'
import { requestContextFrom, settle } from './request-context.ts'

const context = { requestId: 'r-1', fingerprint: 'f', keepForADay: true }

function thrownBy(action: () => unknown): AppError {
  try {
    action()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('the context of a command', () => {
  test('carries group time and how long its result is kept', () => {
    expect(requestContextFrom(context, 5_000)).toEqual({
      requestId: 'r-1',
      fingerprint: 'f',
      retention: 'day',
      submittedAtMs: 5_000,
    })
    expect(requestContextFrom({ ...context, keepForADay: false }, 5_000).retention).toBe('brief')
  })

  test('needs a request id that can be kept', () => {
    for (const requestId of ['', 'a b', 'ä', 'x'.repeat(129)]) {
      const error = thrownBy(() => requestContextFrom({ ...context, requestId }, 5_000))
      expect(error.code).toBe('INVALID_ARGUMENT')
      expect(error.fields.map(({ path }) => path)).toEqual(['context.requestId'])
    }
    expect(thrownBy(() => requestContextFrom(null, 5_000)).code).toBe('INVALID_ARGUMENT')
  })

  test('waits for the group to have a time: nothing may be stamped 0', () => {
    const error = thrownBy(() => requestContextFrom(context, 0))
    expect(error).toMatchObject({ code: 'UNAVAILABLE', definite: true })
  })
})

describe('what a command came to', () => {
  test('is its value', () => {
    const applied = { outcome: { ok: true, value: 7 }, replayed: true } as const
    expect(settle(applied)).toEqual({ value: 7, replayed: true })
  })

  test('or its refusal, definite, marked when it is an earlier answer', () => {
    const outcome = { ok: false, code: 'CART_EMPTY', details: { a: 1 } } as const
    const first = thrownBy(() => settle({ outcome, replayed: false }))
    expect(first).toMatchObject({ code: 'CART_EMPTY', definite: true, details: { a: 1 } })
    expect(first.details).not.toHaveProperty('replayed')
    const repeat = thrownBy(() => settle({ outcome, replayed: true }))
    expect(repeat.details).toEqual({ a: 1, replayed: true })
  })
})
