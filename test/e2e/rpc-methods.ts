/** Every method that a replica serves, health left out: that is for all. */
import { readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { assetPath } from '../../platform/assets.ts'
import { callsDefinition } from '../../platform/rpc/calls-definition.ts'
import { loadProto } from '../../platform/rpc/proto.ts'

/** `/agora.customers.v1.Customers/GetCart`, … */
export function methodPaths(group: 'customers' | 'products'): string[] {
  const root = dirname(assetPath('package.json'))
  const folders = [`db-${group}`, 'replication']
  const protos = folders.flatMap((folder) => protosBelow(join(root, folder)))
  const paths = protos.flatMap((proto) =>
    Object.values(loadProto(relative(root, proto))).flatMap((definition) =>
      Object.values(definition).flatMap((method) => (hasPath(method) ? [method.path] : [])),
    ),
  )
  const streams = group === 'products' ? ['/agora.raft.v1.Peers/Stream'] : []
  const reflection = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo'
  return [...new Set([...paths, ...streams, callsDefinition().Open.path, reflection])]
}

function hasPath(value: unknown): value is { readonly path: string } {
  return typeof value === 'object' && value !== null && 'path' in value
}

function protosBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.proto'))
    .map((entry) => join(entry.parentPath, entry.name))
}
