// Original file: replication/operator/group.proto


export interface Administered {
}

export interface Administered__Output {
}
