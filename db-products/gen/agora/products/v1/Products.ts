// Original file: db-products/products.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ChangePriceRequest as _agora_products_v1_ChangePriceRequest, ChangePriceRequest__Output as _agora_products_v1_ChangePriceRequest__Output } from '../../../agora/products/v1/ChangePriceRequest.ts';
import type { ChangeUnitsRequest as _agora_products_v1_ChangeUnitsRequest, ChangeUnitsRequest__Output as _agora_products_v1_ChangeUnitsRequest__Output } from '../../../agora/products/v1/ChangeUnitsRequest.ts';
import type { CreateItemRequest as _agora_products_v1_CreateItemRequest, CreateItemRequest__Output as _agora_products_v1_CreateItemRequest__Output } from '../../../agora/products/v1/CreateItemRequest.ts';
import type { GetItemsRequest as _agora_products_v1_GetItemsRequest, GetItemsRequest__Output as _agora_products_v1_GetItemsRequest__Output } from '../../../agora/products/v1/GetItemsRequest.ts';
import type { GetSellerRatingRequest as _agora_products_v1_GetSellerRatingRequest, GetSellerRatingRequest__Output as _agora_products_v1_GetSellerRatingRequest__Output } from '../../../agora/products/v1/GetSellerRatingRequest.ts';
import type { ItemList as _agora_products_v1_ItemList, ItemList__Output as _agora_products_v1_ItemList__Output } from '../../../agora/products/v1/ItemList.ts';
import type { ItemReply as _agora_products_v1_ItemReply, ItemReply__Output as _agora_products_v1_ItemReply__Output } from '../../../agora/products/v1/ItemReply.ts';
import type { ListSalesRequest as _agora_products_v1_ListSalesRequest, ListSalesRequest__Output as _agora_products_v1_ListSalesRequest__Output } from '../../../agora/products/v1/ListSalesRequest.ts';
import type { ListSellerItemsRequest as _agora_products_v1_ListSellerItemsRequest, ListSellerItemsRequest__Output as _agora_products_v1_ListSellerItemsRequest__Output } from '../../../agora/products/v1/ListSellerItemsRequest.ts';
import type { ReservationReply as _agora_products_v1_ReservationReply, ReservationReply__Output as _agora_products_v1_ReservationReply__Output } from '../../../agora/products/v1/ReservationReply.ts';
import type { ReserveRequest as _agora_products_v1_ReserveRequest, ReserveRequest__Output as _agora_products_v1_ReserveRequest__Output } from '../../../agora/products/v1/ReserveRequest.ts';
import type { SaleList as _agora_products_v1_SaleList, SaleList__Output as _agora_products_v1_SaleList__Output } from '../../../agora/products/v1/SaleList.ts';
import type { SearchReply as _agora_products_v1_SearchReply, SearchReply__Output as _agora_products_v1_SearchReply__Output } from '../../../agora/products/v1/SearchReply.ts';
import type { SearchRequest as _agora_products_v1_SearchRequest, SearchRequest__Output as _agora_products_v1_SearchRequest__Output } from '../../../agora/products/v1/SearchRequest.ts';
import type { SellerRating as _agora_products_v1_SellerRating, SellerRating__Output as _agora_products_v1_SellerRating__Output } from '../../../agora/products/v1/SellerRating.ts';
import type { SettleRequest as _agora_products_v1_SettleRequest, SettleRequest__Output as _agora_products_v1_SettleRequest__Output } from '../../../agora/products/v1/SettleRequest.ts';
import type { StatusReply as _agora_products_v1_StatusReply, StatusReply__Output as _agora_products_v1_StatusReply__Output } from '../../../agora/products/v1/StatusReply.ts';
import type { StatusRequest as _agora_products_v1_StatusRequest, StatusRequest__Output as _agora_products_v1_StatusRequest__Output } from '../../../agora/products/v1/StatusRequest.ts';
import type { VoteRequest as _agora_products_v1_VoteRequest, VoteRequest__Output as _agora_products_v1_VoteRequest__Output } from '../../../agora/products/v1/VoteRequest.ts';

