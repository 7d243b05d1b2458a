/**
 * The settings of a cluster as seen from its data directory: what the environment says, else what
 * `up` recorded, else the defaults. So `./agora status` finds a cluster wherever `up` put it.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Member } from '../common/host-port.ts'
import {
  type Config,
  ConfigError,
  loadConfig,
  loadConfigOrExit,
  processEnvironment,
} from '../platform/config.ts'
import { ClusterDirectory } from './cluster-directory.ts'
import {
  applyChanges,
  MemberChangesError,
  memberList,
  readMemberChanges,
} from './members/changes-file.ts'
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
  const addresses = localAddresses({ ...defaultShape, ...shape }, isSecure())
  return settle(dataDir, addresses, Object.keys(shape).length === 0)
}

/** For every other command: the addresses that `up` recorded come before the defaults. */
export function existingCluster(dataDir: string): Cluster {
  const recorded = new ClusterDirectory(dataDir).readRecord()?.environment ?? {}
  return settle(dataDir, { ...localAddresses(defaultShape, isSecure()), ...recorded }, true)
}

/** Whether TLS is wanted: then the payment service, too, is at an https:// address. */
function isSecure(): boolean {
  return (processEnvironment().TLS_CA ?? '') !== ''
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
  const config = loadConfigOrExit({ ...given, ...environment })
  try {
    return withMemberChanges({ directory, config, environment })
  } catch (error) {
    const isOurs = error instanceof ConfigError || error instanceof MemberChangesError
    if (!isOurs) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
}

/**
 * The same cluster with the members that it has now, as operators have changed them. Throws
 * ConfigError when they do not go together, MemberChangesError when they cannot be read.
 */
export function withMemberChanges(cluster: Cluster): Cluster {
  const { directory, config } = cluster
  const changes = readMemberChanges(directory)
  if (changes.size === 0) return cluster
  return withProducts(cluster, applyChanges(config.productDbs, changes))
}

/** The same cluster with these members of the products group. Throws ConfigError. */
export function withProducts(cluster: Cluster, members: readonly Member[]): Cluster {
  const { directory } = cluster
  const environment = { ...cluster.environment, PRODUCT_DBS: memberList(members) }
  return {
    directory,
    config: loadConfig({ ...processEnvironment(), ...environment }),
    environment,
  }
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
