// Original file: db-products/products.proto


export interface StatusRequest {
}

export interface StatusRequest__Output {
}
