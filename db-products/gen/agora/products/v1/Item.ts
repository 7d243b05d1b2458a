// Original file: db-products/products.proto

import type { Condition as _agora_products_v1_Condition, Condition__Output as _agora_products_v1_Condition__Output } from '../../../agora/products/v1/Condition.ts';
import type { Money as _agora_products_v1_Money, Money__Output as _agora_products_v1_Money__Output } from '../../../agora/products/v1/Money.ts';
import type { Long } from '@grpc/proto-loader';

export interface Item {
  'id'?: (string);
  'sellerId'?: (number | string | Long);
  'name'?: (string);
  'category'?: (number);
  'keywords'?: (string)[];
  'condition'?: (_agora_products_v1_Condition);
  'price'?: (_agora_products_v1_Money | null);
  'quantity'?: (number | string | Long);
  'up'?: (number | string | Long);
  'down'?: (number | string | Long);
  'version'?: (number | string | Long);
  'createdAtMs'?: (number | string | Long);
}

export interface Item__Output {
  'id': (string);
  'sellerId': (number);
  'name': (string);
  'category': (number);
  'keywords': (string)[];
  'condition': (_agora_products_v1_Condition__Output);
  'price': (_agora_products_v1_Money__Output | null);
  'quantity': (number);
  'up': (number);
  'down': (number);
  'version': (number);
  'createdAtMs': (number);
}
