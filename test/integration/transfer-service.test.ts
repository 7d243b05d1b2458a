/** A whole replica serves its state, to those who know the secret, and tells how far a transfer is. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { createProductsClient } from '../../db-products/api.ts'
import { productsReplica } from '../../db-products/replica.ts'
import { loadConfig } from '../../platform/config.ts'
import { createLogger } from '../../platform/log.ts'
import { type Replica, startReplica } from '../../replication/replica/start.ts'
import type { LogIndex } from '../../replication/replicated-log.ts'
import { chunksOf, decodeManifest, type Manifest } from '../../replication/transfer/manifest.ts'
import { grpcSource, type StateSource } from '../../replication/transfer/source.ts'

const secret = 'a secret for this test only'
const logger = createLogger({ name: 'transfer-test', level: 'error' })
const never = new AbortController().signal
const wanted = (atLeast: number) => ({ atLeast: atLeast as LogIndex, resume: '' })
const sources: StateSource[] = []

let dataDir: string
let replica: Replica

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'agora-transfer-'))
  const self = { id: memberId(0), host: '127.0.0.1', port: 0 }
  const config = {
    ...loadConfig({ CLUSTER_SECRET: secret, DATA_DIR: dataDir }),
    productDbs: [self],
  }
  const onFatal = (error: unknown) => {
    throw error
  }
  replica = await startReplica(productsReplica(config, self), { logger, onFatal })
  await replica.serving
})

afterAll(async () => {
  for (const source of sources) source.close()
  await replica.stop()
  await rm(dataDir, { recursive: true, force: true })
})

function sourceFor(group: string, itsSecret = secret): StateSource {
  const address = { host: '127.0.0.1', port: replica.port }
  const source = grpcSource({ address, group, secret: itsSecret })
  sources.push(source)
  return source
}

async function ready(source: StateSource): Promise<Manifest> {
  for (;;) {
    const offer = await source.describe(wanted(1), never)
    if (offer.kind === 'ready') return decodeManifest(offer.manifest)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

it('gives its state, and shows in its status that it does', async () => {
  const source = sourceFor('products')
  const manifest = await ready(source)
  expect(manifest.tables.map(({ name }) => name)).toContain('items')
  expect(manifest.position.index).toBeGreaterThan(0)
  const [first] = chunksOf(manifest)
  expect(await source.fetchChunk(manifest.exportId, 0, never)).toHaveLength(first?.sizeBytes ?? 0)
  expect(await source.fetchChunk('0000000000000000', 0, never)).toBeUndefined()

  const members = [{ host: '127.0.0.1', port: replica.port }]
  const client = createProductsClient({ members, secret, logger })
  const deadline = { atUnixMs: Date.now() + 10_000 }
  const { json } = await client.getStatus({ metrics: false }, { deadline })
  client.close()
  const { index } = manifest.position
  expect(JSON.parse(json).stateExports).toMatchObject([{ kind: 'ready', index }])
})

it('gives nothing to another group, to strangers, or of what it has not applied', async () => {
  const other = sourceFor('customers').describe(wanted(1), never)
  await expect(other).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  const stranger = sourceFor('products', 'quite another secret').describe(wanted(1), never)
  await expect(stranger).rejects.toThrow('does not accept this process')
  const later = sourceFor('products').describe(wanted(1_000_000), never)
  await expect(later).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})

it('is let alone by whoever has withdrawn', async () => {
  const abort = new AbortController()
  const asked = sourceFor('products').describe(wanted(1), abort.signal)
  abort.abort()
  await expect(asked).rejects.toThrow()
})