export interface ProductsClient extends grpc.Client {
  ChangePrice(argument: _agora_products_v1_ChangePriceRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  ChangePrice(argument: _agora_products_v1_ChangePriceRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  ChangePrice(argument: _agora_products_v1_ChangePriceRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  ChangePrice(argument: _agora_products_v1_ChangePriceRequest, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  changePrice(argument: _agora_products_v1_ChangePriceRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  changePrice(argument: _agora_products_v1_ChangePriceRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  changePrice(argument: _agora_products_v1_ChangePriceRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  changePrice(argument: _agora_products_v1_ChangePriceRequest, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  
  ChangeUnits(argument: _agora_products_v1_ChangeUnitsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  ChangeUnits(argument: _agora_products_v1_ChangeUnitsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  ChangeUnits(argument: _agora_products_v1_ChangeUnitsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  ChangeUnits(argument: _agora_products_v1_ChangeUnitsRequest, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  changeUnits(argument: _agora_products_v1_ChangeUnitsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  changeUnits(argument: _agora_products_v1_ChangeUnitsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  changeUnits(argument: _agora_products_v1_ChangeUnitsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  changeUnits(argument: _agora_products_v1_ChangeUnitsRequest, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  
  Confirm(argument: _agora_products_v1_SettleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  Confirm(argument: _agora_products_v1_SettleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  Confirm(argument: _agora_products_v1_SettleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  Confirm(argument: _agora_products_v1_SettleRequest, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  confirm(argument: _agora_products_v1_SettleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  confirm(argument: _agora_products_v1_SettleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  confirm(argument: _agora_products_v1_SettleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  confirm(argument: _agora_products_v1_SettleRequest, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  
  CreateItem(argument: _agora_products_v1_CreateItemRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  CreateItem(argument: _agora_products_v1_CreateItemRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  CreateItem(argument: _agora_products_v1_CreateItemRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  CreateItem(argument: _agora_products_v1_CreateItemRequest, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  createItem(argument: _agora_products_v1_CreateItemRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  createItem(argument: _agora_products_v1_CreateItemRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  createItem(argument: _agora_products_v1_CreateItemRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  createItem(argument: _agora_products_v1_CreateItemRequest, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  
  GetItems(argument: _agora_products_v1_GetItemsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemList__Output>): grpc.ClientUnaryCall;
  GetItems(argument: _agora_products_v1_GetItemsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ItemList__Output>): grpc.ClientUnaryCall;
  GetItems(argument: _agora_products_v1_GetItemsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemList__Output>): grpc.ClientUnaryCall;
  GetItems(argument: _agora_products_v1_GetItemsRequest, callback: grpc.requestCallback<_agora_products_v1_ItemList__Output>): grpc.ClientUnaryCall;
  getItems(argument: _agora_products_v1_GetItemsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemList__Output>): grpc.ClientUnaryCall;
  getItems(argument: _agora_products_v1_GetItemsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ItemList__Output>): grpc.ClientUnaryCall;
  getItems(argument: _agora_products_v1_GetItemsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemList__Output>): grpc.ClientUnaryCall;
  getItems(argument: _agora_products_v1_GetItemsRequest, callback: grpc.requestCallback<_agora_products_v1_ItemList__Output>): grpc.ClientUnaryCall;
  
  GetSellerRating(argument: _agora_products_v1_GetSellerRatingRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_SellerRating__Output>): grpc.ClientUnaryCall;
  GetSellerRating(argument: _agora_products_v1_GetSellerRatingRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_SellerRating__Output>): grpc.ClientUnaryCall;
  GetSellerRating(argument: _agora_products_v1_GetSellerRatingRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_SellerRating__Output>): grpc.ClientUnaryCall;
  GetSellerRating(argument: _agora_products_v1_GetSellerRatingRequest, callback: grpc.requestCallback<_agora_products_v1_SellerRating__Output>): grpc.ClientUnaryCall;
  getSellerRating(argument: _agora_products_v1_GetSellerRatingRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_SellerRating__Output>): grpc.ClientUnaryCall;
  getSellerRating(argument: _agora_products_v1_GetSellerRatingRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_SellerRating__Output>): grpc.ClientUnaryCall;
  getSellerRating(argument: _agora_products_v1_GetSellerRatingRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_SellerRating__Output>): grpc.ClientUnaryCall;
  getSellerRating(argument: _agora_products_v1_GetSellerRatingRequest, callback: grpc.requestCallback<_agora_products_v1_SellerRating__Output>): grpc.ClientUnaryCall;
  
  GetStatus(argument: _agora_products_v1_StatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _agora_products_v1_StatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _agora_products_v1_StatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _agora_products_v1_StatusRequest, callback: grpc.requestCallback<_agora_products_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _agora_products_v1_StatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _agora_products_v1_StatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _agora_products_v1_StatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _agora_products_v1_StatusRequest, callback: grpc.requestCallback<_agora_products_v1_StatusReply__Output>): grpc.ClientUnaryCall;
  
  ListSales(argument: _agora_products_v1_ListSalesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_SaleList__Output>): grpc.ClientUnaryCall;
  ListSales(argument: _agora_products_v1_ListSalesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_SaleList__Output>): grpc.ClientUnaryCall;
  ListSales(argument: _agora_products_v1_ListSalesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_SaleList__Output>): grpc.ClientUnaryCall;
  ListSales(argument: _agora_products_v1_ListSalesRequest, callback: grpc.requestCallback<_agora_products_v1_SaleList__Output>): grpc.ClientUnaryCall;
  listSales(argument: _agora_products_v1_ListSalesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_SaleList__Output>): grpc.ClientUnaryCall;
  listSales(argument: _agora_products_v1_ListSalesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_SaleList__Output>): grpc.ClientUnaryCall;
  listSales(argument: _agora_products_v1_ListSalesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_SaleList__Output>): grpc.ClientUnaryCall;
  listSales(argument: _agora_products_v1_ListSalesRequest, callback: grpc.requestCallback<_agora_products_v1_SaleList__Output>): grpc.ClientUnaryCall;
  
  ListSellerItems(argument: _agora_products_v1_ListSellerItemsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemList__Output>): grpc.ClientUnaryCall;
  ListSellerItems(argument: _agora_products_v1_ListSellerItemsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ItemList__Output>): grpc.ClientUnaryCall;
  ListSellerItems(argument: _agora_products_v1_ListSellerItemsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemList__Output>): grpc.ClientUnaryCall;
  ListSellerItems(argument: _agora_products_v1_ListSellerItemsRequest, callback: grpc.requestCallback<_agora_products_v1_ItemList__Output>): grpc.ClientUnaryCall;
  listSellerItems(argument: _agora_products_v1_ListSellerItemsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemList__Output>): grpc.ClientUnaryCall;
  listSellerItems(argument: _agora_products_v1_ListSellerItemsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ItemList__Output>): grpc.ClientUnaryCall;
  listSellerItems(argument: _agora_products_v1_ListSellerItemsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemList__Output>): grpc.ClientUnaryCall;
  listSellerItems(argument: _agora_products_v1_ListSellerItemsRequest, callback: grpc.requestCallback<_agora_products_v1_ItemList__Output>): grpc.ClientUnaryCall;
  
  Release(argument: _agora_products_v1_SettleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  Release(argument: _agora_products_v1_SettleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  Release(argument: _agora_products_v1_SettleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  Release(argument: _agora_products_v1_SettleRequest, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  release(argument: _agora_products_v1_SettleRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  release(argument: _agora_products_v1_SettleRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  release(argument: _agora_products_v1_SettleRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  release(argument: _agora_products_v1_SettleRequest, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  
  Reserve(argument: _agora_products_v1_ReserveRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  Reserve(argument: _agora_products_v1_ReserveRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  Reserve(argument: _agora_products_v1_ReserveRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  Reserve(argument: _agora_products_v1_ReserveRequest, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  reserve(argument: _agora_products_v1_ReserveRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  reserve(argument: _agora_products_v1_ReserveRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  reserve(argument: _agora_products_v1_ReserveRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  reserve(argument: _agora_products_v1_ReserveRequest, callback: grpc.requestCallback<_agora_products_v1_ReservationReply__Output>): grpc.ClientUnaryCall;
  
  Search(argument: _agora_products_v1_SearchRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_SearchReply__Output>): grpc.ClientUnaryCall;
  Search(argument: _agora_products_v1_SearchRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_SearchReply__Output>): grpc.ClientUnaryCall;
  Search(argument: _agora_products_v1_SearchRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_SearchReply__Output>): grpc.ClientUnaryCall;
  Search(argument: _agora_products_v1_SearchRequest, callback: grpc.requestCallback<_agora_products_v1_SearchReply__Output>): grpc.ClientUnaryCall;
  search(argument: _agora_products_v1_SearchRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_SearchReply__Output>): grpc.ClientUnaryCall;
  search(argument: _agora_products_v1_SearchRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_SearchReply__Output>): grpc.ClientUnaryCall;
  search(argument: _agora_products_v1_SearchRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_SearchReply__Output>): grpc.ClientUnaryCall;
  search(argument: _agora_products_v1_SearchRequest, callback: grpc.requestCallback<_agora_products_v1_SearchReply__Output>): grpc.ClientUnaryCall;
  
  Vote(argument: _agora_products_v1_VoteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  Vote(argument: _agora_products_v1_VoteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  Vote(argument: _agora_products_v1_VoteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  Vote(argument: _agora_products_v1_VoteRequest, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  vote(argument: _agora_products_v1_VoteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  vote(argument: _agora_products_v1_VoteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  vote(argument: _agora_products_v1_VoteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  vote(argument: _agora_products_v1_VoteRequest, callback: grpc.requestCallback<_agora_products_v1_ItemReply__Output>): grpc.ClientUnaryCall;
  
}

export interface ProductsHandlers extends grpc.UntypedServiceImplementation {
  ChangePrice: grpc.handleUnaryCall<_agora_products_v1_ChangePriceRequest__Output, _agora_products_v1_ItemReply>;
  
  ChangeUnits: grpc.handleUnaryCall<_agora_products_v1_ChangeUnitsRequest__Output, _agora_products_v1_ItemReply>;
  
  Confirm: grpc.handleUnaryCall<_agora_products_v1_SettleRequest__Output, _agora_products_v1_ReservationReply>;
  
  CreateItem: grpc.handleUnaryCall<_agora_products_v1_CreateItemRequest__Output, _agora_products_v1_ItemReply>;
  
  GetItems: grpc.handleUnaryCall<_agora_products_v1_GetItemsRequest__Output, _agora_products_v1_ItemList>;
  
  GetSellerRating: grpc.handleUnaryCall<_agora_products_v1_GetSellerRatingRequest__Output, _agora_products_v1_SellerRating>;
  
  GetStatus: grpc.handleUnaryCall<_agora_products_v1_StatusRequest__Output, _agora_products_v1_StatusReply>;
  
  ListSales: grpc.handleUnaryCall<_agora_products_v1_ListSalesRequest__Output, _agora_products_v1_SaleList>;
  
  ListSellerItems: grpc.handleUnaryCall<_agora_products_v1_ListSellerItemsRequest__Output, _agora_products_v1_ItemList>;
  
  Release: grpc.handleUnaryCall<_agora_products_v1_SettleRequest__Output, _agora_products_v1_ReservationReply>;
  
  Reserve: grpc.handleUnaryCall<_agora_products_v1_ReserveRequest__Output, _agora_products_v1_ReservationReply>;
  
  Search: grpc.handleUnaryCall<_agora_products_v1_SearchRequest__Output, _agora_products_v1_SearchReply>;
  
  Vote: grpc.handleUnaryCall<_agora_products_v1_VoteRequest__Output, _agora_products_v1_ItemReply>;
  
}

export interface ProductsDefinition extends grpc.ServiceDefinition {
  ChangePrice: MethodDefinition<_agora_products_v1_ChangePriceRequest, _agora_products_v1_ItemReply, _agora_products_v1_ChangePriceRequest__Output, _agora_products_v1_ItemReply__Output>
  ChangeUnits: MethodDefinition<_agora_products_v1_ChangeUnitsRequest, _agora_products_v1_ItemReply, _agora_products_v1_ChangeUnitsRequest__Output, _agora_products_v1_ItemReply__Output>
  Confirm: MethodDefinition<_agora_products_v1_SettleRequest, _agora_products_v1_ReservationReply, _agora_products_v1_SettleRequest__Output, _agora_products_v1_ReservationReply__Output>
  CreateItem: MethodDefinition<_agora_products_v1_CreateItemRequest, _agora_products_v1_ItemReply, _agora_products_v1_CreateItemRequest__Output, _agora_products_v1_ItemReply__Output>
  GetItems: MethodDefinition<_agora_products_v1_GetItemsRequest, _agora_products_v1_ItemList, _agora_products_v1_GetItemsRequest__Output, _agora_products_v1_ItemList__Output>
  GetSellerRating: MethodDefinition<_agora_products_v1_GetSellerRatingRequest, _agora_products_v1_SellerRating, _agora_products_v1_GetSellerRatingRequest__Output, _agora_products_v1_SellerRating__Output>
  GetStatus: MethodDefinition<_agora_products_v1_StatusRequest, _agora_products_v1_StatusReply, _agora_products_v1_StatusRequest__Output, _agora_products_v1_StatusReply__Output>
  ListSales: MethodDefinition<_agora_products_v1_ListSalesRequest, _agora_products_v1_SaleList, _agora_products_v1_ListSalesRequest__Output, _agora_products_v1_SaleList__Output>
  ListSellerItems: MethodDefinition<_agora_products_v1_ListSellerItemsRequest, _agora_products_v1_ItemList, _agora_products_v1_ListSellerItemsRequest__Output, _agora_products_v1_ItemList__Output>
  Release: MethodDefinition<_agora_products_v1_SettleRequest, _agora_products_v1_ReservationReply, _agora_products_v1_SettleRequest__Output, _agora_products_v1_ReservationReply__Output>
  Reserve: MethodDefinition<_agora_products_v1_ReserveRequest, _agora_products_v1_ReservationReply, _agora_products_v1_ReserveRequest__Output, _agora_products_v1_ReservationReply__Output>
  Search: MethodDefinition<_agora_products_v1_SearchRequest, _agora_products_v1_SearchReply, _agora_products_v1_SearchRequest__Output, _agora_products_v1_SearchReply__Output>
  Vote: MethodDefinition<_agora_products_v1_VoteRequest, _agora_products_v1_ItemReply, _agora_products_v1_VoteRequest__Output, _agora_products_v1_ItemReply__Output>
}
