// Original file: db-customers/customers.proto

import type { WriteContext as _agora_customers_v1_WriteContext, WriteContext__Output as _agora_customers_v1_WriteContext__Output } from '../../../agora/customers/v1/WriteContext.ts';
import type { PurchaseState as _agora_customers_v1_PurchaseState, PurchaseState__Output as _agora_customers_v1_PurchaseState__Output } from '../../../agora/customers/v1/PurchaseState.ts';
import type { PurchaseLine as _agora_customers_v1_PurchaseLine, PurchaseLine__Output as _agora_customers_v1_PurchaseLine__Output } from '../../../agora/customers/v1/PurchaseLine.ts';
import type { Long } from '@grpc/proto-loader';

export interface AdvancePurchaseRequest {
  'context'?: (_agora_customers_v1_WriteContext | null);
  'purchaseId'?: (string);
  'claim'?: (number | string | Long);
  'to'?: (_agora_customers_v1_PurchaseState);
  'lines'?: (_agora_customers_v1_PurchaseLine)[];
  'authorizationId'?: (string);
  'failureCode'?: (string);
  'failureMessage'?: (string);
  'claimSeconds'?: (number);
}

export interface AdvancePurchaseRequest__Output {
  'context': (_agora_customers_v1_WriteContext__Output | null);
  'purchaseId': (string);
  'claim': (number);
  'to': (_agora_customers_v1_PurchaseState__Output);
  'lines': (_agora_customers_v1_PurchaseLine__Output)[];
  'authorizationId': (string);
  'failureCode': (string);
  'failureMessage': (string);
  'claimSeconds': (number);
}
