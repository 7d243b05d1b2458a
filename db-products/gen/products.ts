import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { ChangePriceRequest as _agora_products_v1_ChangePriceRequest, ChangePriceRequest__Output as _agora_products_v1_ChangePriceRequest__Output } from './agora/products/v1/ChangePriceRequest.ts';
import type { ChangeUnitsRequest as _agora_products_v1_ChangeUnitsRequest, ChangeUnitsRequest__Output as _agora_products_v1_ChangeUnitsRequest__Output } from './agora/products/v1/ChangeUnitsRequest.ts';
import type { CreateItemRequest as _agora_products_v1_CreateItemRequest, CreateItemRequest__Output as _agora_products_v1_CreateItemRequest__Output } from './agora/products/v1/CreateItemRequest.ts';
import type { GetItemsRequest as _agora_products_v1_GetItemsRequest, GetItemsRequest__Output as _agora_products_v1_GetItemsRequest__Output } from './agora/products/v1/GetItemsRequest.ts';
import type { GetSellerRatingRequest as _agora_products_v1_GetSellerRatingRequest, GetSellerRatingRequest__Output as _agora_products_v1_GetSellerRatingRequest__Output } from './agora/products/v1/GetSellerRatingRequest.ts';
import type { Item as _agora_products_v1_Item, Item__Output as _agora_products_v1_Item__Output } from './agora/products/v1/Item.ts';
import type { ItemList as _agora_products_v1_ItemList, ItemList__Output as _agora_products_v1_ItemList__Output } from './agora/products/v1/ItemList.ts';
import type { ItemReply as _agora_products_v1_ItemReply, ItemReply__Output as _agora_products_v1_ItemReply__Output } from './agora/products/v1/ItemReply.ts';
import type { ListSalesRequest as _agora_products_v1_ListSalesRequest, ListSalesRequest__Output as _agora_products_v1_ListSalesRequest__Output } from './agora/products/v1/ListSalesRequest.ts';
import type { ListSellerItemsRequest as _agora_products_v1_ListSellerItemsRequest, ListSellerItemsRequest__Output as _agora_products_v1_ListSellerItemsRequest__Output } from './agora/products/v1/ListSellerItemsRequest.ts';
import type { Money as _agora_products_v1_Money, Money__Output as _agora_products_v1_Money__Output } from './agora/products/v1/Money.ts';
import type { ProductsClient as _agora_products_v1_ProductsClient, ProductsDefinition as _agora_products_v1_ProductsDefinition } from './agora/products/v1/Products.ts';
import type { ReadContext as _agora_products_v1_ReadContext, ReadContext__Output as _agora_products_v1_ReadContext__Output } from './agora/products/v1/ReadContext.ts';
import type { ReservationReply as _agora_products_v1_ReservationReply, ReservationReply__Output as _agora_products_v1_ReservationReply__Output } from './agora/products/v1/ReservationReply.ts';
import type { ReserveLine as _agora_products_v1_ReserveLine, ReserveLine__Output as _agora_products_v1_ReserveLine__Output } from './agora/products/v1/ReserveLine.ts';
import type { ReserveRequest as _agora_products_v1_ReserveRequest, ReserveRequest__Output as _agora_products_v1_ReserveRequest__Output } from './agora/products/v1/ReserveRequest.ts';
import type { ReservedLine as _agora_products_v1_ReservedLine, ReservedLine__Output as _agora_products_v1_ReservedLine__Output } from './agora/products/v1/ReservedLine.ts';
import type { Sale as _agora_products_v1_Sale, Sale__Output as _agora_products_v1_Sale__Output } from './agora/products/v1/Sale.ts';
import type { SaleList as _agora_products_v1_SaleList, SaleList__Output as _agora_products_v1_SaleList__Output } from './agora/products/v1/SaleList.ts';
import type { SearchReply as _agora_products_v1_SearchReply, SearchReply__Output as _agora_products_v1_SearchReply__Output } from './agora/products/v1/SearchReply.ts';
import type { SearchRequest as _agora_products_v1_SearchRequest, SearchRequest__Output as _agora_products_v1_SearchRequest__Output } from './agora/products/v1/SearchRequest.ts';
import type { SellerRating as _agora_products_v1_SellerRating, SellerRating__Output as _agora_products_v1_SellerRating__Output } from './agora/products/v1/SellerRating.ts';
import type { SettleRequest as _agora_products_v1_SettleRequest, SettleRequest__Output as _agora_products_v1_SettleRequest__Output } from './agora/products/v1/SettleRequest.ts';
import type { StatusReply as _agora_products_v1_StatusReply, StatusReply__Output as _agora_products_v1_StatusReply__Output } from './agora/products/v1/StatusReply.ts';
import type { StatusRequest as _agora_products_v1_StatusRequest, StatusRequest__Output as _agora_products_v1_StatusRequest__Output } from './agora/products/v1/StatusRequest.ts';
import type { VoteRequest as _agora_products_v1_VoteRequest, VoteRequest__Output as _agora_products_v1_VoteRequest__Output } from './agora/products/v1/VoteRequest.ts';
import type { WriteContext as _agora_products_v1_WriteContext, WriteContext__Output as _agora_products_v1_WriteContext__Output } from './agora/products/v1/WriteContext.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  agora: {
    products: {
      v1: {
        Availability: EnumTypeDefinition
        ChangePriceRequest: MessageTypeDefinition<_agora_products_v1_ChangePriceRequest, _agora_products_v1_ChangePriceRequest__Output>
        ChangeUnitsRequest: MessageTypeDefinition<_agora_products_v1_ChangeUnitsRequest, _agora_products_v1_ChangeUnitsRequest__Output>
        Condition: EnumTypeDefinition
        CreateItemRequest: MessageTypeDefinition<_agora_products_v1_CreateItemRequest, _agora_products_v1_CreateItemRequest__Output>
        GetItemsRequest: MessageTypeDefinition<_agora_products_v1_GetItemsRequest, _agora_products_v1_GetItemsRequest__Output>
        GetSellerRatingRequest: MessageTypeDefinition<_agora_products_v1_GetSellerRatingRequest, _agora_products_v1_GetSellerRatingRequest__Output>
        Item: MessageTypeDefinition<_agora_products_v1_Item, _agora_products_v1_Item__Output>
        ItemList: MessageTypeDefinition<_agora_products_v1_ItemList, _agora_products_v1_ItemList__Output>
        ItemReply: MessageTypeDefinition<_agora_products_v1_ItemReply, _agora_products_v1_ItemReply__Output>
        ListSalesRequest: MessageTypeDefinition<_agora_products_v1_ListSalesRequest, _agora_products_v1_ListSalesRequest__Output>
        ListSellerItemsRequest: MessageTypeDefinition<_agora_products_v1_ListSellerItemsRequest, _agora_products_v1_ListSellerItemsRequest__Output>
        Money: MessageTypeDefinition<_agora_products_v1_Money, _agora_products_v1_Money__Output>
        Products: SubtypeConstructor<typeof grpc.Client, _agora_products_v1_ProductsClient> & { service: _agora_products_v1_ProductsDefinition }
        ReadContext: MessageTypeDefinition<_agora_products_v1_ReadContext, _agora_products_v1_ReadContext__Output>
        ReservationReply: MessageTypeDefinition<_agora_products_v1_ReservationReply, _agora_products_v1_ReservationReply__Output>
        ReservationState: EnumTypeDefinition
        ReserveLine: MessageTypeDefinition<_agora_products_v1_ReserveLine, _agora_products_v1_ReserveLine__Output>
        ReserveRequest: MessageTypeDefinition<_agora_products_v1_ReserveRequest, _agora_products_v1_ReserveRequest__Output>
        ReservedLine: MessageTypeDefinition<_agora_products_v1_ReservedLine, _agora_products_v1_ReservedLine__Output>
        Sale: MessageTypeDefinition<_agora_products_v1_Sale, _agora_products_v1_Sale__Output>
        SaleList: MessageTypeDefinition<_agora_products_v1_SaleList, _agora_products_v1_SaleList__Output>
        SearchReply: MessageTypeDefinition<_agora_products_v1_SearchReply, _agora_products_v1_SearchReply__Output>
        SearchRequest: MessageTypeDefinition<_agora_products_v1_SearchRequest, _agora_products_v1_SearchRequest__Output>
        SellerRating: MessageTypeDefinition<_agora_products_v1_SellerRating, _agora_products_v1_SellerRating__Output>
        SettleRequest: MessageTypeDefinition<_agora_products_v1_SettleRequest, _agora_products_v1_SettleRequest__Output>
        StatusReply: MessageTypeDefinition<_agora_products_v1_StatusReply, _agora_products_v1_StatusReply__Output>
        StatusRequest: MessageTypeDefinition<_agora_products_v1_StatusRequest, _agora_products_v1_StatusRequest__Output>
        VoteRequest: MessageTypeDefinition<_agora_products_v1_VoteRequest, _agora_products_v1_VoteRequest__Output>
        WriteContext: MessageTypeDefinition<_agora_products_v1_WriteContext, _agora_products_v1_WriteContext__Output>
      }
    }
  }
}

