/**
 * Loads .proto files, with the options that the checked-in types were generated with
 * (scripts/generate-proto-types.mjs: change both or neither).
 */
import { isAbsolute } from 'node:path'
import type { ServiceDefinition } from '@grpc/grpc-js'
import { loadSync, type Options, type PackageDefinition } from '@grpc/proto-loader'
import { assert } from '../../common/assert.ts'
import { assetPath } from '../assets.ts'

const options: Options = {
  keepCase: false,
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
  arrays: true,
}

const loaded = new Map<string, PackageDefinition>()

/** `protoPath` is absolute or within the package, as `db-products/products.proto`. Read once. */
export function loadProto(protoPath: string): PackageDefinition {
  const known = loaded.get(protoPath)
  if (known !== undefined) return known
  const found = loadSync(isAbsolute(protoPath) ? protoPath : assetPath(protoPath), options)
  loaded.set(protoPath, found)
  return found
}

/**
 * One service of a file, with the generated type of its definition:
 * `loadService<ProductsDefinition>('db-products/products.proto', 'agora.products.v1.Products')`.
 */
export function loadService<Definition extends ServiceDefinition>(
  protoPath: string,
  serviceName: string,
): Definition {
  const service = loadProto(protoPath)[serviceName]
  assert(service !== undefined && !('format' in service), `${protoPath} has ${serviceName}`)
  // What the file says is what its generated types say; `npm run generate -- --check` holds them to it.
  return service as unknown as Definition
}
