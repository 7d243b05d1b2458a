/**
 * `./agora doctor`: looks at all that Agora needs, on this machine and of the cluster, and says what to
 * do about what is missing. Changes nothing but a file that it deletes again.
 */
import { isLoopback } from '../../common/host-port.ts'
import type { Cluster } from '../environment.ts'
import { planCluster } from '../plan.ts'
import { isThisMachine } from '../ports.ts'
import { examineCertificates } from './certificates.ts'
import { examineCluster } from './cluster.ts'
import { examineDataDirectory } from './data-directory.ts'
import type { Finding } from './finding.ts'
import { examineMachine } from './machine.ts'

export async function examine(cluster: Cluster): Promise<Finding[]> {
  const { config, directory } = cluster
  const plans = planCluster(config)
  const local = plans.filter(({ host }) => isThisMachine(host))
  const replicas = local.filter(({ group }) => group === 'customers' || group === 'products')
  const databases = config.databaseUrl === undefined ? replicas.length : 0
  const beyondLoopback = plans.some(({ host }) => !isLoopback(host))
  return [
    ...(await examineMachine({ processes: local.length, databases })),
    ...(await examineDataDirectory(directory, databases)),
    await examineCertificates(config.tls, beyondLoopback),
    ...(await examineCluster(cluster, local)),
  ]
}
