// Writes TypeScript types for the gRPC services into a folder gen beside each .proto, with the
// options under which platform/rpc loads the same files. `--check` writes nothing and fails when
// what is checked in differs from what would be written.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const generator = join(root, 'node_modules/@grpc/proto-loader/build/bin/proto-loader-gen-types.js')

// The same choices as `loadProto` in platform/rpc/proto.ts: change both or neither.
const options = [
  '--longs=Number',
  '--enums=String',
  '--defaults',
  '--arrays',
  '--oneofs',
  '--grpcLib=@grpc/grpc-js',
  '--importFileExtension=.ts',
]
const services = [
  { proto: 'platform/rpc/calls.proto', output: 'platform/rpc/gen' },
  { proto: 'db-customers/customers.proto', output: 'db-customers/gen' },
  { proto: 'db-products/products.proto', output: 'db-products/gen' },
  { proto: 'replication/operator/group.proto', output: 'replication/operator/gen' },
  { proto: 'replication/transfer/transfer.proto', output: 'replication/transfer/gen' },
]

/** Relative path → content of every file below `folder`. */
function contentsOf(folder) {
  const contents = new Map()
  try {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      contents.set(path.slice(folder.length + 1), readFileSync(path, 'utf8'))
    }
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  return contents
}

/** Fills `folder` with the types of one proto file and an index.ts that names them all. */
function generate(proto, folder) {
  const result = spawnSync(process.execPath, [generator, ...options, `--outDir=${folder}`, proto], {
    cwd: root,
    encoding: 'utf8',
  })
  if (result.status !== 0) throw new Error(`${proto}: ${result.stderr || result.stdout}`)

  const entryPoint = `${basename(proto, '.proto')}.ts`
  const lines = [`// Original file: ${proto}`, '', `export type * from './${entryPoint}'`]
  for (const path of [...contentsOf(folder).keys()].sort()) {
    if (path !== entryPoint) lines.push(`export type * from './${path.replaceAll('\\', '/')}'`)
  }
  writeFileSync(join(folder, 'index.ts'), `${lines.join('\n')}\n`)
}

const check = process.argv.includes('--check')
let drifted = false
for (const { proto, output } of services) {
  const scratch = mkdtempSync(join(tmpdir(), 'agora-proto-'))
  try {
    generate(proto, scratch)
    const target = join(root, output)
    const [wanted, present] = [contentsOf(scratch), contentsOf(target)]
    const differing = [...new Set([...wanted.keys(), ...present.keys()])].filter(
      (path) => wanted.get(path) !== present.get(path),
    )
    if (differing.length === 0) continue
    if (check) {
      drifted = true
      console.error(`${output} does not match ${proto}: ${differing.join(', ')}`)
    } else {
      rmSync(target, { recursive: true, force: true })
      cpSync(scratch, target, { recursive: true })
      console.error(`${output}: ${differing.length} files written`)
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
if (drifted) {
  console.error('Run `npm run generate` and commit what it writes.')
  process.exit(1)
}
