// Original file: db-customers/customers.proto

import type { WriteContext as _agora_customers_v1_WriteContext, WriteContext__Output as _agora_customers_v1_WriteContext__Output } from '../../../agora/customers/v1/WriteContext.ts';
import type { Role as _agora_customers_v1_Role, Role__Output as _agora_customers_v1_Role__Output } from '../../../agora/customers/v1/Role.ts';

export interface TouchSessionRequest {
  'context'?: (_agora_customers_v1_WriteContext | null);
  'role'?: (_agora_customers_v1_Role);
  'tokenHash'?: (Buffer | Uint8Array | string);
}

export interface TouchSessionRequest__Output {
  'context': (_agora_customers_v1_WriteContext__Output | null);
  'role': (_agora_customers_v1_Role__Output);
  'tokenHash': (Buffer);
}
