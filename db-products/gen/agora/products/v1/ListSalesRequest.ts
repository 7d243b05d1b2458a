// Original file: db-products/products.proto

import type { ReadContext as _agora_products_v1_ReadContext, ReadContext__Output as _agora_products_v1_ReadContext__Output } from '../../../agora/products/v1/ReadContext.ts';
import type { Long } from '@grpc/proto-loader';

export interface ListSalesRequest {
  'context'?: (_agora_products_v1_ReadContext | null);
  'sellerId'?: (number | string | Long);
  'cursor'?: (string);
  'limit'?: (number);
}

export interface ListSalesRequest__Output {
  'context': (_agora_products_v1_ReadContext__Output | null);
  'sellerId': (number);
  'cursor': (string);
  'limit': (number);
}
