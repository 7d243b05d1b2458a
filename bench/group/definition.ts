/**
 * The gRPC service of a member of a measured group: bytes as they are on the way that is measured,
 * JSON on the others. Both ends take it from here, so there is no proto file.
 */
import type { MethodDefinition } from '@grpc/grpc-js'
import { ByteReader, ByteWriter } from '../../common/bytes.ts'
import type { GroupAction, GroupStatus } from '../../replication/replicated-log.ts'
import type { Recording } from '../measure.ts'

export type LoadKind = 'write' | 'read'

/** A load that a member puts on itself, without gRPC. */
export type OwnLoad = {
  readonly kind: LoadKind
  readonly outstanding: number
  readonly sizeBytes: number
  readonly warmUpMs: number
  readonly measuredMs: number
}

/** Of a member's process, without its PostgreSQL. */
export type MemoryUse = { readonly residentBytes: number; readonly heapUsedBytes: number }

/** What has left so far, towards the other members; zeros where the protocol sends no datagrams. */
export type Traffic = { readonly datagrams: number; readonly bytes: number }

type Conversion<T> = {
  readonly serialize: (value: T) => Buffer
  readonly deserialize: (bytes: Buffer) => T
}

const bytes: Conversion<Uint8Array> = {
  serialize: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  deserialize: (value) => value,
}

const number: Conversion<number> = {
  serialize: (value) => bytes.serialize(new ByteWriter(8).u53(value).finish()),
  deserialize: (value) => new ByteReader(value).u53(),
}

// Not null: that is how the library says that no message came.
const nothing: Conversion<object> = {
  serialize: () => Buffer.alloc(0),
  deserialize: () => ({}),
}

function json<T>(): Conversion<T> {
  return {
    serialize: (value) => Buffer.from(JSON.stringify(value)),
    deserialize: (value) => JSON.parse(value.toString('utf8')),
  }
}

function method<Request, Reply>(
  name: string,
  request: Conversion<Request>,
  reply: Conversion<Reply>,
): MethodDefinition<Request, Reply> {
  return {
    path: `/agora.bench.v1.Member/${name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: request.serialize,
    requestDeserialize: request.deserialize,
    responseSerialize: reply.serialize,
    responseDeserialize: reply.deserialize,
  }
}

export const memberDefinition = {
  /** A command; its index, once it is applied where it was submitted. */
  Submit: method('Submit', bytes, number),
  /** The applied index, once all that was acknowledged anywhere before is applied here. */
  Read: method('Read', nothing, number),
  /** Keys; those of them that have no row here, after a barrier. */
  Missing: method('Missing', json<readonly string[]>(), json<readonly string[]>()),
  LoadYourself: method('LoadYourself', json<OwnLoad>(), json<Recording>()),
  Administer: method('Administer', json<GroupAction>(), nothing),
  GetStatus: method('GetStatus', nothing, json<GroupStatus>()),
  GetMemory: method('GetMemory', nothing, json<MemoryUse>()),
  GetTraffic: method('GetTraffic', nothing, json<Traffic>()),
} as const
