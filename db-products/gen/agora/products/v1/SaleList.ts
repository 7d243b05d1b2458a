// Original file: db-products/products.proto

import type { Sale as _agora_products_v1_Sale, Sale__Output as _agora_products_v1_Sale__Output } from '../../../agora/products/v1/Sale.ts';

export interface SaleList {
  'sales'?: (_agora_products_v1_Sale)[];
  'nextCursor'?: (string);
}

export interface SaleList__Output {
  'sales': (_agora_products_v1_Sale__Output)[];
  'nextCursor': (string);
}
