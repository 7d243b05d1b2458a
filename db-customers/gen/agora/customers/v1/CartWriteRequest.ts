// Original file: db-customers/customers.proto

import type { WriteContext as _agora_customers_v1_WriteContext, WriteContext__Output as _agora_customers_v1_WriteContext__Output } from '../../../agora/customers/v1/WriteContext.ts';

export interface CartWriteRequest {
  'context'?: (_agora_customers_v1_WriteContext | null);
  'tokenHash'?: (Buffer | Uint8Array | string);
}

export interface CartWriteRequest__Output {
  'context': (_agora_customers_v1_WriteContext__Output | null);
  'tokenHash': (Buffer);
}
