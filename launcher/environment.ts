/**
 * The settings of a cluster as seen from its data directory: what the environment says, else what
 * `up` recorded, else the defaults. So `./agora status` finds a cluster wherever `up` put it.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Config, loadConfigOrExit, processEnvironment } from '../platform/config.ts'
import { ClusterDirectory } from './cluster-directory.ts'
import { type ClusterShape, defaultShape, localAddresses } from './plan.ts'

export type Cluster = {
  readonly directory: ClusterDirectory
  readonly config: Config
  /** What the processes are given; contains the secret. */
  readonly environment: Readonly<Record<string, string>>
}

/**
 * For `up`: with a shape on the command line, addresses made for it, whatever the environment says;
 * without one, those of the environment, else the default shape's.
 */
export function newCluster(dataDir: string, shape: Partial<ClusterShape>): Cluster {
  const addresses = localAddresses({ ...defaultShape, ...shape })
  return settle(dataDir, addresses, Object.keys(shape).length === 0)
}

/** For every other command: the addresses that `up` recorded come before the defaults. */
export function existingCluster(dataDir: string): Cluster {
  const recorded = new ClusterDirectory(dataDir).readRecord()?.environment ?? {}
  return settle(dataDir, { ...localAddresses(defaultShape), ...recorded }, true)
}

function settle(
  dataDir: string,
  fallback: Readonly<Record<string, string>>,
  environmentWins: boolean,
): Cluster {
  const directory = new ClusterDirectory(dataDir)
  const given = processEnvironment()
  const environment: Record<string, string> = { ...fallback, DATA_DIR: directory.path }
  for (const name of environmentWins ? Object.keys(localAddresses(defaultShape)) : []) {
    const value = given[name]
    if (value !== undefined && value !== '') environment[name] = value
  }
  environment.CLUSTER_SECRET = given.CLUSTER_SECRET || directory.secret()
  return { directory, config: loadConfigOrExit({ ...given, ...environment }), environment }
}

/** What may be written to cluster.json. */
export function recordableEnvironment(
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  const { CLUSTER_SECRET: _secret, ...rest } = environment
  return rest
}

/** Where command lines keep their sessions. */
export function stateDirectory(): string {
  const base = processEnvironment().XDG_STATE_HOME || join(homedir(), '.local', 'state')
  return join(base, 'agora')
}
