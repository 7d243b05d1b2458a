// Original file: db-customers/customers.proto

import type { WriteContext as _agora_customers_v1_WriteContext, WriteContext__Output as _agora_customers_v1_WriteContext__Output } from '../../../agora/customers/v1/WriteContext.ts';
import type { Long } from '@grpc/proto-loader';

export interface RemoveFromCartRequest {
  'context'?: (_agora_customers_v1_WriteContext | null);
  'tokenHash'?: (Buffer | Uint8Array | string);
  'itemId'?: (string);
  'quantity'?: (number | string | Long);
}

export interface RemoveFromCartRequest__Output {
  'context': (_agora_customers_v1_WriteContext__Output | null);
  'tokenHash': (Buffer);
  'itemId': (string);
  'quantity': (number);
}
