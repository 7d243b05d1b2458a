// Original file: db-products/products.proto

import type { WriteContext as _agora_products_v1_WriteContext, WriteContext__Output as _agora_products_v1_WriteContext__Output } from '../../../agora/products/v1/WriteContext.ts';
import type { Money as _agora_products_v1_Money, Money__Output as _agora_products_v1_Money__Output } from '../../../agora/products/v1/Money.ts';
import type { Long } from '@grpc/proto-loader';

export interface ChangePriceRequest {
  'context'?: (_agora_products_v1_WriteContext | null);
  'sellerId'?: (number | string | Long);
  'itemId'?: (string);
  'price'?: (_agora_products_v1_Money | null);
  'ifVersion'?: (number | string | Long);
}

export interface ChangePriceRequest__Output {
  'context': (_agora_products_v1_WriteContext__Output | null);
  'sellerId': (number);
  'itemId': (string);
  'price': (_agora_products_v1_Money__Output | null);
  'ifVersion': (number);
}
