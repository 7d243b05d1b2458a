/**
 * The settings of a cluster as seen from its data directory: what the environment says, else what
 * `up` recorded, else the defaults. So `./agora status` finds a cluster wherever `up` put it.
 */
import { type Config, loadConfigOrExit } from '../platform/config.ts'
import { ClusterDirectory } from './cluster-directory.ts'
import { type ClusterShape, defaultShape, localAddresses } from './plan.ts'

export type Cluster = {
  readonly directory: ClusterDirectory
  readonly config: Config
  /** What the processes are given; contains the secret. */
  readonly environment: Readonly<Record<string, string>>
}

/** For `up`: addresses from the environment, or made for `shape`. */
export function newCluster(dataDir: string, shape: Partial<ClusterShape>): Cluster {
  return resolve(dataDir, localAddresses({ ...defaultShape, ...shape }))
}

/** For every other command: the addresses that `up` recorded come before the defaults. */
export function existingCluster(dataDir: string): Cluster {
  const recorded = new ClusterDirectory(dataDir).readRecord()?.environment ?? {}
  return resolve(dataDir, { ...localAddresses(defaultShape), ...recorded })
}

function resolve(dataDir: string, fallback: Readonly<Record<string, string>>): Cluster {
  const directory = new ClusterDirectory(dataDir)
  const environment: Record<string, string> = { ...fallback, DATA_DIR: directory.path }
  for (const name of Object.keys(fallback)) {
    const value = process.env[name]
    if (value !== undefined && value !== '') environment[name] = value
  }
  environment.CLUSTER_SECRET = process.env.CLUSTER_SECRET || directory.secret()
  const config = loadConfigOrExit({ ...process.env, ...environment })
  return { directory, config, environment }
}

/** What may be written to cluster.json. */
export function recordableEnvironment(
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  const { CLUSTER_SECRET: _secret, ...rest } = environment
  return rest
}
