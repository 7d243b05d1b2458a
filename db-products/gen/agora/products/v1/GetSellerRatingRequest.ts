// Original file: db-products/products.proto

import type { ReadContext as _agora_products_v1_ReadContext, ReadContext__Output as _agora_products_v1_ReadContext__Output } from '../../../agora/products/v1/ReadContext.ts';
import type { Long } from '@grpc/proto-loader';

export interface GetSellerRatingRequest {
  'context'?: (_agora_products_v1_ReadContext | null);
  'sellerId'?: (number | string | Long);
}

export interface GetSellerRatingRequest__Output {
  'context': (_agora_products_v1_ReadContext__Output | null);
  'sellerId': (number);
}
