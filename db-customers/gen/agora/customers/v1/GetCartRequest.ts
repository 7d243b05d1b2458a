// Original file: db-customers/customers.proto

import type { ReadContext as _agora_customers_v1_ReadContext, ReadContext__Output as _agora_customers_v1_ReadContext__Output } from '../../../agora/customers/v1/ReadContext.ts';

export interface GetCartRequest {
  'context'?: (_agora_customers_v1_ReadContext | null);
  'tokenHash'?: (Buffer | Uint8Array | string);
}

export interface GetCartRequest__Output {
  'context': (_agora_customers_v1_ReadContext__Output | null);
  'tokenHash': (Buffer);
}
