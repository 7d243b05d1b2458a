/**
 * What a member of a measured group can be asked: the log's submit, barrier, administer and status,
 * each as one call. It must not know which protocol orders.
 */
import process from 'node:process'
import type { UntypedServiceImplementation } from '@grpc/grpc-js'
import { AppError } from '../../common/errors.ts'
import type { Deadline } from '../../common/deadline.ts'
import type { RpcService } from '../../platform/rpc/server.ts'
import { type UnaryCall, unary } from '../../platform/rpc/unary.ts'
import type { ReplicaParts } from '../../replication/replica/plan.ts'
import { settle } from '../../replication/replica/request-context.ts'
import type { GroupAction } from '../../replication/replicated-log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { Recording } from '../measure.ts'
import { runClosedLoop } from './closed-loop.ts'
import { type WriteBody, writeCommand } from './command.ts'
import { commandMaker } from './commands.ts'
import { type MemoryUse, memberDefinition, type OwnLoad, type Traffic } from './definition.ts'
import { missingKeys, type Written } from './state-machines.ts'

const ownCallTimeoutMs = 10_000

export function memberService(
  { log, reads, groupTimeMs, metrics, requestLog }: ReplicaParts<WriteBody>,
  appliedIndex: () => number,
): RpcService {
  const submit = async (bytes: Uint8Array, deadline: Deadline): Promise<number> => {
    const command = writeCommand(bytes, groupTimeMs())
    return settle<Written>(await log.submit(command, deadline)).value.index
  }
  const read = async (deadline: Deadline): Promise<number> => {
    await log.barrier(deadline)
    return appliedIndex()
  }
  const answer = <Request, Reply>(work: (request: Request, call: UnaryCall) => Promise<Reply>) =>
    unary(work, { requestLog })

  const implementation: UntypedServiceImplementation = {
    Submit: answer((bytes: Uint8Array, { deadline }) => submit(bytes, deadline)),
    Read: answer((_request: object, { deadline }) => read(deadline)),
    Missing: answer(async (keys: readonly string[], { deadline }) => {
      await log.barrier(deadline)
      return await missingKeys(reads, keys)
    }),
    LoadYourself: answer((load: OwnLoad) => loadOneself(load, { submit, read })),
    Administer: answer(async (action: GroupAction, { deadline }) => {
      await log.administer(action, deadline)
      return {}
    }),
    GetStatus: answer(async () => log.status()),
    GetMemory: answer(async (): Promise<MemoryUse> => {
      const { rss, heapUsed } = process.memoryUsage()
      return { residentBytes: rss, heapUsedBytes: heapUsed }
    }),
    GetTraffic: answer((): Promise<Traffic> => trafficOf(metrics)),
  }
  return { definition: memberDefinition, implementation }
}

async function trafficOf(metrics: Metrics): Promise<Traffic> {
  const total = async (name: string): Promise<number> => {
    const values = (await metrics.getSingleMetric(name)?.get())?.values ?? []
    return values.reduce((sum, { value }) => sum + value, 0)
  }
  return {
    datagrams: await total('agora_replica_udp_datagrams_sent_total'),
    bytes: await total('agora_replica_udp_bytes_sent_total'),
  }
}

type OwnCalls = {
  submit(bytes: Uint8Array, deadline: Deadline): Promise<number>
  read(deadline: Deadline): Promise<number>
}

function loadOneself(load: OwnLoad, { submit, read }: OwnCalls): Promise<Recording> {
  const makeCommand = commandMaker(load.sizeBytes)
  const deadline = (): Deadline => ({ atUnixMs: Date.now() + ownCallTimeoutMs })
  return runClosedLoop({
    ...load,
    name: load.kind,
    call: () => (load.kind === 'write' ? submit(makeCommand(), deadline()) : read(deadline())),
    codeOf: (error) => (error instanceof AppError ? error.code : String(error)),
  })
}
