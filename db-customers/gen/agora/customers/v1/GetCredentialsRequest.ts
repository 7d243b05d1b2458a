// Original file: db-customers/customers.proto

import type { ReadContext as _agora_customers_v1_ReadContext, ReadContext__Output as _agora_customers_v1_ReadContext__Output } from '../../../agora/customers/v1/ReadContext.ts';
import type { Role as _agora_customers_v1_Role, Role__Output as _agora_customers_v1_Role__Output } from '../../../agora/customers/v1/Role.ts';

export interface GetCredentialsRequest {
  'context'?: (_agora_customers_v1_ReadContext | null);
  'role'?: (_agora_customers_v1_Role);
  'usernameKey'?: (string);
  'address'?: (string);
  'limit'?: (number);
  'windowSeconds'?: (number);
}

export interface GetCredentialsRequest__Output {
  'context': (_agora_customers_v1_ReadContext__Output | null);
  'role': (_agora_customers_v1_Role__Output);
  'usernameKey': (string);
  'address': (string);
  'limit': (number);
  'windowSeconds': (number);
}
