/**
 * etcd as something to be measured, beside ours: as many members on this machine, their data on the
 * same disk, called over gRPC by the same kind of client.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, type MethodDefinition } from '@grpc/grpc-js'
import { AppError } from '../../common/errors.ts'
import { processEnvironment } from '../../platform/config.ts'
import { clientCredentials, clientOptions } from '../../platform/rpc/channel.ts'
import { loadProto } from '../../platform/rpc/proto.ts'
import { unaryCall } from '../group/member-client.ts'
import { MemberProcess } from '../group/member-process.ts'
import { processorMs } from '../group/processor-time.ts'
import type { MeasuredSystem, Place } from '../group/system.ts'

export type EtcdOptions = {
  readonly members: number
  /** A member takes it, the next one, and five further for each member. */
  readonly basePort: number
  readonly parentDir?: string | undefined
  readonly signal?: AbortSignal | undefined
}

type Header = { readonly memberId: number }
type StatusResponse = { readonly header: Header; readonly leader: number }
type Methods = {
  readonly put: MethodDefinition<{ key: Buffer; value: Buffer }, unknown>
  readonly range: MethodDefinition<{ key: Buffer }, unknown>
  readonly status: MethodDefinition<object, StatusResponse>
}
/** As towards our own, but for the pings: etcd refuses connections that ping this often. */
const etcdClientOptions = { ...clientOptions, 'grpc.keepalive_time_ms': 2 ** 31 - 1 }

type EtcdMember = { readonly process: MemberProcess; readonly client: Client }

const readyTimeoutMs = 30_000
const statusTimeoutMs = 1_000
/** Written in turn: etcd's index of keys stays small. */
const keyCount = 1_000

/** As in `etcd 3.4.23`; throws an error that says where to get it. */
export function requireEtcd(): string {
  const { stdout, error } = spawnSync('etcd', ['--version'], { encoding: 'utf8' })
  const version = /etcd Version: (\S+)/.exec(stdout ?? '')?.[1]
  if (version !== undefined) return `etcd ${version}`
  const because = error === undefined ? 'it does not tell its version' : error.message
  throw new Error(
    `etcd cannot be run (${because}). Install it (Debian, Ubuntu: apt-get install etcd-server), ` +
      'or put the program of a release on the PATH; then measure again.',
  )
}

export async function startEtcd(options: EtcdOptions): Promise<MeasuredSystem> {
  const name = requireEtcd()
  const dir = mkdtempSync(join(options.parentDir ?? tmpdir(), 'agora-bench-etcd-'))
  const members = planMembers(options, dir)
  const remove = async (): Promise<void> => {
    await Promise.all(members.map(({ process }) => process.stop()))
    for (const { client } of members) client.close()
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    for (const { process } of members) process.start()
    const methods = loadMethods()
    const leader = await findLeader(members, methods, options.signal)
    const follower = members.find((member) => member !== leader) ?? leader
    await unaryCall(follower.client, methods.range, { key: keyNumber(0) })
    return { name, ...measured({ members, methods, leader, follower }), remove }
  } catch (error) {
    const said = members.map(({ process }) => process.lastWords()).join('\n')
    await remove()
    throw new Error(`etcd did not start: ${String(error)}\n${said}`, { cause: error })
  }
}

function measured(cluster: {
  readonly members: readonly EtcdMember[]
  readonly methods: Methods
  readonly leader: EtcdMember
  readonly follower: EtcdMember
}): Pick<MeasuredSystem, 'targets' | 'processorTimes' | 'traffic'> {
  const { members, methods, leader, follower } = cluster
  let count = 0
  const at = (place: Place): readonly EtcdMember[] => {
    if (place === 'all') return members
    return [place === 'leader' ? leader : follower]
  }
  return {
    targets: async (place: Place) =>
      at(place).map(({ client }) => ({
        write: (value) => {
          count += 1
          return unaryCall(client, methods.put, { key: keyNumber(count), value })
        },
        read: () => unaryCall(client, methods.range, { key: keyNumber(0) }),
        loadYourself: undefined,
      })),
    traffic: async () => undefined,
    processorTimes: async () => {
      const times = { leader: 0, followers: 0, databases: 0 }
      for (const member of members) {
        const usedMs = member.process.pid === undefined ? 0 : processorMs(member.process.pid)
        times[member === leader ? 'leader' : 'followers'] += usedMs
      }
      return times
    },
  }
}

function keyNumber(count: number): Buffer {
  return Buffer.from(`agora-bench-${count % keyCount}`)
}

function planMembers({ members, basePort }: EtcdOptions, dir: string): EtcdMember[] {
  const names = Array.from({ length: members }, (_, id) => `etcd-${id}`)
  const clientUrl = (id: number): string => `http://127.0.0.1:${basePort + 5 * id}`
  const peerUrl = (id: number): string => `http://127.0.0.1:${basePort + 5 * id + 1}`
  const cluster = names.map((name, id) => `${name}=${peerUrl(id)}`).join(',')
  return names.map((name, id) => {
    const flags = {
      name,
      'data-dir': join(dir, name),
      'listen-client-urls': clientUrl(id),
      'advertise-client-urls': clientUrl(id),
      'listen-peer-urls': peerUrl(id),
      'initial-advertise-peer-urls': peerUrl(id),
      'initial-cluster': cluster,
      'initial-cluster-token': 'agora-bench',
    }
    const process = new MemberProcess({
      name,
      command: 'etcd',
      arguments: Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
      environment: { PATH: processEnvironment().PATH },
      logPath: join(dir, `${name}.log`),
    })
    const address = clientUrl(id).slice('http://'.length)
    return { process, client: new Client(address, clientCredentials(undefined), etcdClientOptions) }
  })
}

function loadMethods(): Methods {
  const proto = loadProto('bench/etcd/etcd.proto')
  const method = (service: string, name: string): never => {
    const found = proto[`etcdserverpb.${service}`] as Record<string, unknown> | undefined
    return found?.[name] as never
  }
  return {
    put: method('KV', 'Put'),
    range: method('KV', 'Range'),
    status: method('Maintenance', 'Status'),
  }
}

async function findLeader(
  members: readonly EtcdMember[],
  { status }: Methods,
  signal: AbortSignal | undefined,
): Promise<EtcdMember> {
  const giveUpAtMs = performance.now() + readyTimeoutMs
  while (performance.now() < giveUpAtMs) {
    for (const member of members) {
      const said = await unaryCall(member.client, status, {}, undefined, statusTimeoutMs).catch(
        unlessUnreachable,
      )
      if (said !== undefined && said.leader === said.header.memberId) return member
    }
    await sleep(50, undefined, { signal })
  }
  throw new Error(`no member leads after ${readyTimeoutMs} ms`)
}

function unlessUnreachable(error: unknown): undefined {
  if (error instanceof AppError) return undefined
  throw error
}
