// Original file: db-customers/customers.proto

import type { Purchase as _agora_customers_v1_Purchase, Purchase__Output as _agora_customers_v1_Purchase__Output } from '../../../agora/customers/v1/Purchase.ts';

export interface PurchaseReply {
  'purchase'?: (_agora_customers_v1_Purchase | null);
  'replayed'?: (boolean);
}

export interface PurchaseReply__Output {
  'purchase': (_agora_customers_v1_Purchase__Output | null);
  'replayed': (boolean);
}
