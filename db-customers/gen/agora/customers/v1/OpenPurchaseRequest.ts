// Original file: db-customers/customers.proto

import type { WriteContext as _agora_customers_v1_WriteContext, WriteContext__Output as _agora_customers_v1_WriteContext__Output } from '../../../agora/customers/v1/WriteContext.ts';

export interface OpenPurchaseRequest {
  'context'?: (_agora_customers_v1_WriteContext | null);
  'tokenHash'?: (Buffer | Uint8Array | string);
  'purchaseId'?: (string);
  'cardLast4'?: (string);
  'claimedBy'?: (string);
  'claimSeconds'?: (number);
}

export interface OpenPurchaseRequest__Output {
  'context': (_agora_customers_v1_WriteContext__Output | null);
  'tokenHash': (Buffer);
  'purchaseId': (string);
  'cardLast4': (string);
  'claimedBy': (string);
  'claimSeconds': (number);
}
