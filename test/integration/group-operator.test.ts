/** The operators' service and client, over real gRPC, in front of logs that answer as told. */
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../../common/errors.ts'
import { createLogger } from '../../platform/log.ts'
import { createRequestLog } from '../../platform/request-log.ts'
import { type RpcServer, startGrpcServer } from '../../platform/rpc/server.ts'
import { GroupOperator } from '../../replication/operator/client.ts'
import { statusJson } from '../../replication/operator/report.fixture.ts'
import { groupService } from '../../replication/operator/service.ts'
import type { GroupAction, GroupStatus } from '../../replication/replicated-log.ts'

const secret = 'a secret for this test only'
const logger = createLogger({ name: 'test', level: 'silent' })
const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A group of three whose lead the test moves. */
class FakeGroup {
  leader: number | undefined = 0
  term = 1
  readonly done: { readonly at: number; readonly action: GroupAction }[] = []
  readonly servers: RpcServer[] = []
  /** What member `at` does instead of the action. */
  instead: (at: number, action: GroupAction) => Promise<void> = async (at, action) => {
    this.done.push({ at, action })
  }

  async start(): Promise<void> {
    for (const self of [0, 1, 2]) {
      const log = {
        status: () => JSON.parse(this.#status(self)) as GroupStatus,
        administer: (action: GroupAction) => this.instead(self, action),
      }
      const services = [groupService({ log, requestLog: createRequestLog(logger) })]
      const server = await startGrpcServer({ host: '127.0.0.1', port: 0, services, secret, logger })
      closing.push(() => server.close(0))
      this.servers.push(server)
    }
  }

  /** With the addresses that the servers really have. */
  #status(self: number): string {
    const { leader, term } = this
    const status = JSON.parse(
      statusJson({ leader, term, seats: [0, 1, 2].map((id) => ({ id })) }, self),
    )
    for (const seat of status.protocolDetails.configuration) seat.port = this.port(seat.id)
    return JSON.stringify(status)
  }

  port(id: number): number {
    return this.servers[id]?.port ?? 0
  }

  operator(ids: readonly number[], otherSecret = secret): GroupOperator {
    const members = ids.map((id) => ({ host: '127.0.0.1', port: this.port(id) }))
    const operator = new GroupOperator({ members, secret: otherSecret })
    closing.push(() => operator.close())
    return operator
  }
}

async function groupOfThree(): Promise<FakeGroup> {
  const group = new FakeGroup()
  await group.start()
  return group
}

const transfer: GroupAction = { kind: 'transfer', to: undefined }
const within = (ms: number) => ({ atUnixMs: Date.now() + ms })

describe('the operators’ client', () => {
  it('learns of members that it was not told of, and asks the one that leads', async () => {
    const group = await groupOfThree()
    group.leader = 2
    const operator = group.operator([0])
    const answers = await operator.look()
    expect(answers.map(({ port }) => port)).toEqual([0, 1, 2].map((id) => group.port(id)))
    await operator.administer(transfer, within(5_000))
    expect(group.done).toEqual([{ at: 2, action: transfer }])
  })

  it('follows the lead when it moves under the question', async () => {
    const group = await groupOfThree()
    const { instead } = group
    group.instead = async (at, action) => {
      if (at === group.leader && at !== 1) {
        group.leader = 1
        group.term += 1
        throw new AppError('UNAVAILABLE', { message: 'member 1 leads', definite: true })
      }
      await instead(at, action)
    }
    await group.operator([0, 1, 2]).administer(transfer, within(5_000))
    expect(group.done).toEqual([{ at: 1, action: transfer }])
  })

  it('hands on a refusal at once, and never asks twice when the outcome is unknown', async () => {
    const group = await groupOfThree()
    let asked = 0
    const failures = [
      new AppError('MEMBERSHIP_REFUSED', { message: 'member 5 is not heard' }),
      new AppError('DEADLINE_EXCEEDED', { definite: false }),
    ]
    group.instead = async () => {
      throw failures[asked++]
    }
    const operator = group.operator([0])
    await expect(operator.administer(transfer, within(5_000))).rejects.toMatchObject({
      code: 'MEMBERSHIP_REFUSED',
      message: 'member 5 is not heard',
    })
    await expect(operator.administer(transfer, within(5_000))).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      definite: false,
    })
    expect(asked).toBe(2)
  })

  it('says that nobody leads, not later than it was told to', async () => {
    const group = await groupOfThree()
    group.leader = undefined
    const startedAtMs = performance.now()
    const asking = group.operator([0, 1]).administer(transfer, within(600))
    await expect(asking).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      definite: true,
      message: expect.stringContaining('no member of the group says that it leads'),
    })
    expect(performance.now() - startedAtMs).toBeLessThan(3_000)
  })

  it('reports a member that does not answer, and one that knows another secret', async () => {
    const group = await groupOfThree()
    await group.servers[1]?.close(0)
    const answers = await group.operator([0]).look()
    expect(answers.map(({ report }) => report?.self)).toEqual([0, undefined, 2])
    expect(answers[1]?.problem).toMatch(/^connect ECONNREFUSED 127\.0\.0\.1:\d+$/)
    const [refused] = await group.operator([0], 'another secret').look()
    expect(refused?.problem).toContain('signed with another CLUSTER_SECRET')
  })

  it('gets no further with a request that is wrong in itself', async () => {
    const group = await groupOfThree()
    const member = { id: 700 as never, host: 'a', port: 1 }
    const wrong: GroupAction = { kind: 'add', member, learner: false }
    await expect(group.operator([0]).administer(wrong, within(5_000))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    expect(group.done).toEqual([])
  })
})
