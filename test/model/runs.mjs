/**
 * What is checked within which bounds: models that must be clean, and the design with one rule taken
 * away each, in which a violation must be found. It knows nothing of how a run is made: check.mjs.
 *
 * `bounds` become preprocessor definitions of view-change.pml: NEW is the number of views proposed
 * after the founding one (with FOUNDING: after the first one proposed).
 */

/** @type {{name: string, bounds: Record<string, number | true>, isLarge?: true}[]} */
export const cleanModels = [
  { name: '2 new views, 2 entries, 1 crash', bounds: { NEW: 2, ENTRIES: 2, CRASHES: 1 } },
  { name: '2 new views, 1 entry, 2 lost disks', bounds: { NEW: 2, ENTRIES: 1, WIPES: 2 } },
  {
    name: '1 new view, 2 entries, 1 crash, 1 lost disk',
    bounds: { NEW: 1, ENTRIES: 2, CRASHES: 1, WIPES: 1 },
  },
  { name: '3 new views, 1 entry', bounds: { NEW: 3, ENTRIES: 1 } },
  {
    name: 'blank disks, 3 views, 1 entry, 1 lost disk',
    bounds: { NEW: 2, ENTRIES: 1, WIPES: 1, FOUNDING: true },
  },
  {
    name: 'blank disks, 2 views, 1 entry, 1 crash, 1 lost disk',
    bounds: { NEW: 1, ENTRIES: 1, CRASHES: 1, WIPES: 1, FOUNDING: true },
  },
  { name: 'stepwise: 2 new views, 1 entry', bounds: { STEPWISE: true, NEW: 2, ENTRIES: 1 } },
  {
    name: 'stepwise: 1 new view, 1 entry, 1 crash, 1 lost disk',
    bounds: { STEPWISE: true, NEW: 1, ENTRIES: 1, CRASHES: 1, WIPES: 1 },
  },
  {
    name: 'stepwise: 2 new views, 1 entry, 1 crash',
    bounds: { STEPWISE: true, NEW: 2, ENTRIES: 1, CRASHES: 1 },
    isLarge: true,
  },
  {
    name: 'stepwise: blank disks, 2 views, 1 entry, 1 lost disk',
    bounds: { STEPWISE: true, NEW: 1, ENTRIES: 1, WIPES: 1, FOUNDING: true },
    isLarge: true,
  },
  {
    name: 'stepwise: 2 new views, 2 entries',
    bounds: { STEPWISE: true, NEW: 2, ENTRIES: 2 },
    isLarge: true,
  },
  {
    name: '2 new views, 2 entries, 2 crashes',
    bounds: { NEW: 2, ENTRIES: 2, CRASHES: 2 },
    isLarge: true,
  },
  {
    name: '2 new views, 1 entry, 1 crash, 1 lost disk',
    bounds: { NEW: 2, ENTRIES: 1, CRASHES: 1, WIPES: 1 },
    isLarge: true,
  },
  {
    name: '2 new views, 2 entries, 1 lost disk',
    bounds: { NEW: 2, ENTRIES: 2, WIPES: 1 },
    isLarge: true,
  },
]

