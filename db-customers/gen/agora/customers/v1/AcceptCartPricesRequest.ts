// Original file: db-customers/customers.proto

import type { WriteContext as _agora_customers_v1_WriteContext, WriteContext__Output as _agora_customers_v1_WriteContext__Output } from '../../../agora/customers/v1/WriteContext.ts';
import type { CartLine as _agora_customers_v1_CartLine, CartLine__Output as _agora_customers_v1_CartLine__Output } from '../../../agora/customers/v1/CartLine.ts';

export interface AcceptCartPricesRequest {
  'context'?: (_agora_customers_v1_WriteContext | null);
  'tokenHash'?: (Buffer | Uint8Array | string);
  'prices'?: (_agora_customers_v1_CartLine)[];
}

export interface AcceptCartPricesRequest__Output {
  'context': (_agora_customers_v1_WriteContext__Output | null);
  'tokenHash': (Buffer);
  'prices': (_agora_customers_v1_CartLine__Output)[];
}
