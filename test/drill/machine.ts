/**
 * One machine of a drill: runs in a network namespace of its own, starts all processes whose addresses
 * are there, brings back those that die, and keeps a record of them. Argument: the record's file.
 */
import { writeWhole } from '../../launcher/cluster-directory.ts'
import { newCluster } from '../../launcher/environment.ts'
import { planCluster } from '../../launcher/plan.ts'
import { isThisMachine } from '../../launcher/ports.ts'
import { Supervisor } from '../../launcher/supervisor.ts'
import { processEnvironment } from '../../platform/config.ts'

const [record = ''] = process.argv.slice(2)
const { directory, config, environment } = newCluster(processEnvironment().DATA_DIR ?? '', {})
directory.create()
const supervisor = new Supervisor({
  directory,
  environment: () => environment,
  say: (line) => console.error(line),
  onChange: (processes) => writeWhole(record, JSON.stringify(processes)),
})
const stopped = new Promise<void>((resolve) => {
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => resolve())
})
supervisor.start(planCluster(config).filter(({ host }) => isThisMachine(host)))
await stopped
await supervisor.stop()
