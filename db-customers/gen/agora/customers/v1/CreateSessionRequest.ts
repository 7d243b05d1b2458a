// Original file: db-customers/customers.proto

import type { WriteContext as _agora_customers_v1_WriteContext, WriteContext__Output as _agora_customers_v1_WriteContext__Output } from '../../../agora/customers/v1/WriteContext.ts';
import type { Role as _agora_customers_v1_Role, Role__Output as _agora_customers_v1_Role__Output } from '../../../agora/customers/v1/Role.ts';
import type { Long } from '@grpc/proto-loader';

export interface CreateSessionRequest {
  'context'?: (_agora_customers_v1_WriteContext | null);
  'role'?: (_agora_customers_v1_Role);
  'accountId'?: (number | string | Long);
  'tokenHash'?: (Buffer | Uint8Array | string);
  'idleTimeoutSeconds'?: (number);
}

export interface CreateSessionRequest__Output {
  'context': (_agora_customers_v1_WriteContext__Output | null);
  'role': (_agora_customers_v1_Role__Output);
  'accountId': (number);
  'tokenHash': (Buffer);
  'idleTimeoutSeconds': (number);
}
