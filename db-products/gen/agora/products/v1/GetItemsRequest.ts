// Original file: db-products/products.proto

import type { ReadContext as _agora_products_v1_ReadContext, ReadContext__Output as _agora_products_v1_ReadContext__Output } from '../../../agora/products/v1/ReadContext.ts';
import type { Long } from '@grpc/proto-loader';

export interface GetItemsRequest {
  'context'?: (_agora_products_v1_ReadContext | null);
  'ids'?: (string)[];
  'sellerId'?: (number | string | Long);
}

export interface GetItemsRequest__Output {
  'context': (_agora_products_v1_ReadContext__Output | null);
  'ids': (string)[];
  'sellerId': (number);
}
