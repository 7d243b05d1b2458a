// Original file: db-products/products.proto

export const Condition = {
  CONDITION_UNSPECIFIED: 'CONDITION_UNSPECIFIED',
  NEW: 'NEW',
  USED: 'USED',
} as const;

export type Condition =
  | 'CONDITION_UNSPECIFIED'
  | 0
  | 'NEW'
  | 1
  | 'USED'
  | 2

export type Condition__Output = typeof Condition[keyof typeof Condition]
