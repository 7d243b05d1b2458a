// Original file: db-products/products.proto

import type { Money as _agora_products_v1_Money, Money__Output as _agora_products_v1_Money__Output } from '../../../agora/products/v1/Money.ts';
import type { Long } from '@grpc/proto-loader';

export interface ReservedLine {
  'itemId'?: (string);
  'sellerId'?: (number | string | Long);
  'name'?: (string);
  'quantity'?: (number | string | Long);
  'price'?: (_agora_products_v1_Money | null);
}

export interface ReservedLine__Output {
  'itemId': (string);
  'sellerId': (number);
  'name': (string);
  'quantity': (number);
  'price': (_agora_products_v1_Money__Output | null);
}
