// Original file: db-products/products.proto

export const Availability = {
  ALL: 'ALL',
  ON_SALE: 'ON_SALE',
  SOLD_OUT: 'SOLD_OUT',
} as const;

export type Availability =
  | 'ALL'
  | 0
  | 'ON_SALE'
  | 1
  | 'SOLD_OUT'
  | 2

export type Availability__Output = typeof Availability[keyof typeof Availability]
