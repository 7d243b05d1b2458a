import { describe, expect, test } from 'vitest'
import {
  isLegalTransition,
  isOpen,
  type PurchaseState,
  purchaseStates,
  purchaseTransitions,
} from './purchase-states.ts'

function reachableFrom(start: PurchaseState): Set<PurchaseState> {
  const reached = new Set<PurchaseState>([start])
  for (const state of reached) {
    for (const next of purchaseTransitions[state]) reached.add(next)
  }
  return reached
}

describe('the states of a purchase', () => {
  test('every state is reachable from pending, and every state can end', () => {
    expect([...reachableFrom('pending')].sort()).toEqual([...purchaseStates].sort())
    for (const state of purchaseStates) {
      expect([...reachableFrom(state)].some((reached) => !isOpen(reached))).toBe(true)
    }
  })

  test('after the charge there is no way to fail', () => {
    expect([...reachableFrom('paid')].sort()).toEqual(['completed', 'paid'])
  })

  test('what is being released is never completed', () => {
    expect(reachableFrom('releasing').has('completed')).toBe(false)
  })

  test('a state does not follow itself: a repeat is no transition', () => {
    for (const state of purchaseStates) expect(isLegalTransition(state, state)).toBe(false)
  })
})
