// Original file: db-customers/customers.proto

export const Role = {
  ROLE_UNSPECIFIED: 'ROLE_UNSPECIFIED',
  SELLER: 'SELLER',
  BUYER: 'BUYER',
} as const;

export type Role =
  | 'ROLE_UNSPECIFIED'
  | 0
  | 'SELLER'
  | 1
  | 'BUYER'
  | 2

export type Role__Output = typeof Role[keyof typeof Role]
