/**
 * Invariant 6, *one primary*: of two installed views, compared by id, the later one knows everything
 * that the earlier one ever delivers.
 *
 * *Ever* is taken at its word: datagrams may come at any time, so whatever Q members have told of a
 * view, somebody may still deliver in it. Hence an entry counts as delivered in a view from the
 * moment when Q of its members have *sent* that they have it, whether or not anybody hears so; and
 * what a view goes on from does when the first member is operational in it. A later view *knows* an
 * entry when its recovered log reaches so far and holds the same entry there.
 *
 * What counts is the view in which an entry is stable, not the one that issued it. For an entry of
 * view 1 that too few have told of in view 1 may be missing from view 2, because whoever has it did
 * not promise that one; and it may be stable in view 3 all the same, where view 2 was installed by
 * some, was never announced, and none of those some promises view 3. View 1 has then never
 * delivered it, and nobody has delivered anything in view 2.
 */
import type { MemberId } from '../../common/member.ts'
import type { SequencerCore } from '../../replication/sequencer/core.ts'
import { decodeEntry } from '../../replication/sequencer/log-entry.ts'
import type { SequencerMessage } from '../../replication/sequencer/message.ts'
import {
  compareViewIds,
  type View,
  type ViewId,
  viewIdText,
} from '../../replication/sequencer/view.ts'
import { require } from './failure.ts'
import { scalarsOn } from './sequencer-group.ts'
import type { MemberView, SimulationCheck } from './types.ts'

type Check = SimulationCheck<SequencerMessage, SequencerCore>
type Member = MemberView<SequencerCore>

const name = 'one primary'

/** By number: the view that issued the entry. Where a state was fetched, it is not known. */
type Issuers = Map<number, string>

type Stable = {
  readonly id: ViewId
  /** By member: the highest receivedUpTo that it has sent in this view. */
  readonly told: Map<MemberId, number>
  upTo: number
}

export function onePrimary(): Check {
  const stable = new Map<string, Stable>()
  const installed = new Map<string, { readonly view: View; readonly issuers: Issuers }>()
  /** Of what is stable in any view. */
  const issuers: Issuers = new Map()

  const stableIn = (id: ViewId): Stable => {
    const known = stable.get(viewIdText(id)) ?? { id, told: new Map(), upTo: -1 }
    stable.set(viewIdText(id), known)
    return known
  }

  const requireKnown = (earlier: Stable, later: View, from: number): void => {
    if (compareViewIds(earlier.id, later.id) >= 0) return
    const [before, after] = [viewIdText(earlier.id), viewIdText(later.id)]
    require(earlier.upTo < later.firstGlobal, name, () =>
      `${earlier.upTo} is stable in view ${before}, view ${after} begins at ${later.firstGlobal}`)
    const held = installed.get(after)?.issuers
    for (let k = from; k <= earlier.upTo; k += 1) {
      const [was, is] = [issuers.get(k), held?.get(k)]
      require(was === undefined || is === undefined || was === is, name, () =>
        `${k} of view ${was} is stable in view ${before}, view ${after} has that of ${is}`)
    }
  }

  const grow = (known: Stable, upTo: number, member: Member): void => {
    if (upTo <= known.upTo) return
    const from = known.upTo + 1
    known.upTo = upTo
    for (const [k, issuer] of issuersOn(member, from, upTo)) {
      if (!issuers.has(k)) issuers.set(k, issuer)
    }
    for (const { view } of installed.values()) requireKnown(known, view, from)
  }

  return {
    name,
    onSend({ members }, { from, message: { header } }) {
      if (header.viewId === undefined) return
      const known = stableIn(header.viewId)
      const before = known.told.get(from) ?? -1
      if (header.metadata.receivedUpTo <= before) return
      known.told.set(from, header.metadata.receivedUpTo)
      const quorum = Math.floor(members.length / 2) + 1
      const told = [...known.told.values()].sort((a, b) => b - a)
      grow(known, told[quorum - 1] ?? -1, members[from] as Member)
    },
    afterStep({ members }, { member, kind }) {
      const view = members[member] as Member
      const state = view.core?.node.state
      if (state?.kind === 'operational') {
        const { id, firstGlobal } = state.duties.view
        grow(stableIn(id), firstGlobal - 1, view)
      }
      if (kind !== 'persisted' && kind !== 'installed') return
      const present = scalarsOn(view)?.installed
      const known = present && installed.get(viewIdText(present.id))
      if (present === undefined || known?.view === present) return
      require(known === undefined || known.view.firstGlobal === present.firstGlobal, name, () =>
        `view ${viewIdText(present.id)} begins at two places`)
      const held = issuersOn(view, 0, present.firstGlobal - 1)
      installed.set(viewIdText(present.id), { view: present, issuers: held })
      for (const earlier of stable.values()) requireKnown(earlier, present, 0)
    },
  }
}

function issuersOn({ disk }: Member, from: number, upTo: number): Issuers {
  const found: Issuers = new Map()
  for (const stored of disk.entries) {
    const k = stored.index - 1
    if (k < from || k > upTo) continue
    found.set(k, viewIdText(decodeEntry(stored).sequence.viewId))
  }
  return found
}
