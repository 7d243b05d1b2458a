// Original file: db-customers/customers.proto

export const PurchaseState = {
  PURCHASE_STATE_UNSPECIFIED: 'PURCHASE_STATE_UNSPECIFIED',
  PENDING: 'PENDING',
  RESERVED: 'RESERVED',
  PAID: 'PAID',
  COMPLETED: 'COMPLETED',
  RELEASING: 'RELEASING',
  FAILED: 'FAILED',
} as const;

export type PurchaseState =
  | 'PURCHASE_STATE_UNSPECIFIED'
  | 0
  | 'PENDING'
  | 1
  | 'RESERVED'
  | 2
  | 'PAID'
  | 3
  | 'COMPLETED'
  | 4
  | 'RELEASING'
  | 5
  | 'FAILED'
  | 6

export type PurchaseState__Output = typeof PurchaseState[keyof typeof PurchaseState]
