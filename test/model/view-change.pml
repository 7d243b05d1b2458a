/*
 * The rotating sequencer's view change, for spin: three members, Q = 2. README.md says what it
 * covers, what it leaves out, and why the shortcuts taken here hide nothing.
 *
 * It knows the protocol's rules, and nothing of the code that carries them out.
 *
 * Shape. Each member is one process with one control state; every step is atomic and is what a
 * member does between two durable writes. Datagrams are facts that are never taken back, so each
 * stays deliverable for ever, in any order, any number of times. No step is ever forced: a member
 * that is paused, cut off or slow is one that takes no steps.
 *
 * Bounds (-D): NEW views proposed after the first one, ENTRIES, CRASHES, WIPES. The first view is
 * operational at the start; with FOUNDING all disks are blank, and it has to be proposed, too.
 * BUG and BUG_x take one rule away.
 */
#ifndef NEW
#define NEW 2
#endif
#ifndef ENTRIES
#define ENTRIES 1
#endif
#ifndef CRASHES
#define CRASHES 0
#endif
#ifndef WIPES
#define WIPES 0
#endif

#define NONE 0
#define FOUNDING_VIEW 1
#define VIEWS (NEW + 1) /* view ids are 1..VIEWS, compared as numbers; 0 is none */
#define EVERYBODY 7
#define Q 2

/* Sets of members, of views and of places in the log are bits of a byte. */
#define BIT(x) (1 << (x))
#define HAS(set, x) (((set) >> (x)) & 1)
#define COUNT(set) (HAS(set, 0) + HAS(set, 1) + HAS(set, 2))
#define WITHOUT(set, x) ((set) & (255 - BIT(x)))

/* A log: at place k, three bits that name the view which issued the entry, 0 where there is none.
   <view, k> is the entry: invariant 5 is what makes it so, and it is asserted. Entries may lie
   above a gap; LENGTH is receivedUpTo, the end of the part without one. */
#if ENTRIES > 2
#define LOG short
#else
#define LOG byte
#endif
#define AT(l, k) (((l) >> (3 * (k))) & 7)
#define LENGTH(l) (AT(l, 0) == 0 -> 0 : (AT(l, 1) == 0 -> 1 : (AT(l, 2) == 0 -> 2 : 3)))
#define PREFIX(l, n) ((l) & ((1 << (3 * (n))) - 1))
#define GAPLESS(l) PREFIX(l, LENGTH(l))
#define ENTRY(view, k) ((view) << (3 * (k)))
/* Where logs a and b part: after the last place at which both hold the same <view, k>. */
#define SAME(a, b, k) (AT(a, k) != 0 && AT(a, k) == AT(b, k))
#define DEPARTURE(a, b) (SAME(a, b, 2) -> 3 : (SAME(a, b, 1) -> 2 : (SAME(a, b, 0) -> 1 : 0)))

#define LOWEST(set) (HAS(set, 0) -> 0 : (HAS(set, 1) -> 1 : 2))
/* members[k mod |members|] */
#define TURN(set, k) ((set) == 7 -> (k) % 3 : ((set) == 3 -> (k) % 2 : \
                     ((set) == 5 -> 2 * ((k) % 2) : 1 + (k) % 2)))
#define OF(view, member) ((view) * 3 + (member))
#define MAX(a, b) ((a) > (b) -> (a) : (b))

/* ---- What a disk holds ---- */
byte promised[3];
byte installed[3];
LOG log[3];
bit lost[3];  /* the mark of a disk that is not yet as good as the one the group counted on */
byte dead[3]; /* views that name an older incarnation than this member has durably noted */

/* ---- What a process holds in memory ---- */
#define OUT 0       /* in no view: starting, or gather */
#define COMMIT 1    /* has promised `current`, has answered */
#define RECOVERY 2  /* has begun to change its log into the recovered one */
#define INSTALLED 3 /* has confirmed, waits for the announcement */
#define OPERATIONAL 4
byte current[3];
byte phase[3]; /* of a lost disk: how far its procedure has come */
byte issued[3]; /* places at which this process has issued in `current` */