/** @type {{rule: string, bug: string, bounds: Record<string, number | true>}[]} */
export const plantedBugs = [
  {
    rule: 'a promise is durable',
    bug: 'PROMISE_NOT_DURABLE',
    bounds: { NEW: 2, CRASHES: 1 },
  },
  {
    rule: 'a promise is durable (what is lost without it)',
    bug: 'PROMISE_NOT_DURABLE',
    bounds: { NEW: 2, CRASHES: 1, NO_INVARIANT_8: true },
  },
  {
    rule: 'a restarted process never goes on in its old view',
    bug: 'ON_IN_THE_OLD_VIEW',
    bounds: { NEW: 1, CRASHES: 1 },
  },
  {
    rule: 'delivered is what Q members have told',
    bug: 'DELIVER_AT_Q_MINUS_1',
    bounds: { NEW: 1 },
  },
  {
    rule: 'only what was told in this view counts',
    bug: 'ACKNOWLEDGEMENTS_OF_ANOTHER_VIEW',
    bounds: { NEW: 1 },
  },
  {
    rule: 'nothing is told in a lower view after a promise',
    bug: 'TELLS_AFTER_THE_PROMISE',
    bounds: { NEW: 2 },
  },
  {
    rule: 'nothing is told in a lower view after a promise (what is lost without it)',
    bug: 'TELLS_AFTER_THE_PROMISE',
    bounds: { NEW: 2, NO_INVARIANT_8: true },
  },
  {
    rule: 'the base is chosen by installed view',
    bug: 'BASE_BY_LENGTH',
    bounds: { NEW: 2, ENTRIES: 2 },
  },
  {
    rule: 'the recovered log is the longest of the base',
    bug: 'SHORTEST_OF_THE_BASE',
    bounds: { NEW: 1 },
  },
  {
    rule: 'the recovered log is computed once, from one set of answers',
    bug: 'RECOVERED_TWICE',
    bounds: { NEW: 1 },
  },
  {
    rule: 'what lies above a gap is dropped, too',
    bug: 'KEPT_ABOVE_A_GAP',
    bounds: { NEW: 2, ENTRIES: 2 },
  },
  {
    rule: 'a view is installed under exactly its promise',
    bug: 'INSTALLS_WITH_ANOTHER_PROMISE',
    bounds: { NEW: 2 },
  },
  {
    rule: 'installed is written with the last of the recovered log',
    bug: 'INSTALLED_BEFORE_ITS_LOG',
    bounds: { NEW: 2 },
  },
  {
    rule: 'a view is announced when all have confirmed',
    bug: 'ANNOUNCED_AT_THE_FIRST_CONFIRMATION',
    bounds: { NEW: 2 },
  },
  {
    rule: 'a lost disk does not count',
    bug: 'WIPED_COUNTS_AT_ONCE',
    bounds: { NEW: 1, WIPES: 1 },
  },
  {
    rule: 'a lost disk is marked until it is whole',
    bug: 'MARK_NOT_DURABLE',
    bounds: { NEW: 1, CRASHES: 1, WIPES: 1 },
  },
  {
    rule: 'incarnations never repeat',
    bug: 'INCARNATION_REPEATS',
    bounds: { NEW: 1, WIPES: 1 },
  },
  {
    rule: 'Q others note the new incarnation',
    bug: 'INCARNATION_NOT_NOTED',
    bounds: { NEW: 1, WIPES: 1 },
  },
  {
    rule: 'a lost disk takes the highest promise',
    bug: 'WIPED_TAKES_NO_PROMISE',
    bounds: { NEW: 2, WIPES: 1 },
  },
  {
    rule: 'a lost disk takes the installed id with the log',
    bug: 'WIPED_INSTALLS_NOTHING',
    bounds: { NEW: 2, WIPES: 1 },
  },
  {
    rule: 'a lost disk takes the undelivered tail',
    bug: 'TAIL_LEFT_BEHIND',
    bounds: { NEW: 1, WIPES: 1 },
  },
  {
    rule: 'a group is founded by all',
    bug: 'FOUNDED_BY_A_MAJORITY',
    bounds: { NEW: 1, WIPES: 1, FOUNDING: true },
  },
  {
    rule: 'joins that found a group name present incarnations',
    bug: 'FOUNDED_ON_OLD_JOINS',
    bounds: { NEW: 2, WIPES: 1, FOUNDING: true },
  },
]

/** The same, found without the model's shortcuts. */
export const stepwiseBugs = plantedBugs.map(({ rule, bug, bounds }) => ({
  rule: `${rule} (stepwise)`,
  bug,
  bounds: { ...bounds, STEPWISE: true },
}))

/** By what an assertion speaks of, the first that matches. */
export const invariants = [
  { variable: 'everPromised', invariant: 'invariant 8 (promise)' },
  { variable: 'sequenced', invariant: 'invariant 5 (one issuer)' },
  { variable: 'everInstalled', invariant: 'invariants 2 and 6 (no loss, one primary)' },
  { variable: 'recovered', invariant: 'invariants 2 and 6 (no loss, one primary)' },
  {
    variable: 'acknowledgedIn',
    invariant: 'invariant 1 (agreement: what was delivered is truncated)',
  },
  { variable: 'acknowledged', invariant: 'invariant 1 (agreement)' },
]
