// Original file: db-customers/customers.proto

import type { Account as _agora_customers_v1_Account, Account__Output as _agora_customers_v1_Account__Output } from '../../../agora/customers/v1/Account.ts';
import type { Long } from '@grpc/proto-loader';

export interface Credentials {
  'found'?: (boolean);
  'account'?: (_agora_customers_v1_Account | null);
  'passwordHash'?: (string);
  'attemptsLeft'?: (number);
  'retryAfterMs'?: (number | string | Long);
}

export interface Credentials__Output {
  'found': (boolean);
  'account': (_agora_customers_v1_Account__Output | null);
  'passwordHash': (string);
  'attemptsLeft': (number);
  'retryAfterMs': (number);
}
