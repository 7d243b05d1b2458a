// Original file: db-customers/customers.proto

import type { WriteContext as _agora_customers_v1_WriteContext, WriteContext__Output as _agora_customers_v1_WriteContext__Output } from '../../../agora/customers/v1/WriteContext.ts';
import type { Money as _agora_customers_v1_Money, Money__Output as _agora_customers_v1_Money__Output } from '../../../agora/customers/v1/Money.ts';
import type { Long } from '@grpc/proto-loader';

export interface AddToCartRequest {
  'context'?: (_agora_customers_v1_WriteContext | null);
  'tokenHash'?: (Buffer | Uint8Array | string);
  'itemId'?: (string);
  'quantity'?: (number | string | Long);
  'price'?: (_agora_customers_v1_Money | null);
  'available'?: (number | string | Long);
}

export interface AddToCartRequest__Output {
  'context': (_agora_customers_v1_WriteContext__Output | null);
  'tokenHash': (Buffer);
  'itemId': (string);
  'quantity': (number);
  'price': (_agora_customers_v1_Money__Output | null);
  'available': (number);
}
