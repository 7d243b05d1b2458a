// Original file: db-customers/customers.proto

import type { Account as _agora_customers_v1_Account, Account__Output as _agora_customers_v1_Account__Output } from '../../../agora/customers/v1/Account.ts';
import type { Long } from '@grpc/proto-loader';

export interface SessionReply {
  'account'?: (_agora_customers_v1_Account | null);
  'needsTouch'?: (boolean);
  'idleTimeoutSeconds'?: (number);
  'lastActivityMs'?: (number | string | Long);
  'replayed'?: (boolean);
}

export interface SessionReply__Output {
  'account': (_agora_customers_v1_Account__Output | null);
  'needsTouch': (boolean);
  'idleTimeoutSeconds': (number);
  'lastActivityMs': (number);
  'replayed': (boolean);
}
