// Original file: replication/operator/group.proto


export interface StatusRequest {
}

export interface StatusRequest__Output {
}
