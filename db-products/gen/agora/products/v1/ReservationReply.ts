// Original file: db-products/products.proto

import type { ReservationState as _agora_products_v1_ReservationState, ReservationState__Output as _agora_products_v1_ReservationState__Output } from '../../../agora/products/v1/ReservationState.ts';
import type { ReservedLine as _agora_products_v1_ReservedLine, ReservedLine__Output as _agora_products_v1_ReservedLine__Output } from '../../../agora/products/v1/ReservedLine.ts';

export interface ReservationReply {
  'state'?: (_agora_products_v1_ReservationState);
  'lines'?: (_agora_products_v1_ReservedLine)[];
  'replayed'?: (boolean);
}

export interface ReservationReply__Output {
  'state': (_agora_products_v1_ReservationState__Output);
  'lines': (_agora_products_v1_ReservedLine__Output)[];
  'replayed': (boolean);
}
