// Original file: db-customers/customers.proto

import type { PurchaseState as _agora_customers_v1_PurchaseState, PurchaseState__Output as _agora_customers_v1_PurchaseState__Output } from '../../../agora/customers/v1/PurchaseState.ts';
import type { Long } from '@grpc/proto-loader';

export interface Transition {
  'state'?: (_agora_customers_v1_PurchaseState);
  'atMs'?: (number | string | Long);
}

export interface Transition__Output {
  'state': (_agora_customers_v1_PurchaseState__Output);
  'atMs': (number);
}
