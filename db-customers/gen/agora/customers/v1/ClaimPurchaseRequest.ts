// Original file: db-customers/customers.proto

import type { WriteContext as _agora_customers_v1_WriteContext, WriteContext__Output as _agora_customers_v1_WriteContext__Output } from '../../../agora/customers/v1/WriteContext.ts';
import type { Long } from '@grpc/proto-loader';

export interface ClaimPurchaseRequest {
  'context'?: (_agora_customers_v1_WriteContext | null);
  'purchaseId'?: (string);
  'expected'?: (number | string | Long);
  'claimedBy'?: (string);
  'claimSeconds'?: (number);
}

export interface ClaimPurchaseRequest__Output {
  'context': (_agora_customers_v1_WriteContext__Output | null);
  'purchaseId': (string);
  'expected': (number);
  'claimedBy': (string);
  'claimSeconds': (number);
}
