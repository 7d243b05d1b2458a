/** A resumer of the property tests: it dies at a chosen point, and a new one starts a second later. */
import type { PurchaseServices } from '../ports.ts'
import { startResuming } from '../resume.ts'
import { type Lines, ModelServer } from './network.ts'

/** `complain` is told of what is a bug; failures that may pass are none. */
export function startResumer(
  { time, random }: Lines,
  diesAfter: number,
  servicesOf: (server: ModelServer) => PurchaseServices,
  complain: (problem: string) => void,
): void {
  const begin = (server: ModelServer): void => {
    startResuming({
      services: servicesOf(server),
      patience: { clock: server, random },
      claimedBy: server.name,
      report: (id, error) => {
        if (!(error instanceof Error) || error.name !== 'AppError') {
          complain(`${id} resumed: ${String(error)}`)
        }
      },
      failed: (error) => complain(`resumer: ${String(error)}`),
    })
  }
  const first = new ModelServer('resumer', time, diesAfter)
  begin(first)
  const watch = (): void => {
    if (first.isAlive) time.after(1_000, watch)
    else begin(new ModelServer('resumer-again', time))
  }
  watch()
}