/* ---- What has been said, by view ---- */
byte members[VIEWS + 1]; /* the proposal; none: this id is still free */
byte live[VIEWS + 1];    /* whose present incarnation it names (a fact, not a message) */
byte answered[VIEWS + 1];
byte answerInstalled[3 * (VIEWS + 1)];
LOG answerLog[3 * (VIEWS + 1)];
bool recoveredKnown[VIEWS + 1];
LOG recovered[VIEWS + 1];
byte confirmed[VIEWS + 1];
byte sequenced[VIEWS + 1];         /* places with a sequence message of this view */
byte receivedUpTo[3 * (VIEWS + 1)]; /* the highest that each has told in this view */

#ifdef FOUNDING
/* Whose present incarnation each has named in a join that says that it has installed nothing. */
byte noneSaidTo[3];
byte bare; /* lost their disks, and have not been made whole again */
#endif

/* What others answered to the present incarnation of the one lost disk. */
byte noted;
byte notedPromised[3];
byte notedInstalled[3];
LOG notedLog[3];

/* ---- For the invariants only ---- */
LOG acknowledged;    /* what was first delivered at each place, by anybody */
LOG acknowledgedIn;  /* the lowest view in which it was */
byte everInstalled;
byte everPromised[3];  /* by this disk */
byte crashes;
byte wipes;
#ifdef BUG_TAIL_LEFT_BEHIND
byte deliveredUpTo[3];
#endif

#ifdef NO_INVARIANT_8 /* to see what else breaks with it */
#define MAY_ACT_IN(view, member) skip
#else
#define MAY_ACT_IN(view, member) assert(everPromised[member] <= (view)) /* invariant 8 */
#endif

/* Scratch: has no meaning between steps. */
hidden byte x, y, k, n, w, best, upTo;

/* ---- Delivery, and what must be true of it (invariants 1, 2, 6) ---- */

/* Somebody delivers entry <value, k> in `view`. */
inline deliver(view, place, value) {
  assert(place == 0 || AT(acknowledged, place - 1) != 0);
  if
  :: AT(acknowledged, place) == 0 ->
    acknowledged = acknowledged | ENTRY(value, place);
    acknowledgedIn = acknowledgedIn | ENTRY(view, place)
  :: else ->
    assert(AT(acknowledged, place) == value); /* invariant 1 */
    if
    :: AT(acknowledgedIn, place) > view ->
      acknowledgedIn = acknowledgedIn - ENTRY(AT(acknowledgedIn, place) - view, place)
    :: else
    fi
  fi;
  w = view + 1;
  do
  :: w > VIEWS -> break
  :: else ->
    assert(!HAS(everInstalled, w) || AT(recovered[w], place) == value); /* invariants 2, 6 */
    w++
  od
}

inline checkInstalled(view) {
  n = 0;
  do
  :: n == ENTRIES -> break
  :: else ->
    assert(AT(acknowledged, n) == 0 || AT(acknowledgedIn, n) >= view ||
           AT(recovered[view], n) == AT(acknowledged, n)); /* invariants 2, 6 */
    n++
  od;
  everInstalled = everInstalled | BIT(view)
}

/* ---- In a view ---- */

/* Every operational member whose turn it is issues at once: a message that is sent early and
   received late is a message that is sent late. */
inline issueAll(view) {
  k = LENGTH(recovered[view]);
  do
  :: k == ENTRIES -> break
  :: else ->
    x = TURN(members[view], k);
    if
    :: current[x] == view && phase[x] == OPERATIONAL && !HAS(issued[x], k) ->
      MAY_ACT_IN(view, x);
      assert(!HAS(sequenced[view], k)); /* invariant 5 */
      sequenced[view] = sequenced[view] | BIT(k);
      issued[x] = issued[x] | BIT(k)
    :: else
    fi;
    if
    :: HAS(sequenced[view], k) -> k++
    :: else -> break
    fi
  od
}

