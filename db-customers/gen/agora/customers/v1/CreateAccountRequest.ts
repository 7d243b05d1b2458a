// Original file: db-customers/customers.proto

import type { WriteContext as _agora_customers_v1_WriteContext, WriteContext__Output as _agora_customers_v1_WriteContext__Output } from '../../../agora/customers/v1/WriteContext.ts';
import type { Role as _agora_customers_v1_Role, Role__Output as _agora_customers_v1_Role__Output } from '../../../agora/customers/v1/Role.ts';

export interface CreateAccountRequest {
  'context'?: (_agora_customers_v1_WriteContext | null);
  'role'?: (_agora_customers_v1_Role);
  'username'?: (string);
  'usernameKey'?: (string);
  'name'?: (string);
  'passwordHash'?: (string);
  'address'?: (string);
  'limit'?: (number);
  'windowSeconds'?: (number);
}

export interface CreateAccountRequest__Output {
  'context': (_agora_customers_v1_WriteContext__Output | null);
  'role': (_agora_customers_v1_Role__Output);
  'username': (string);
  'usernameKey': (string);
  'name': (string);
  'passwordHash': (string);
  'address': (string);
  'limit': (number);
  'windowSeconds': (number);
}
