/** GroupAction ↔ its message in group.proto. What is wrong in itself is refused here. */
import { z } from 'zod'
import { unreachable } from '../../common/assert.ts'
import { formatHostPort, type HostPort, parseHostPort } from '../../common/host-port.ts'
import { memberId } from '../../common/member.ts'
import { integer, parseRequest } from '../replica/requests.ts'
import type { GroupAction } from '../replicated-log.ts'
import type { GroupAction as ActionMessage } from './gen/index.ts'

/** As configuration allows: two digits. */
const memberIdMax = 99

const id = integer(0, memberIdMax).transform(memberId)
const address = z
  .object({ host: z.string(), port: z.number() })
  // The same words as in a list of addresses, so that what is stored can be configured, too.
  .refine((given) => parseHostPort(formatHostPort(given)) !== undefined, {
    error: 'must be a host and a port from 1 to 65535',
  })

const shape: z.ZodType<GroupAction> = z
  .discriminatedUnion(
    'action',
    [
      z.object({
        action: z.literal('add'),
        add: z.object({ id, address, learner: z.boolean() }),
      }),
      z.object({ action: z.literal('promote'), promote: z.object({ id }) }),
      z.object({ action: z.literal('remove'), remove: z.object({ id }) }),
      z.object({
        action: z.literal('replace'),
        replace: z.object({ id, address: address.nullable() }),
      }),
      z.object({ action: z.literal('transfer'), transfer: z.object({ to: id.optional() }) }),
    ],
    { error: 'must be one of add, promote, remove, replace, transfer' },
  )
  .transform((message): GroupAction => {
    switch (message.action) {
      case 'add': {
        const { add } = message
        return { kind: 'add', member: { id: add.id, ...add.address }, learner: add.learner }
      }
      case 'promote':
        return { kind: 'promote', id: message.promote.id }
      case 'remove':
        return { kind: 'remove', id: message.remove.id }
      case 'replace': {
        const { replace } = message
        return { kind: 'replace', id: replace.id, address: replace.address ?? undefined }
      }
      case 'transfer':
        return { kind: 'transfer', to: message.transfer.to }
      default:
        return unreachable(message)
    }
  })

/** Throws INVALID_ARGUMENT with one entry for each bad field. */
export function actionFromMessage(message: unknown): GroupAction {
  return parseRequest(shape, message)
}

export function actionToMessage(action: GroupAction): ActionMessage {
  switch (action.kind) {
    case 'add': {
      const { member, learner } = action
      return { add: { id: member.id, address: hostPortOf(member), learner } }
    }
    case 'promote':
      return { promote: { id: action.id } }
    case 'remove':
      return { remove: { id: action.id } }
    case 'replace':
      return { replace: { id: action.id, address: action.address ?? null } }
    case 'transfer':
      return { transfer: action.to === undefined ? {} : { to: action.to } }
    default:
      return unreachable(action)
  }
}

const hostPortOf = ({ host, port }: HostPort): HostPort => ({ host, port })
