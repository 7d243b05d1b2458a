// Original file: replication/transfer/transfer.proto


export interface Forgotten {
}

export interface Forgotten__Output {
}
