/**
 * One run of the purchases' property test: buyers buy from a small stock through servers that die,
 * over a network with faults; afterwards everything must agree. The same scenario gives the same run.
 */
import { type Random, seededRandom } from '../../../common/random.ts'
import { isOpen } from '../../../common/purchase-states.ts'
import { settle } from '../settle.ts'
import { STAY_WITH_MS } from '../timing.ts'
import { type Faults, LATEST_MS, ModelServer, type Network, servicesFor } from './network.ts'
import { startResumer } from './resumer.ts'
import {
  createCustomersModel,
  createPaymentsModel,
  createProductsModel,
  type PlantedBug,
} from './services.ts'
import { VirtualTime } from './virtual-time.ts'

export type Scenario = {
  readonly seed: number
  readonly mishapRate: number
  /** Per purchase: after how many points its server dies (0 … ), and whether the buyer asks again. */
  readonly purchases: readonly {
    readonly diesAfter: number
    readonly repeatAfterMs: number | undefined
    readonly quantity: number
    readonly approved: boolean
    readonly atMs: number
  }[]
  /** Per resumer: after how many points it dies; a new one starts a second later. */
  readonly resumers: readonly number[]
  readonly stock: number
  readonly priceRisesAtMs: number | undefined
  readonly groupTimeLagMs: number
  readonly outages: Faults['outages']
}

/** Faults end then; the last late message arrives LATEST_MS later, and 30 s after it all is settled. */
const FAULTS_UNTIL_MS = 25_000
const ALL_SETTLED_BY_MS = FAULTS_UNTIL_MS + LATEST_MS + 30_000

const item = '3-1'
const price = 100

/** What is wrong after the run, in words; empty when everything agrees. */
export async function findProblems(
  scenario: Scenario,
  bug?: PlantedBug,
): Promise<readonly string[]> {
  return (
    await run(scenario, { untilMs: ALL_SETTLED_BY_MS, ...(bug === undefined ? {} : { bug }) })
  ).problems
}

export type Run = {
  readonly problems: readonly string[]
  /** How each purchase ended: its state, or the failure's code. */
  readonly endings: readonly string[]
}

/** The scenario up to `untilMs`, when everything must be settled. */
export async function run(
  scenario: Scenario,
  { untilMs, bug }: { readonly untilMs: number; readonly bug?: PlantedBug },
): Promise<Run> {
  const random = seededRandom(scenario.seed)
  const time = new VirtualTime(random)
  const problems: string[] = []
  const customers = createCustomersModel(
    () => Math.max(0, time.nowMs() - scenario.groupTimeLagMs),
    bug,
  )
  const products = createProductsModel(new Map([[item, { quantity: scenario.stock, price }]]), bug)
  const payments = createPaymentsModel(
    (reference) => scenario.purchases[Number(reference)]?.approved ?? false,
    (reference) => {
      if (products.reservations.get(reference)?.state === 'held') return
      if (payments.ledger.get(reference) === undefined) {
        problems.push(`${reference} charged for units that are not set aside`)
      }
    },
    bug,
  )
  const faults = {
    mishapRate: scenario.mishapRate,
    untilMs: FAULTS_UNTIL_MS,
    outages: scenario.outages,
  }
  const network: Network = { time, random, faults, customers, products, payments }

  for (const index of scenario.purchases.keys()) startPurchase(network, scenario, index, problems)
  for (const diesAfter of scenario.resumers) {
    const complain = (problem: string) => problems.push(problem)
    startResumer(network, diesAfter, (server) => servicesFor(network, server), complain)
  }
  const { priceRisesAtMs } = scenario
  if (priceRisesAtMs !== undefined) {
    const stocked = products.stock.get(item)
    time.after(priceRisesAtMs, () => {
      if (stocked !== undefined) stocked.price += 1
    })
  }
  await time.run(untilMs)
  problems.push(...disagreements(network, scenario))
  const endings = [...customers.purchases.values()].map(
    ({ state, failure }) => failure?.code ?? state,
  )
  return { problems, endings }
}

