// Original file: db-customers/customers.proto

import type { Money as _agora_customers_v1_Money, Money__Output as _agora_customers_v1_Money__Output } from '../../../agora/customers/v1/Money.ts';
import type { Long } from '@grpc/proto-loader';

export interface CartLine {
  'itemId'?: (string);
  'quantity'?: (number | string | Long);
  'price'?: (_agora_customers_v1_Money | null);
}

export interface CartLine__Output {
  'itemId': (string);
  'quantity': (number);
  'price': (_agora_customers_v1_Money__Output | null);
}
