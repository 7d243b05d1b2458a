/*
 * Members that come back: after a crash, without their disk, or from outside the view.
 */

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
    firstGlobal[me] = LENGTH(recovered[installed[me]]);
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
#ifdef COUNTS_DELIVERIES
  deliveredUpTo[me] = 0;
#endif
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
#define DELIVERED_AT(member, k) ((k) < firstGlobal[member] || \
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
