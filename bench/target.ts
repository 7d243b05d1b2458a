/** What is measured: a cluster that runs already, or one of our own that is gone afterwards. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClusterDirectory } from '../launcher/cluster-directory.ts'
import { down } from '../launcher/down.ts'
import { type Cluster, existingCluster } from '../launcher/environment.ts'
import { serverUrls } from '../launcher/plan.ts'
import { readStatus } from '../launcher/status.ts'
import { assetPath } from '../platform/assets.ts'
import { processEnvironment } from '../platform/config.ts'
import { readProcessorUse } from './processor-use.ts'
import type { Target } from './run.ts'

export type TargetOptions = { readonly dataDir?: string; readonly basePort: number }

const readyTimeoutMs = 120_000

export async function withCluster(
  { dataDir, basePort }: TargetOptions,
  measure: (target: Target) => Promise<void>,
): Promise<void> {
  if (dataDir !== undefined) return await measure(targetOf(existingCluster(dataDir)))
  const temporary = mkdtempSync(join(tmpdir(), 'agora-bench-'))
  try {
    await startCluster(temporary, basePort)
    await measure(targetOf(existingCluster(temporary)))
  } finally {
    await down(new ClusterDirectory(temporary), true)
    rmSync(temporary, { recursive: true, force: true })
  }
}

function targetOf(cluster: Cluster): Target {
  return {
    ...serverUrls(cluster.config),
    elections: () => countElections(cluster),
    processorUse: () => readProcessorUse(cluster.directory),
  }
}

/** Raft's term counts the elections that anybody began. */
async function countElections(cluster: Cluster): Promise<number> {
  const terms = (await readStatus(cluster)).flatMap(({ replication }) => {
    const term = replication?.protocolDetails.term
    return typeof term === 'number' ? [term] : []
  })
  if (terms.length === 0) throw new Error('no member of the products group says its term')
  return Math.max(...terms)
}

async function startCluster(dataDir: string, basePort: number): Promise<void> {
  const readyFile = join(dataDir, 'ready.json')
  const launcher = assetPath('dist/launcher/main.js')
  const flags = ['--data-dir', dataDir, '--base-port', String(basePort), '--ready-file', readyFile]
  const child = spawn(process.execPath, [launcher, 'up', '--seed', ...flags], {
    env: { ...processEnvironment(), ...generousLimits },
    stdio: ['ignore', 'ignore', 'inherit'],
    // Ctrl-C ends the bench, whose `finally` then stops the cluster in order.
    detached: true,
  })
  const giveUpAtMs = performance.now() + readyTimeoutMs
  while (!existsSync(readyFile)) {
    if (child.exitCode !== null || performance.now() > giveUpAtMs) {
      throw new Error('The cluster that was to be measured did not come up.')
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** All clients come from one address: limits by address would be what is measured. */
const generousLimits = {
  RATE_LIMIT_ACCOUNTS: '0',
  RATE_LIMIT_FAILED_LOGINS: '0',
  RATE_LIMIT_PER_SECOND: '0',
} as const
