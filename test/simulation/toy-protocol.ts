/** The toy core as the simulator runs it. */
import { type ToyMessage, ToyCore, toyBugs, toyCodec } from './toy-core.ts'
import type { SimulatedProtocol } from './types.ts'

export const toyProtocol: SimulatedProtocol<ToyMessage, ToyCore> = {
  name: 'toy',
  codec: toyCodec,
  tickMs: 10,
  createCore: (options) => new ToyCore(options),
  createChecks: () => [],
  liveness: { needs: 'all', withinMs: 10_000 },
  deliversEachProposalOnce: true,
  plantedBugs: Object.keys(toyBugs),
}
