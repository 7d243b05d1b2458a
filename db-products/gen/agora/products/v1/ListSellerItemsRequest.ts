// Original file: db-products/products.proto

import type { ReadContext as _agora_products_v1_ReadContext, ReadContext__Output as _agora_products_v1_ReadContext__Output } from '../../../agora/products/v1/ReadContext.ts';
import type { Availability as _agora_products_v1_Availability, Availability__Output as _agora_products_v1_Availability__Output } from '../../../agora/products/v1/Availability.ts';
import type { Long } from '@grpc/proto-loader';

export interface ListSellerItemsRequest {
  'context'?: (_agora_products_v1_ReadContext | null);
  'sellerId'?: (number | string | Long);
  'availability'?: (_agora_products_v1_Availability);
  'cursor'?: (string);
  'limit'?: (number);
}

export interface ListSellerItemsRequest__Output {
  'context': (_agora_products_v1_ReadContext__Output | null);
  'sellerId': (number);
  'availability': (_agora_products_v1_Availability__Output);
  'cursor': (string);
  'limit': (number);
}
