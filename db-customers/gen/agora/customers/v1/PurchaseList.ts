// Original file: db-customers/customers.proto

import type { Purchase as _agora_customers_v1_Purchase, Purchase__Output as _agora_customers_v1_Purchase__Output } from '../../../agora/customers/v1/Purchase.ts';

export interface PurchaseList {
  'purchases'?: (_agora_customers_v1_Purchase)[];
  'nextCursor'?: (string);
}

export interface PurchaseList__Output {
  'purchases': (_agora_customers_v1_Purchase__Output)[];
  'nextCursor': (string);
}
