/** The command by which a member orders its clock. SqlStateMachine applies it itself. */
import { assert } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { Command } from './application.ts'

/** `unixMs`: the member's clock when it submitted. Applications must not use this `type`. */
export type ClockBody = {
  readonly type: 'clock'
  readonly member: MemberId
  readonly unixMs: number
}

/** It needs no request id: to stamp twice is to stamp. */
export function clockCommand(member: MemberId, unixMs: number): Command<ClockBody> {
  assert(Number.isSafeInteger(unixMs) && unixMs > 0, 'a clock shows Unix milliseconds')
  return {
    request: { requestId: '', fingerprint: '', retention: 'brief', submittedAtMs: 0 },
    body: { type: 'clock', member, unixMs },
  }
}

export function isClockCommand(
  command: Command<{ readonly type: string }>,
): command is Command<ClockBody> {
  return command.body.type === 'clock'
}
