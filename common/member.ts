import type { Brand } from './brand.ts'

/** A configured member of a group: 0..N-1, from CUSTOMER_DBS or PRODUCT_DBS. */
export type MemberId = Brand<number, 'MemberId'>

export function memberId(value: number): MemberId {
  return value as MemberId
}