inline deliverRecovered(view, member) {
  MAY_ACT_IN(view, member);
  k = 0;
  do
  :: k == LENGTH(recovered[view]) -> break
  :: else ->
    deliver(view, k, AT(log[member], k));
    k++
  od;
#ifdef BUG_TAIL_LEFT_BEHIND
  deliveredUpTo[member] = k
#endif
}

#ifdef BUG_ACKNOWLEDGEMENTS_OF_ANOTHER_VIEW
#define TOLD(view, member) MAX(receivedUpTo[OF(view, member)], MAX(receivedUpTo[OF(1, member)], \
                               receivedUpTo[OF(2, member)]))
#else
#define TOLD(view, member) (receivedUpTo[OF(view, member)])
#endif
#define STABLE(view, place) ((HAS(members[view], 0) && TOLD(view, 0) > (place)) + \
                           (HAS(members[view], 1) && TOLD(view, 1) > (place)) + \
                           (HAS(members[view], 2) && TOLD(view, 2) > (place)) >= NEEDED)
#ifdef BUG_DELIVER_AT_Q_MINUS_1
#define NEEDED (Q - 1)
#else
#define NEEDED Q
#endif

/* An entry becomes durable. How far the log goes without a gap is told at once, and whatever is
   stable by that is delivered. */
inline receive(me, place) {
  k = LENGTH(log[me]);
  log[me] = log[me] | ENTRY(current[me], place);
  MAY_ACT_IN(current[me], me);
  receivedUpTo[OF(current[me], me)] = LENGTH(log[me]);
  do
  :: k < LENGTH(log[me]) && STABLE(current[me], k) ->
    deliver(current[me], k, AT(log[me], k));
    k++;
#ifdef BUG_TAIL_LEFT_BEHIND
    deliveredUpTo[me] = k
#endif
  :: else -> break
  od
}

/* ---- Commit ---- */

inline leave(me) {
  if
  :: current[me] != NONE && LOWEST(members[current[me]]) == me && !recoveredKnown[current[me]] ->
    forgetAnswers(current[me]) /* nobody is left who would use them */
  :: else
  fi;
  current[me] = NONE;
  phase[me] = OUT;
  issued[me] = 0
}

inline forgetAnswers(view) {
  answered[view] = 0;
  n = 0;
  do
  :: n == 3 -> break
  :: else -> answerInstalled[OF(view, n)] = 0; answerLog[OF(view, n)] = 0; n++
  od
}

inline promise(me, view) {
  leave(me);
  promised[me] = view;
  everPromised[me] = MAX(everPromised[me], view);
  current[me] = view;
  phase[me] = COMMIT
}

inline answer(me, view) {
  answered[view] = answered[view] | BIT(me);
  answerInstalled[OF(view, me)] = installed[me];
  answerLog[OF(view, me)] = GAPLESS(log[me])
}

#ifdef BUG_BASE_BY_LENGTH
#define BETTER(aInstalled, aLog, bInstalled, bLog) (LENGTH(aLog) > LENGTH(bLog))
#else
#ifdef BUG_SHORTEST_OF_THE_BASE
#define BETTER(aInstalled, aLog, bInstalled, bLog) ((aInstalled) > (bInstalled) || \
  ((aInstalled) == (bInstalled) && LENGTH(aLog) < LENGTH(bLog)))
#else
#define BETTER(aInstalled, aLog, bInstalled, bLog) ((aInstalled) > (bInstalled) || \
  ((aInstalled) == (bInstalled) && LENGTH(aLog) > LENGTH(bLog)))
#endif
#endif

