// Original file: db-products/products.proto

import type { Money as _agora_products_v1_Money, Money__Output as _agora_products_v1_Money__Output } from '../../../agora/products/v1/Money.ts';
import type { Long } from '@grpc/proto-loader';

export interface Sale {
  'purchaseId'?: (string);
  'itemId'?: (string);
  'name'?: (string);
  'quantity'?: (number | string | Long);
  'price'?: (_agora_products_v1_Money | null);
  'soldAtMs'?: (number | string | Long);
}

export interface Sale__Output {
  'purchaseId': (string);
  'itemId': (string);
  'name': (string);
  'quantity': (number);
  'price': (_agora_products_v1_Money__Output | null);
  'soldAtMs': (number);
}
