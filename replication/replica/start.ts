/**
 * Brings up one replica: database, protocol, driver, group clock, gRPC server; and takes it down in
 * the opposite order. What both db-* main.ts share. It must not know an application or a protocol.
 */
import { join } from 'node:path'
import type { Member } from '../../common/host-port.ts'
import type { MemberId } from '../../common/member.ts'
import type { Logger } from '../../platform/log.ts'
import { noCommittedRows } from '../../platform/postgres/row-cache.ts'
import { createRequestLog } from '../../platform/request-log.ts'
import { type RpcServer, startGrpcServer } from '../../platform/rpc/server.ts'
import type { DriverHooks } from '../driver-options.ts'
import { openDriver } from '../open-driver.ts'
import { groupProto } from '../operator/definition.ts'
import { groupService } from '../operator/service.ts'
import { endsBatch } from '../state-machine/check-commands.ts'
import { jsonCommandCodec } from '../state-machine/command-codec.ts'
import { startGroupClock } from '../state-machine/group-clock.ts'
import { systemClock } from '../system-clock.ts'
import { ReplicaTransfer } from '../transfer/state-transfer.ts'
import { prepareComparing } from './comparing.ts'
import { openDatabase, type ReplicaDatabase } from './database.ts'
import { watchDiskSpace } from './disk-watch.ts'
import { explainFailure } from './failures.ts'
import { createReplicaMetrics } from './metrics.ts'
import type { ReplicaParts, ReplicaPlan, ReplicaSeat } from './plan.ts'
import { serveWhenReady, watchWritable } from './readiness.ts'
import { withTransferStatus } from './transfer-status.ts'
import { TransitionLog } from './transition-log.ts'

export type Replica = {
  /** Of the gRPC server. */
  readonly port: number
  /** Resolves once this replica is told to be serving; never when it is stopped before. */
  readonly serving: Promise<void>
  /** Lets calls under way end, then closes everything. For good. */
  stop(): Promise<void>
}

export type StartOptions = {
  readonly logger: Logger
  /** Called when this replica cannot go on: end the process. */
  readonly onFatal: (error: unknown) => void
  /** How often this replica orders its clock. Default: 5 s. */
  readonly clockIntervalMs?: number
}

/**
 * How much later than here a read without a barrier may see what was written elsewhere, for batches
 * that hold several commands.
 */
const applyLingerMs = 20

/** `customers-0`: the process's name, and its directory in DATA_DIR. */
export function replicaName(plan: Pick<ReplicaPlan<never, never>, 'group' | 'self'>): string {
  return `${plan.group}-${plan.self.id}`
}

