// Original file: db-customers/customers.proto

import type { ReadContext as _agora_customers_v1_ReadContext, ReadContext__Output as _agora_customers_v1_ReadContext__Output } from '../../../agora/customers/v1/ReadContext.ts';

export interface GetCreationLimitRequest {
  'context'?: (_agora_customers_v1_ReadContext | null);
  'address'?: (string);
  'limit'?: (number);
  'requestId'?: (string);
}

export interface GetCreationLimitRequest__Output {
  'context': (_agora_customers_v1_ReadContext__Output | null);
  'address': (string);
  'limit': (number);
  'requestId': (string);
}
