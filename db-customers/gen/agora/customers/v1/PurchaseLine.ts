// Original file: db-customers/customers.proto

import type { Money as _agora_customers_v1_Money, Money__Output as _agora_customers_v1_Money__Output } from '../../../agora/customers/v1/Money.ts';
import type { Long } from '@grpc/proto-loader';

export interface PurchaseLine {
  'itemId'?: (string);
  'sellerId'?: (number | string | Long);
  'quantity'?: (number | string | Long);
  'ceiling'?: (_agora_customers_v1_Money | null);
  'price'?: (_agora_customers_v1_Money | null);
  'name'?: (string);
}

export interface PurchaseLine__Output {
  'itemId': (string);
  'sellerId': (number);
  'quantity': (number);
  'ceiling': (_agora_customers_v1_Money__Output | null);
  'price': (_agora_customers_v1_Money__Output | null);
  'name': (string);
}
