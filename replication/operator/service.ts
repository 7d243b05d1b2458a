/**
 * The service through which operators see a group and change it, at every replica, whatever it
 * replicates and however. It must not know protocols or applications.
 */
import type { RequestLog } from '../../platform/request-log.ts'
import type { RpcService } from '../../platform/rpc/server.ts'
import { unary } from '../../platform/rpc/unary.ts'
import type { ReplicatedLog } from '../replicated-log.ts'
import { actionFromMessage } from './action.ts'
import { groupDefinition } from './definition.ts'
import type { GroupHandlers } from './gen/index.ts'

export function groupService({
  log,
  requestLog,
}: {
  readonly log: Pick<ReplicatedLog<never, never>, 'administer' | 'status'>
  readonly requestLog: RequestLog
}): RpcService {
  const implementation: GroupHandlers = {
    GetStatus: unary(async () => ({ json: JSON.stringify(log.status()) }), { requestLog }),
    Administer: unary(
      async (message, { deadline }) => {
        const action = actionFromMessage(message)
        const about = requestLog.of(deadline.requestId)
        about.info({ action }, 'an operator asks for a change of the group')
        await log.administer(action, deadline)
        about.info({ action }, 'the change of the group is done')
        return {}
      },
      { requestLog },
    ),
  }
  return { definition: groupDefinition(), implementation }
}