/* The recovered log: the longest gap-free log of those with the highest installed view. */
inline recover(view) {
  best = LOWEST(members[view]);
  x = best + 1;
  do
  :: x >= 3 -> break
  :: else ->
    if
    :: HAS(members[view], x) && BETTER(answerInstalled[OF(view, x)], answerLog[OF(view, x)],
                                answerInstalled[OF(view, best)], answerLog[OF(view, best)]) ->
      best = x
    :: else
    fi;
    x++
  od;
#ifndef BUG
  /* The claim that makes the longest enough: the base's logs are prefixes of one another. */
  x = 0;
  do
  :: x == 3 -> break
  :: else ->
    assert(!HAS(members[view], x) ||
           answerInstalled[OF(view, x)] != answerInstalled[OF(view, best)] ||
           answerLog[OF(view, x)] ==
              PREFIX(answerLog[OF(view, best)], LENGTH(answerLog[OF(view, x)])));
    x++
  od;
#endif
  recovered[view] = answerLog[OF(view, best)];
  recoveredKnown[view] = true;
#ifndef BUG_RECOVERED_TWICE
  forgetAnswers(view)
#endif
}

/* ---- Recovery ---- */

inline truncate(me, view, target) {
  n = DEPARTURE(GAPLESS(log[me]), target);
#ifndef BUG
  assert(PREFIX(log[me], n) == PREFIX(target, n)); /* same <view, k>: same up to k */
#endif
  k = n;
  do
  :: k >= LENGTH(log[me]) -> break
  :: else ->
    /* What this member may have delivered is never taken out of its log. (What only a higher view
       acknowledged may be: this member knows nothing of it, and the higher view does.) */
    assert(AT(acknowledged, k) == 0 || AT(acknowledgedIn, k) >= view ||
           AT(log[me], k) != AT(acknowledged, k));
    k++
  od;
  log[me] = PREFIX(log[me], n)
}

/* Writes the first entry that is lacking, if any is. */
inline fill(me, source) {
  k = LENGTH(log[me]);
#ifdef BUG_KEPT_ABOVE_A_GAP
  log[me] = log[me] | (AT(source, k) << (3 * k))
#else
  log[me] = PREFIX(source, k + 1)
#endif
}

/* One durable write towards the recovered log: what departs from it goes first, alone; then entry
   by entry; the last of it together with the installed id. */
inline recoverStep(me, view) {
  if
#ifdef BUG_KEPT_ABOVE_A_GAP
  :: GAPLESS(log[me]) != PREFIX(recovered[view], LENGTH(log[me])) ->
#else
  :: log[me] != PREFIX(recovered[view], LENGTH(log[me])) ->
#endif
    truncate(me, view, recovered[view]);
    phase[me] = RECOVERY
#ifdef BUG_INSTALLED_BEFORE_ITS_LOG
  :: log[me] == PREFIX(recovered[view], LENGTH(log[me])) && installed[me] < view ->
    installed[me] = view;
    phase[me] = RECOVERY
#endif
  :: LENGTH(log[me]) + 1 < LENGTH(recovered[view]) &&
     GAPLESS(log[me]) == PREFIX(recovered[view], LENGTH(log[me])) ->
    fill(me, recovered[view]);
    phase[me] = RECOVERY
  :: else ->
    fill(me, recovered[view]);
    installed[me] = view;
    phase[me] = INSTALLED;
#ifdef FOUNDING
    bare = WITHOUT(bare, me);
#endif
    confirm(me, view)
  fi
}

#ifdef BUG_ANNOUNCED_AT_THE_FIRST_CONFIRMATION
#define MAY_ANNOUNCE(view) true
#else
#ifdef BUG_ANNOUNCED_AT_Q_CONFIRMATIONS /* safe, as it turns out: README.md */
#define MAY_ANNOUNCE(view) (COUNT(confirmed[view]) >= Q)
#else
#define MAY_ANNOUNCE(view) (confirmed[view] == members[view])
#endif
#endif

