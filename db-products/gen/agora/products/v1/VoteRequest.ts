// Original file: db-products/products.proto

import type { WriteContext as _agora_products_v1_WriteContext, WriteContext__Output as _agora_products_v1_WriteContext__Output } from '../../../agora/products/v1/WriteContext.ts';
import type { Long } from '@grpc/proto-loader';

export interface VoteRequest {
  'context'?: (_agora_products_v1_WriteContext | null);
  'buyerId'?: (number | string | Long);
  'itemId'?: (string);
  'up'?: (boolean);
}

export interface VoteRequest__Output {
  'context': (_agora_products_v1_WriteContext__Output | null);
  'buyerId': (number);
  'itemId': (string);
  'up': (boolean);
}
