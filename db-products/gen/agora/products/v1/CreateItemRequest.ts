// Original file: db-products/products.proto

import type { WriteContext as _agora_products_v1_WriteContext, WriteContext__Output as _agora_products_v1_WriteContext__Output } from '../../../agora/products/v1/WriteContext.ts';
import type { Condition as _agora_products_v1_Condition, Condition__Output as _agora_products_v1_Condition__Output } from '../../../agora/products/v1/Condition.ts';
import type { Money as _agora_products_v1_Money, Money__Output as _agora_products_v1_Money__Output } from '../../../agora/products/v1/Money.ts';
import type { Long } from '@grpc/proto-loader';

export interface CreateItemRequest {
  'context'?: (_agora_products_v1_WriteContext | null);
  'sellerId'?: (number | string | Long);
  'name'?: (string);
  'category'?: (number);
  'keywords'?: (string)[];
  'condition'?: (_agora_products_v1_Condition);
  'price'?: (_agora_products_v1_Money | null);
  'quantity'?: (number | string | Long);
}

export interface CreateItemRequest__Output {
  'context': (_agora_products_v1_WriteContext__Output | null);
  'sellerId': (number);
  'name': (string);
  'category': (number);
  'keywords': (string)[];
  'condition': (_agora_products_v1_Condition__Output);
  'price': (_agora_products_v1_Money__Output | null);
  'quantity': (number);
}