/* With the last confirmation all who still wait for it become operational. */
inline confirm(me, view) {
  MAY_ACT_IN(view, me);
  confirmed[view] = confirmed[view] | BIT(me);
  checkInstalled(view);
  if
  :: MAY_ANNOUNCE(view) ->
    y = 0;
    do
    :: y == 3 -> break
    :: else ->
      if
      :: current[y] == view && phase[y] == INSTALLED ->
        phase[y] = OPERATIONAL;
        deliverRecovered(view, y)
      :: else
      fi;
      y++
    od;
    issueAll(view)
  :: else
  fi
}

/* ---- Crashes and lost disks ---- */

/* The process that starts next is another incarnation: no view names it yet. */
inline forgetMemory(me) {
  leave(me);
  n = 1;
  do
  :: n > VIEWS -> break
  :: else -> live[n] = WITHOUT(live[n], me); n++
  od;
  if
  :: lost[me] -> forgetNoted()
  :: else
  fi
}

inline forgetNoted() {
  noted = 0;
  n = 0;
  do
  :: n == 3 -> break
  :: else -> notedPromised[n] = 0; notedInstalled[n] = 0; notedLog[n] = 0; n++
  od
}

#ifdef FOUNDING
/* All joins that can be sent now are. Those that name older incarnations do not count. */
inline sayNone(me) {
  y = 0;
  do
  :: y == 3 -> break
  :: else ->
    if
    :: installed[y] == NONE && !lost[y] -> noneSaidTo[y] = noneSaidTo[y] | BIT(me)
#ifdef BUG_FOUNDED_ON_OLD_JOINS
    :: else
#else
    :: else -> noneSaidTo[y] = WITHOUT(noneSaidTo[y], me)
#endif
    fi;
    y++
  od;
#ifndef BUG_FOUNDED_ON_OLD_JOINS
  noneSaidTo[me] = (installed[me] == NONE && !lost[me] -> EVERYBODY : 0)
#endif
}
#endif

inline restart(me) {
#ifdef BUG_ON_IN_THE_OLD_VIEW
  leave(me);
  if
  :: promised[me] == installed[me] && confirmed[installed[me]] == members[installed[me]] ->
    current[me] = installed[me];
    phase[me] = OPERATIONAL;
    issueAll(installed[me])
  :: else
  fi
#else
  forgetMemory(me);
#endif
#ifdef BUG_PROMISE_NOT_DURABLE
  promised[me] = installed[me];
#endif
#ifdef FOUNDING
  sayNone(me);
#endif
#ifdef BUG_MARK_NOT_DURABLE
  lost[me] = (promised[me] == NONE && installed[me] == NONE)
#endif
}

inline wipe(me) {
#ifdef BUG_INCARNATION_REPEATS
  leave(me);
#else
  forgetMemory(me);
#endif
  promised[me] = NONE;
  installed[me] = NONE;
  log[me] = 0;
  dead[me] = 0;
  everPromised[me] = NONE;
#ifdef FOUNDING
  lost[me] = 0; /* it cannot tell yet whether the group has ever been founded */
  bare = BIT(me);
  sayNone(me);
#else
#ifndef BUG_WIPED_COUNTS_AT_ONCE
  lost[me] = 1;
#endif
#endif
  forgetNoted()
}

#if NEW > 2
#define LIVE_SOMEWHERE (live[1] | live[2] | live[3] | live[4])
#else
#define LIVE_SOMEWHERE (live[1] | live[VIEWS - 1] | live[VIEWS])
#endif

#define NOBODY 3
#define LOST (lost[0] -> 0 : (lost[1] -> 1 : (lost[2] -> 2 : NOBODY)))

/* A member notes the new incarnation of the one that lost its disk, durably, and answers. */
inline note(me) {
  y = LOST;
#ifndef BUG_INCARNATION_NOT_NOTED
  k = 1;
  do
  :: k > VIEWS -> break
  :: else ->
    if
    :: HAS(members[k], y) && !HAS(live[k], y) -> dead[me] = dead[me] | BIT(k)
    :: else
    fi;
    k++
  od;
  if
  :: current[me] != NONE && HAS(dead[me], current[me]) -> leave(me)
  :: else
  fi;
#endif
  noted = noted | BIT(me);
  notedPromised[me] = promised[me];
  notedInstalled[me] = installed[me];
#ifdef BUG_TAIL_LEFT_BEHIND
  notedLog[me] = PREFIX(log[me], deliveredUpTo[me])
#else
  notedLog[me] = GAPLESS(log[me])
#endif
}

