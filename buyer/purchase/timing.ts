/**
 * How long the parts of a purchase may take. Together they keep the promise that a purchase whose
 * driver died is settled within 30 s: claim and head start (13) + group time's lag (5) + a round of
 * the resumer (2.5) + its work.
 */

/** How long a claim is valid; every recorded step renews it. Decided on group time. */
export const CLAIM_SECONDS = 10
/** A client that repeats its request brings the card again: it may claim before resumers do. */
export const RESUME_IDLE_MS = 13_000
/** Between two rounds of a resumer, half to once and a half. */
export const RESUME_ROUND_MS = 2_000
/** A request waits so long for the outcome, then it is told where to look for it (202). */
export const ANSWER_WITHIN_MS = 10_000
/** Who brought the card stays with the purchase for so long, also after it answered. */
export const STAY_WITH_MS = 30_000
/** How long a resumer works on a purchase before it lets go of it again: within its claim. */
export const RESUME_WORK_MS = 9_000
