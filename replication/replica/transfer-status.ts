/**
 * A log whose status also tells how far a transfer of state is, and when the protocol's transitions
 * were. For people: nothing depends on it.
 */
import type { ReplicatedLog } from '../replicated-log.ts'
import type { TransferProgress } from '../transfer/progress.ts'

export function withTransferStatus<C, R>(
  log: ReplicatedLog<C, R>,
  transfer: { progress(): TransferProgress },
  transitions: Pick<ReplicatedLog<C, R>, 'status'>,
): ReplicatedLog<C, R> {
  return {
    submit: (command, deadline) => log.submit(command, deadline),
    barrier: (deadline) => log.barrier(deadline),
    administer: (action, deadline) => log.administer(action, deadline),
    status: () => ({ ...transitions.status(), ...transfer.progress() }),
    close: () => log.close(),
  }
}