#define ANSWERS_ANEW(me) (!HAS(noted, me) || notedPromised[me] != promised[me] || \
  notedInstalled[me] != installed[me] || notedLog[me] != GAPLESS(log[me]))

inline takePromise(me) {
#ifdef BUG_WIPED_TAKES_NO_PROMISE
  n = NONE;
#else
  n = MAX(notedPromised[0], MAX(notedPromised[1], notedPromised[2]));
#endif
  promised[me] = MAX(promised[me], n);
  everPromised[me] = MAX(everPromised[me], promised[me])
}

inline takeLog(me) {
  best = (me == 0 -> 1 : 0);
  x = 3 - me - best;
  if
  :: BETTER(notedInstalled[x], notedLog[x], notedInstalled[best], notedLog[best]) -> best = x
  :: else
  fi;
  log[me] = notedLog[best];
#ifndef BUG_WIPED_INSTALLS_NOTHING
  installed[me] = notedInstalled[best]
#endif
}

/* ---- Outsiders ---- */

/* How much of its log an operational member has delivered: that is stable. */
#define DELIVERED_AT(member, k) ((k) < LENGTH(recovered[current[member]]) || \
  ((k) < LENGTH(log[member]) && STABLE(current[member], k)))
#define DELIVERED(member) (DELIVERED_AT(member, 0) + (DELIVERED_AT(member, 0) && \
  DELIVERED_AT(member, 1)) + (DELIVERED_AT(member, 0) && DELIVERED_AT(member, 1) && \
  DELIVERED_AT(member, 2)))

/* Leaves every view, and brings its log towards what `from` has delivered: what departs from that
   goes first, then entry by entry. Its installed id stays. */
inline catchUp(me, from) {
  leave(me);
  upTo = DELIVERED(from);
  k = DEPARTURE(GAPLESS(log[me]), PREFIX(log[from], upTo));
  if
  :: log[me] != PREFIX(log[me], k) -> log[me] = PREFIX(log[me], k)
  :: else -> log[me] = PREFIX(log[from], k + 1)
  fi
}

/* ---- The members ---- */

#define IS_FREE(view) ((view) <= VIEWS && members[view] == 0)
#define MAY_PROPOSE(me, view, set) (IS_FREE(view) && !lost[me] && promised[me] < (view) && \
  LOWEST(set) == (me) && MAY_CHOOSE(set))
#define ALL_COUNT(set) ((!HAS(set, 0) || COUNTS(0)) && (!HAS(set, 1) || COUNTS(1)) && \
  (!HAS(set, 2) || COUNTS(2)))
#ifdef FOUNDING
/* Once somebody has installed a view: members that have at least promised. Before: all, who have
   told one another that they have installed nothing. */
#define COUNTS(member) (!lost[member] && promised[member] != NONE)
#define MAY_CHOOSE(set) ((everInstalled != 0 && ALL_COUNT(set)) || \
  (installed[LOWEST(set)] == NONE && MAY_FOUND(set)))
#ifdef BUG_FOUNDED_BY_A_MAJORITY
#define MAY_FOUND(set) ((noneSaidTo[0] & (set)) == (set) && (noneSaidTo[1] & (set)) == (set) || \
  (noneSaidTo[0] & (set)) == (set) && (noneSaidTo[2] & (set)) == (set) || \
  (noneSaidTo[1] & (set)) == (set) && (noneSaidTo[2] & (set)) == (set))
#else
#define MAY_FOUND(set) ((set) == EVERYBODY && noneSaidTo[0] == EVERYBODY && \
  noneSaidTo[1] == EVERYBODY && noneSaidTo[2] == EVERYBODY)
