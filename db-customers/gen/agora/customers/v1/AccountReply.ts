// Original file: db-customers/customers.proto

import type { Account as _agora_customers_v1_Account, Account__Output as _agora_customers_v1_Account__Output } from '../../../agora/customers/v1/Account.ts';

export interface AccountReply {
  'account'?: (_agora_customers_v1_Account | null);
  'replayed'?: (boolean);
}

export interface AccountReply__Output {
  'account': (_agora_customers_v1_Account__Output | null);
  'replayed': (boolean);
}
