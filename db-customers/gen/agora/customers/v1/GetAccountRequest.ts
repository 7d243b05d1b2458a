// Original file: db-customers/customers.proto

import type { ReadContext as _agora_customers_v1_ReadContext, ReadContext__Output as _agora_customers_v1_ReadContext__Output } from '../../../agora/customers/v1/ReadContext.ts';
import type { Role as _agora_customers_v1_Role, Role__Output as _agora_customers_v1_Role__Output } from '../../../agora/customers/v1/Role.ts';
import type { Long } from '@grpc/proto-loader';

export interface GetAccountRequest {
  'context'?: (_agora_customers_v1_ReadContext | null);
  'role'?: (_agora_customers_v1_Role);
  'id'?: (number | string | Long);
}

export interface GetAccountRequest__Output {
  'context': (_agora_customers_v1_ReadContext__Output | null);
  'role': (_agora_customers_v1_Role__Output);
  'id': (number);
}
