// Original file: db-products/products.proto

import type { WriteContext as _agora_products_v1_WriteContext, WriteContext__Output as _agora_products_v1_WriteContext__Output } from '../../../agora/products/v1/WriteContext.ts';
import type { ReserveLine as _agora_products_v1_ReserveLine, ReserveLine__Output as _agora_products_v1_ReserveLine__Output } from '../../../agora/products/v1/ReserveLine.ts';
import type { Long } from '@grpc/proto-loader';

export interface ReserveRequest {
  'context'?: (_agora_products_v1_WriteContext | null);
  'purchaseId'?: (string);
  'buyerId'?: (number | string | Long);
  'lines'?: (_agora_products_v1_ReserveLine)[];
}

export interface ReserveRequest__Output {
  'context': (_agora_products_v1_WriteContext__Output | null);
  'purchaseId': (string);
  'buyerId': (number);
  'lines': (_agora_products_v1_ReserveLine__Output)[];
}
