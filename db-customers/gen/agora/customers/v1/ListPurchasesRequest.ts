// Original file: db-customers/customers.proto

import type { ReadContext as _agora_customers_v1_ReadContext, ReadContext__Output as _agora_customers_v1_ReadContext__Output } from '../../../agora/customers/v1/ReadContext.ts';
import type { Long } from '@grpc/proto-loader';

export interface ListPurchasesRequest {
  'context'?: (_agora_customers_v1_ReadContext | null);
  'buyerId'?: (number | string | Long);
  'cursor'?: (string);
  'limit'?: (number);
}

export interface ListPurchasesRequest__Output {
  'context': (_agora_customers_v1_ReadContext__Output | null);
  'buyerId': (number);
  'cursor': (string);
  'limit': (number);
}
