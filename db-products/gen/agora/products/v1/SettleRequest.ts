// Original file: db-products/products.proto

import type { WriteContext as _agora_products_v1_WriteContext, WriteContext__Output as _agora_products_v1_WriteContext__Output } from '../../../agora/products/v1/WriteContext.ts';

export interface SettleRequest {
  'context'?: (_agora_products_v1_WriteContext | null);
  'purchaseId'?: (string);
}

export interface SettleRequest__Output {
  'context': (_agora_products_v1_WriteContext__Output | null);
  'purchaseId': (string);
}
