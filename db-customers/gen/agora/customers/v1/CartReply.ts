// Original file: db-customers/customers.proto

import type { CartLine as _agora_customers_v1_CartLine, CartLine__Output as _agora_customers_v1_CartLine__Output } from '../../../agora/customers/v1/CartLine.ts';

export interface CartReply {
  'lines'?: (_agora_customers_v1_CartLine)[];
  'saved'?: (boolean);
  'lockedByPurchase'?: (string);
  'replayed'?: (boolean);
  'needsTouch'?: (boolean);
}

export interface CartReply__Output {
  'lines': (_agora_customers_v1_CartLine__Output)[];
  'saved': (boolean);
  'lockedByPurchase': (string);
  'replayed': (boolean);
  'needsTouch': (boolean);
}
