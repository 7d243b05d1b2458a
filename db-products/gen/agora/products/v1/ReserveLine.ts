// Original file: db-products/products.proto

import type { Money as _agora_products_v1_Money, Money__Output as _agora_products_v1_Money__Output } from '../../../agora/products/v1/Money.ts';
import type { Long } from '@grpc/proto-loader';

export interface ReserveLine {
  'itemId'?: (string);
  'quantity'?: (number | string | Long);
  'ceiling'?: (_agora_products_v1_Money | null);
}

export interface ReserveLine__Output {
  'itemId': (string);
  'quantity': (number);
  'ceiling': (_agora_products_v1_Money__Output | null);
}
