// Original file: db-customers/customers.proto

import type { Role as _agora_customers_v1_Role, Role__Output as _agora_customers_v1_Role__Output } from '../../../agora/customers/v1/Role.ts';
import type { Long } from '@grpc/proto-loader';

export interface Account {
  'id'?: (number | string | Long);
  'role'?: (_agora_customers_v1_Role);
  'username'?: (string);
  'name'?: (string);
  'itemsPurchased'?: (number | string | Long);
  'createdAtMs'?: (number | string | Long);
}

export interface Account__Output {
  'id': (number);
  'role': (_agora_customers_v1_Role__Output);
  'username': (string);
  'name': (string);
  'itemsPurchased': (number);
  'createdAtMs': (number);
}