#endif
#else
#define COUNTS(member) (!lost[member])
#define MAY_CHOOSE(set) ALL_COUNT(set)
#endif
#define MAY_PROMISE(me, view) (HAS(members[view], me) && HAS(live[view], me) && !lost[me] && \
  promised[me] < (view) && !HAS(dead[me], view))

/* The choice and its representative: any members that could have been heard, by their present
   incarnations. */
#define PROPOSE(me, view, set) \
  :: d_step { MAY_PROPOSE(me, view, set) -> \
    printf("member %d promises and proposes view %d to the members of %d\n", me, view, set); \
    members[view] = set; live[view] = set; \
    promise(me, view); answer(me, view) }

#define ANSWER(me, view) \
  :: d_step { MAY_PROMISE(me, view) -> \
    printf("member %d promises view %d: installed %d, log %o\n", me, view, installed[me], log[me]); \
    promise(me, view); \
    if \
    :: answered[view] != 0 -> answer(me, view) \
    :: else \
    fi; \
    if \
    :: answered[view] == members[view] -> recover(view); \
      printf("view %d: recovered log %o\n", view, recovered[view]) \
    :: else \
    fi }

#define IN_VIEW(view) PROPOSE(me, view, 3) PROPOSE(me, view, 5) PROPOSE(me, view, 6) \
  PROPOSE(me, view, 7) ANSWER(me, view)

/* The second is an append that was in flight when the promise was made: it is not told. */
#define AT_PLACE(place) \
  :: d_step { phase[me] == OPERATIONAL && AT(log[me], place) == 0 && \
              HAS(sequenced[current[me]], place) -> \
    receive(me, place); \
    printf("member %d, view %d: has and tells log %o\n", me, current[me], log[me]) } \
  :: d_step { phase[me] == COMMIT && AT(log[me], place) == 0 && installed[me] != NONE && \
              HAS(live[installed[me]], me) && HAS(sequenced[installed[me]], place) -> \
    log[me] = log[me] | ENTRY(installed[me], place); \
    LATE_APPEND_TOLD; \
    printf("member %d: late append, log %o\n", me, log[me]) }
#ifdef BUG_TELLS_AFTER_THE_PROMISE
#define LATE_APPEND_TOLD receivedUpTo[OF(installed[me], me)] = LENGTH(log[me]); \
  MAY_ACT_IN(installed[me], me)
#else
#define LATE_APPEND_TOLD skip
#endif

#define CATCH_UP(me, from) \
  :: d_step { !lost[me] && installed[me] != NONE && phase[from] == OPERATIONAL && \
              (current[me] != current[from] || phase[me] != OPERATIONAL) && \
              DEPARTURE(GAPLESS(log[me]), log[from]) < DELIVERED(from) -> \
    catchUp(me, from); \
    printf("member %d catches up with %d: log %o\n", me, from, log[me]) }

#define INSTALL_LATE(view) \
  :: d_step { HAS(live[view], me) && !lost[me] && recoveredKnown[view] && promised[me] > (view) && \
              installed[me] < (view) -> \
    log[me] = recovered[view]; installed[me] = view; \
    confirmed[view] = confirmed[view] | BIT(me); checkInstalled(view) }

#define ANSWER_AGAIN(view) \
  :: d_step { current[me] == (view) && phase[me] == COMMIT && HAS(answered[view], me) && \
              answerLog[OF(view, me)] != GAPLESS(log[me]) -> \
    printf("member %d answers again: %o\n", me, log[me]); answer(me, view); \
    if \
    :: recoveredKnown[view] -> recover(view); printf("recovered again %o\n", recovered[view]) \
    :: else \
    fi }

#ifdef FOUNDING
#define NONE_BUT_ME_IS_BARE(me) ((bare & (7 - BIT(me))) == 0)
#else
#define NONE_BUT_ME_IS_BARE(me) (LOST == NOBODY || LOST == me)
#endif