/** Rejects when a port or the database is taken, saying which; nothing is left running then. */
export async function startReplica<Body extends { readonly type: string }, M>(
  plan: ReplicaPlan<Body, M>,
  { logger, onFatal, clockIntervalMs = 5_000 }: StartOptions,
): Promise<Replica> {
  const { self, members, config } = plan
  const name = replicaName(plan)
  const seat: ReplicaSeat = { self, members, config, logger }
  const comparing = prepareComparing(plan, { logger, onFatal })
  const started = new StopList()
  let database: ReplicaDatabase<Body> | undefined
  /** Whatever ends this replica is told with what a person can do about it. */
  const explain = (error: unknown) =>
    explainFailure(error, { group: plan.group, self: self.id, postgres: database?.postgres })
  const onFailed = (error: unknown): void => void explain(error).then(onFatal, () => onFatal(error))
  try {
    const protocol = await plan.openProtocol(seat)
    const closeTransport = started.add(() => protocol.transport.close())
    const dataDir = join(config.dataDir, name)
    const { application, openStateMachine, openStorage, readSettings } = plan
    database = await openDatabase({
      name,
      dataDir,
      config,
      application,
      observer: comparing.observer,
      openStateMachine,
      openStorage,
      readSettings,
      logger,
    })
    const { postgres, storage, stateMachine, reads, checks } = database
    started.add(() => postgres.stop())
    void postgres.lost.then(onFailed)
    // As the group says, then as the configuration does: a group that was moved still says where it
    // was. Who is removed stays known: its state may still be the one to fetch.
    const seats = new Map<MemberId, Member>()
    const addressesOf = (id: MemberId) =>
      [seats.get(id), members.find((member) => member.id === id)].filter(
        (member) => member !== undefined,
      )
    const transfer = await ReplicaTransfer.open({
      group: plan.group,
      self: self.id,
      dataDir,
      connect: database.connectForTransfer,
      position: () => stateMachine.position(),
      addressesOf,
      secret: config.clusterSecret,
      tls: config.tls,
      logger,
      limits: config.stateTransfer,
    })
    started.add(() => transfer.close())

    const metrics = createReplicaMetrics(name)
    protocol.showMetrics?.(metrics.registry)
    const driver = await openDriver({
      protocol: plan.protocolName,
      self: self.id,
      createCore: (durable) => protocol.createCore(durable),
      codec: protocol.codec,
      transport: protocol.transport,
      transfer,
      onPeers: (peers) => {
        for (const peer of peers) seats.set(peer.id, peer)
      },
      tickMs: protocol.tickMs,
      commands: plan.commands ?? jsonCommandCodec(),
      stateMachine,
      ...(openStateMachine === undefined ? { endsBatch } : {}),
      storage,
      clock: systemClock,
      limits: { applyLingerMs },
      hooks: {
        ...metrics.hooks,
        messageMalformed: warnOncePerSource(logger),
        fetchFailed: ({ error, retryInMs }) =>
          logger.warn({ err: error, retryInMs }, 'no member has given its state; asking again'),
        stateInstalled: (state) => logger.info(state, "another member's state is installed"),
      },
      onFatal: onFailed,
    })
    started.remove(closeTransport) // It is the driver's now.
    started.add(() => driver.close())
    const transitions = new TransitionLog(driver, systemClock, logger)
    started.add(async () => transitions.stop())
    const groupTimeMs = () => stateMachine.groupTimeMs()
    metrics.watch(() => driver.load(), groupTimeMs)

    const requestLog = createRequestLog(logger)
    const parts: ReplicaParts<Body> = {
      self,
      members,
      config,
      requestLog,
      log: withTransferStatus(driver, transfer, transitions),
      reads,
      rows: stateMachine.committedRows ?? noCommittedRows,
      groupTimeMs,
      metrics: metrics.registry,
      lastCheck: () => comparing.status(),
    }
    const ours = [plan.service(parts), groupService(parts), transfer.service]
    const services = [...ours, ...protocol.peerServices]
    const server = await startServer(plan, services, seat)
    started.add(() => server.close())
    // While the server still listens: whoever takes over must reach this replica meanwhile.
    started.add(async () => {
      server.setServing(false)
      const startedAtMs = performance.now()
      const outcome = await driver.leave()
      const durationMs = Math.round(performance.now() - startedAtMs)
      logger.info(
        { outcome, durationMs },
        'this replica is about to stop: what it leaves to others',
      )
    })
    const onFailure = (error: unknown) => logger.debug({ err: error }, 'the clock was not ordered')
    const groupClock = startGroupClock({
      log: driver,
      self: self.id,
      clock: systemClock,
      intervalMs: clockIntervalMs,
      onFailure,
    })
    started.add(async () => groupClock.stop())
    const check = comparing.start({
      log: driver,
      postgres,
      checks,
      groupTimeMs,
      metrics: metrics.registry,
    })
    started.add(async () => check.stop())
    const disk = watchDiskSpace({
      directory: postgres.clusterDir,
      clock: systemClock,
      logger,
      metrics: metrics.registry,
    })
    started.add(async () => disk.stop())
    const watch = watchWritable(driver, systemClock, logger)
    started.add(async () => watch.stop())
    const readiness = serveWhenReady({
      log: driver,
      groupTimeMs,
      server,
      clock: systemClock,
      logger,
    })
    started.add(async () => readiness.stop())
    logger.info({ port: server.port, members: members.length }, 'this replica has started')
    return { port: server.port, serving: readiness.serving, stop: () => started.stop() }
  } catch (error) {
    const explained = await explain(error)
    await started.stop()
    throw explained
  }
}

function startServer(
  plan: Pick<ReplicaPlan<never, never>, 'protoFiles'>,
  services: Parameters<typeof startGrpcServer>[0]['services'],
  { self, config, logger }: ReplicaSeat,
): Promise<RpcServer> {
  return startGrpcServer({
    host: self.host,
    port: self.port,
    services,
    secret: config.clusterSecret,
    ...(config.tls === undefined ? {} : { tls: config.tls }),
    logger,
    reflectionProtos: [...plan.protoFiles, groupProto],
  })
}

/** A peer of another version repeats itself without end; one line says all. */
function warnOncePerSource(logger: Logger): DriverHooks['messageMalformed'] {
  const warned = new Set<number>()
  return (from, error) => {
    if (warned.has(from)) return
    warned.add(from)
    logger.warn({ err: error, from }, 'a message cannot be read; further ones are not logged')
  }
}

/** What has been started, to be stopped from the last to the first; once. */
class StopList {
  #stops: (() => Promise<void>)[] = []
  #stopped: Promise<void> | undefined

  add(stop: () => Promise<void>): () => Promise<void> {
    this.#stops.push(stop)
    return stop
  }

  remove(stop: () => Promise<void>): void {
    this.#stops = this.#stops.filter((other) => other !== stop)
  }

  /** All are tried; the first failure is what it rejects with. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll()
    return this.#stopped
  }

  async #stopAll(): Promise<void> {
    const failures: unknown[] = []
    for (const stop of this.#stops.reverse()) {
      await stop().catch((error: unknown) => failures.push(error))
    }
    if (failures.length > 0) throw failures[0]
  }
}
