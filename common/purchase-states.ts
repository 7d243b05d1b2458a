/**
 * The states of a purchase and the one table of transitions between them. The customers group
 * enforces it, the buyer servers drive along it. Pure; it must not know who drives or why.
 *
 *   pending ──▶ reserved ──▶ paid ──▶ completed
 *      │ └──────────┴──▶ releasing ──▶ failed
 *      └─────────────────────────────────▲
 */
export type PurchaseState = 'pending' | 'reserved' | 'paid' | 'completed' | 'releasing' | 'failed'

/** Which states may follow each. Does not compile when a state is missing. */
export const purchaseTransitions = {
  // Nothing is known to be reserved: refused outright, or given up with a tombstone at products.
  pending: ['reserved', 'failed', 'releasing'],
  // Units are set aside: charged, or declined or abandoned and then given back.
  reserved: ['paid', 'releasing'],
  // Money has been taken: there is only forward.
  paid: ['completed'],
  releasing: ['failed'],
  completed: [],
  failed: [],
} as const satisfies Record<PurchaseState, readonly PurchaseState[]>

export const purchaseStates = Object.keys(purchaseTransitions) as readonly PurchaseState[]

export function isLegalTransition(from: PurchaseState, to: PurchaseState): boolean {
  const following: readonly PurchaseState[] = purchaseTransitions[from]
  return following.includes(to)
}

/** Open: somebody has still to drive it. Its cart is locked until then. */
export function isOpen(state: PurchaseState): boolean {
  return purchaseTransitions[state].length > 0
}
