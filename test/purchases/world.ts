/**
 * The marketplace of one run: both groups with their real services and apply code, a model of the
 * payment service, and the ports of purchase driving over a network with faults. It must not know what
 * happens in it.
 */
import {
  call,
  type Faults,
  type Lines,
  type ModelServer,
  type Service,
} from '../../buyer/purchase/model/network.ts'
import { createPaymentsModel, type PaymentsModel } from '../../buyer/purchase/model/services.ts'
import { VirtualTime } from '../../buyer/purchase/model/virtual-time.ts'
import type { PurchaseServices } from '../../buyer/purchase/ports.ts'
import { purchaseRecords, reservations } from '../../buyer/purchase/services.ts'
import type { Deadline } from '../../common/deadline.ts'
import { seededRandom } from '../../common/random.ts'
import { apply as applyToCustomers } from '../../db-customers/application.ts'
import type { Body } from '../../db-customers/commands/body.ts'
import { customersService } from '../../db-customers/service.ts'
import { purchases } from '../../db-customers/tables.ts'
import { apply as applyToProducts } from '../../db-products/application.ts'
import type { ProductsCommand } from '../../db-products/commands/command.ts'
import { productsService } from '../../db-products/service.ts'
import type { MemoryTables } from '../../replication/state-machine/memory-tables.ts'
import type { Customers, Products } from '../../shop/groups.ts'
import type { PlantedBug } from './bugs.ts'
import { Group } from './group.ts'
import type { Scenario } from './scenario.ts'
import { Watch } from './watch.ts'

/** Group time is Unix time; any will do. */
const epochMs = 1_700_000_000_000
/** No call meets with a mishap after that; late messages may still arrive for a while. */
export const faultsUntilMs = 25_000

export type World = {
  readonly lines: Lines & { readonly time: VirtualTime }
  readonly customers: Group<Body>
  readonly products: Group<ProductsCommand>
  readonly payments: PaymentsModel
  readonly watch: Watch
  /** As `server` reaches them. */
  customersFrom(server: ModelServer): Customers
  servicesFrom(server: ModelServer): PurchaseServices
}

export function createWorld(
  scenario: Scenario,
  isCardGood: (purchaseId: string) => boolean,
  bug: PlantedBug | undefined,
): World {
  const random = seededRandom(scenario.seed)
  const time = new VirtualTime(random)
  const { mishapRate, outages } = scenario
  const faults: Faults = { mishapRate, outages, untilMs: faultsUntilMs }
  const lines = { time, random, faults }
  const groupTimeMs = () =>
    epochMs + Math.floor(Math.max(0, time.nowMs() - scenario.groupTimeLagMs))
  const watch: Watch = new Watch(() => ({ customers: customers.tables, products: products.tables }))
  const complain = (problem: string): void => watch.complain(problem)

  const customers = new Group<Body>({
    apply: bug?.customers?.(applyToCustomers) ?? applyToCustomers,
    answers: { purchase: findPurchase, standing: findStanding },
    groupTimeMs,
    forgets: scenario.forgets,
    service: customersService,
    applied: (body, outcome) => watch.customersApplied(body, outcome),
    complain,
  })
  const products = new Group<ProductsCommand>({
    apply: bug?.products?.(applyToProducts) ?? applyToProducts,
    answers: {},
    groupTimeMs,
    forgets: scenario.forgets,
    service: productsService,
    applied: (body, outcome) => watch.productsApplied(body, outcome),
    complain,
  })
  const payments = createPaymentsModel(
    isCardGood,
    (reference, { amount }) => watch.charged(reference, amount),
    bug?.payments,
  )

  const carrier =
    (from: ModelServer, to: Service) =>
    <T>(deadline: Deadline, effect: () => T | Promise<T>): Promise<T> =>
      call(lines, { from, to, deadline, effect })
  const customersFrom = (server: ModelServer) =>
    customers.clientOver<Customers>(carrier(server, 'customers'))

  return {
    lines,
    customers,
    products,
    payments,
    watch,
    customersFrom,
    servicesFrom: (server) => {
      const pay = carrier(server, 'payments')
      const services: PurchaseServices = {
        records: purchaseRecords(customersFrom(server)),
        reservations: reservations(products.clientOver<Products>(carrier(server, 'products'))),
        payments: {
          charge: ({ reference, amount }, deadline) =>
            pay(deadline, () => {
              watch.asked(server.name, reference)
              return payments.charge(reference, amount)
            }),
          find: (reference, deadline) => pay(deadline, () => payments.find(reference)),
          void: (reference, deadline) => pay(deadline, () => payments.void(reference)),
        },
      }
      return bug?.services?.(services, server) ?? services
    },
  }

  function findPurchase(tables: MemoryTables, [id]: readonly unknown[]) {
    return tables.all(purchases).filter((row) => row.id === id)
  }

  /** The WHERE of listStandingPurchases(). */
  function findStanding(tables: MemoryTables, [before, now, limit]: readonly unknown[]) {
    return tables
      .all(purchases)
      .filter(({ state }) => state !== 'completed' && state !== 'failed')
      .filter((row) => row.stepped_at_ms < Number(before) && row.claim_expires_at_ms <= Number(now))
      .sort((a, b) => a.stepped_at_ms - b.stepped_at_ms || a.serial - b.serial)
      .slice(0, Number(limit))
  }
}
