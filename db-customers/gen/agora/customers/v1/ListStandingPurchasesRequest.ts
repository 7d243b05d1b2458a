// Original file: db-customers/customers.proto

import type { ReadContext as _agora_customers_v1_ReadContext, ReadContext__Output as _agora_customers_v1_ReadContext__Output } from '../../../agora/customers/v1/ReadContext.ts';
import type { Long } from '@grpc/proto-loader';

export interface ListStandingPurchasesRequest {
  'context'?: (_agora_customers_v1_ReadContext | null);
  'idleMs'?: (number | string | Long);
  'limit'?: (number);
}

export interface ListStandingPurchasesRequest__Output {
  'context': (_agora_customers_v1_ReadContext__Output | null);
  'idleMs': (number);
  'limit': (number);
}
