// Original file: db-customers/customers.proto

import type { ReadContext as _agora_customers_v1_ReadContext, ReadContext__Output as _agora_customers_v1_ReadContext__Output } from '../../../agora/customers/v1/ReadContext.ts';
import type { Role as _agora_customers_v1_Role, Role__Output as _agora_customers_v1_Role__Output } from '../../../agora/customers/v1/Role.ts';

export interface CheckSessionRequest {
  'context'?: (_agora_customers_v1_ReadContext | null);
  'role'?: (_agora_customers_v1_Role);
  'tokenHash'?: (Buffer | Uint8Array | string);
}

export interface CheckSessionRequest__Output {
  'context': (_agora_customers_v1_ReadContext__Output | null);
  'role': (_agora_customers_v1_Role__Output);
  'tokenHash': (Buffer);
}