function startPurchase(
  network: Network,
  scenario: Scenario,
  index: number,
  problems: string[],
): void {
  const { time, random, customers } = network
  const plan = scenario.purchases[index]
  if (plan === undefined) return
  const id = String(index)
  const line = {
    itemId: item,
    quantity: plan.quantity,
    ceiling: { amount: price, currency: 'USD' },
  }
  const card = { name: 'A', number: '4242', expiration: '12/99', securityCode: '123' }
  const request = (server: ModelServer): void => {
    const claimedBy = server.name
    const purchase = customers.open({ id, buyerId: 1, lines: [line], cardLast4: '4242', claimedBy })
    const options = {
      purchase,
      claimedBy,
      card,
      services: servicesFor(network, server),
      patience: { clock: server, random },
      report: () => undefined,
      deadline: { atUnixMs: server.nowMs() + STAY_WITH_MS, requestId: `buy-${id}` },
    }
    settle(options).then(
      (answer) => {
        const recorded = customers.get(id).state
        if (answer !== undefined && answer.state !== recorded) {
          problems.push(`${id} answered ${answer.state}, recorded ${recorded}`)
        }
      },
      (error: unknown) => problems.push(`${id} ${String(error)}`),
    )
  }
  time.after(plan.atMs, () => request(new ModelServer(`buyer-${id}`, time, plan.diesAfter)))
  if (plan.repeatAfterMs !== undefined) {
    time.after(plan.atMs + plan.repeatAfterMs, () => request(new ModelServer(`again-${id}`, time)))
  }
}

function disagreements({ customers, products, payments }: Network, scenario: Scenario): string[] {
  const problems: string[] = []
  const complain = (isWrong: boolean, problem: string): void => {
    if (isWrong) problems.push(problem)
  }
  let sold = 0
  let approved = 0
  for (const { id, state, lines, total } of customers.purchases.values()) {
    const paid = payments.ledger.get(id)
    const reservation = products.reservations.get(id)?.state
    complain(isOpen(state), `${id} is still ${state}`)
    if (paid?.answer.kind === 'approved') approved += 1
    if (state === 'completed') {
      sold += lines.reduce((sum, { quantity }) => sum + quantity, 0)
      complain(paid?.answer.kind !== 'approved', `${id} completed, payment ${paid?.answer.kind}`)
      complain(paid?.amount !== total?.amount, `${id} paid ${paid?.amount} of ${total?.amount}`)
      complain(reservation !== 'confirmed', `${id} completed, reservation ${reservation}`)
    } else {
      complain(paid?.answer.kind === 'approved', `${id} ${state}, but paid`)
      complain(reservation === 'held', `${id} ${state}, but units are set aside`)
      complain(reservation === 'confirmed', `${id} ${state}, but units are sold`)
    }
  }
  const voided = [...payments.ledger.values()].filter(({ answer }) => answer.kind === 'voided')
  const left = products.stock.get(item)?.quantity ?? 0
  complain(left + sold !== scenario.stock, `${left} left + ${sold} sold ≠ ${scenario.stock}`)
  complain((products.sold.get(item) ?? 0) !== sold, 'sales and history differ')
  complain(left < 0, 'more was sold than there was')
  const charged = payments.approvals()
  complain(charged > approved + voided.length, `charged ${charged} times for ${approved} purchases`)
  return problems
}

/** A scenario drawn from one number, for looking for planted bugs. */
export function drawScenario(seed: number): Scenario {
  const random: Random = seededRandom(seed)
  const maybe = (chance: number): boolean => random.next() < chance
  return {
    seed,
    mishapRate: random.next() / 2,
    purchases: Array.from({ length: random.integer(1, 3) }, () => ({
      diesAfter: maybe(0.8) ? random.integer(1, maybe(0.5) ? 6 : 30) : 1_000_000,
      repeatAfterMs: maybe(0.5) ? random.integer(0, 12_000) : undefined,
      quantity: random.integer(1, 3),
      approved: maybe(0.8),
      atMs: random.integer(0, 5_000),
    })),
    resumers: Array.from({ length: random.integer(1, 2) }, () => random.integer(1, 200)),
    stock: random.integer(0, 6),
    priceRisesAtMs: maybe(0.3) ? random.integer(0, 5_000) : undefined,
    groupTimeLagMs: random.integer(0, 5_000),
    outages: maybe(0.5)
      ? [
          {
            service:
              (['customers', 'products', 'payments'] as const)[random.integer(0, 2)] ?? 'payments',
            fromMs: random.integer(0, 10_000),
            toMs: random.integer(10_000, 20_000),
          },
        ]
      : [],
  }
}
