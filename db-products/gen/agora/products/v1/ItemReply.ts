// Original file: db-products/products.proto

import type { Item as _agora_products_v1_Item, Item__Output as _agora_products_v1_Item__Output } from '../../../agora/products/v1/Item.ts';

export interface ItemReply {
  'item'?: (_agora_products_v1_Item | null);
  'replayed'?: (boolean);
}

export interface ItemReply__Output {
  'item': (_agora_products_v1_Item__Output | null);
  'replayed': (boolean);
}
