// Original file: db-products/products.proto

import type { ReadContext as _agora_products_v1_ReadContext, ReadContext__Output as _agora_products_v1_ReadContext__Output } from '../../../agora/products/v1/ReadContext.ts';
import type { Condition as _agora_products_v1_Condition, Condition__Output as _agora_products_v1_Condition__Output } from '../../../agora/products/v1/Condition.ts';
import type { Long } from '@grpc/proto-loader';

export interface SearchRequest {
  'context'?: (_agora_products_v1_ReadContext | null);
  'category'?: (number);
  'keywords'?: (string)[];
  'condition'?: (_agora_products_v1_Condition);
  'minPrice'?: (number | string | Long);
  'maxPrice'?: (number | string | Long);
  'cursor'?: (string);
  'limit'?: (number);
  '_category'?: "category";
  '_minPrice'?: "minPrice";
  '_maxPrice'?: "maxPrice";
}

export interface SearchRequest__Output {
  'context': (_agora_products_v1_ReadContext__Output | null);
  'category'?: (number);
  'keywords': (string)[];
  'condition': (_agora_products_v1_Condition__Output);
  'minPrice'?: (number);
  'maxPrice'?: (number);
  'cursor': (string);
  'limit': (number);
  '_category'?: "category";
  '_minPrice'?: "minPrice";
  '_maxPrice'?: "maxPrice";
}
