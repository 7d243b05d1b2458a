// Original file: db-customers/customers.proto

import type { ReadContext as _agora_customers_v1_ReadContext, ReadContext__Output as _agora_customers_v1_ReadContext__Output } from '../../../agora/customers/v1/ReadContext.ts';
import type { Long } from '@grpc/proto-loader';

export interface GetPurchaseRequest {
  'context'?: (_agora_customers_v1_ReadContext | null);
  'purchaseId'?: (string);
  'buyerId'?: (number | string | Long);
}

export interface GetPurchaseRequest__Output {
  'context': (_agora_customers_v1_ReadContext__Output | null);
  'purchaseId': (string);
  'buyerId': (number);
}