proctype Member(byte me) {
  do
#ifdef FOUNDING
  IN_VIEW(1)
  :: d_step { everInstalled != 0 && !lost[me] && promised[me] == NONE && installed[me] == NONE ->
    lost[me] = 1;
    printf("member %d hears that the group has been founded: its disk is lost\n", me) }
#endif
  IN_VIEW(2)
#if NEW > 1
  IN_VIEW(3)
#endif
#if NEW > 2
  IN_VIEW(4)
#endif

  :: d_step { (phase[me] == COMMIT || phase[me] == RECOVERY) && recoveredKnown[current[me]] ->
    assert(promised[me] == current[me]);
    recoverStep(me, current[me]);
    printf("member %d, view %d: log %o, installed %d\n", me, current[me], log[me], installed[me]) }

  AT_PLACE(0)
#if ENTRIES > 1
  AT_PLACE(1)
#endif
#if ENTRIES > 2
  AT_PLACE(2)
#endif

  CATCH_UP(me, (me + 1) % 3)
  CATCH_UP(me, (me + 2) % 3)

#if CRASHES > 0
  :: d_step { crashes < CRASHES &&
              (lost[me] || phase[me] != OUT || HAS(LIVE_SOMEWHERE, me)) ->
    restart(me);
    crashes++;
    printf("member %d crashes and restarts\n", me) }
#endif

#if WIPES > 0
  :: d_step { wipes < WIPES && NONE_BUT_ME_IS_BARE(me) ->
    wipe(me);
    wipes++;
    printf("member %d loses its disk\n", me) }

  :: d_step { LOST != NOBODY && !lost[me] && promised[me] != NONE && ANSWERS_ANEW(me) ->
    note(me);
    printf("member %d notes the lost disk: promised %d, installed %d, log %o\n", me,
           notedPromised[me], notedInstalled[me], notedLog[me]) }

  :: d_step { lost[me] && COUNT(noted) >= Q && phase[me] == OUT ->
    takePromise(me);
    phase[me] = 1;
    printf("lost disk %d takes promise %d\n", me, promised[me]) }

  :: d_step { lost[me] && COUNT(noted) >= Q && phase[me] == 1 ->
    takePromise(me);
    takeLog(me);
    phase[me] = 2;
    printf("lost disk %d takes log %o, installed %d\n", me, log[me], installed[me]) }

  :: d_step { lost[me] && phase[me] == 2 ->
    lost[me] = 0;
#ifdef FOUNDING
    bare = 0;
#endif
    phase[me] = OUT;
    forgetNoted();
    printf("lost disk %d is whole again\n", me) }
#endif

#ifdef BUG_INSTALLS_WITH_ANOTHER_PROMISE
  INSTALL_LATE(2)
#if NEW > 1
  INSTALL_LATE(3)
#endif
#endif

#ifdef BUG_RECOVERED_TWICE
  ANSWER_AGAIN(2)
#if NEW > 1
  ANSWER_AGAIN(3)
#endif
#endif
  od
}

init {
  d_step {
#ifdef FOUNDING
    noneSaidTo[0] = EVERYBODY;
    noneSaidTo[1] = EVERYBODY;
    noneSaidTo[2] = EVERYBODY
#else
    members[FOUNDING_VIEW] = EVERYBODY;
    live[FOUNDING_VIEW] = EVERYBODY;
    confirmed[FOUNDING_VIEW] = EVERYBODY;
    recoveredKnown[FOUNDING_VIEW] = true;
    everInstalled = BIT(FOUNDING_VIEW);
    x = 0;
    do
    :: x == 3 -> break
    :: else ->
      promised[x] = FOUNDING_VIEW;
      installed[x] = FOUNDING_VIEW;
      everPromised[x] = FOUNDING_VIEW;
      current[x] = FOUNDING_VIEW;
      phase[x] = OPERATIONAL;
      x++
    od;
    issueAll(FOUNDING_VIEW)
#endif
  };
  atomic { run Member(0); run Member(1); run Member(2) }
}
