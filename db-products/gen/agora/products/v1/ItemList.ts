// Original file: db-products/products.proto

import type { Item as _agora_products_v1_Item, Item__Output as _agora_products_v1_Item__Output } from '../../../agora/products/v1/Item.ts';

export interface ItemList {
  'items'?: (_agora_products_v1_Item)[];
  'nextCursor'?: (string);
}

export interface ItemList__Output {
  'items': (_agora_products_v1_Item__Output)[];
  'nextCursor': (string);
}
