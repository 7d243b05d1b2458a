// Original file: db-customers/customers.proto


export interface StatusRequest {
}

export interface StatusRequest__Output {
}
