// Original file: db-products/products.proto

import type { WriteContext as _agora_products_v1_WriteContext, WriteContext__Output as _agora_products_v1_WriteContext__Output } from '../../../agora/products/v1/WriteContext.ts';
import type { Long } from '@grpc/proto-loader';

export interface ChangeUnitsRequest {
  'context'?: (_agora_products_v1_WriteContext | null);
  'sellerId'?: (number | string | Long);
  'itemId'?: (string);
  'change'?: (number | string | Long);
  'ifVersion'?: (number | string | Long);
}

export interface ChangeUnitsRequest__Output {
  'context': (_agora_products_v1_WriteContext__Output | null);
  'sellerId': (number);
  'itemId': (string);
  'change': (number);
  'ifVersion': (number);
}
