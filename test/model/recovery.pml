/*
 * From the promise to the announcement: the answers, the recovered log, and how a member comes by it.
 */

inline leave(me) {
  if
  :: current[me] != NONE && LOWEST(members[current[me]]) == me && !recoveredKnown[current[me]] ->
    forgetAnswers(current[me]) /* nobody is left who would use them */
  :: else
  fi;
  current[me] = NONE;
  phase[me] = OUT;
  firstGlobal[me] = 0;
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
#ifdef STEPWISE
#ifndef BUG
  assert(deliveredUpTo[me] <= n);
#endif
#endif
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
    firstGlobal[me] = LENGTH(recovered[view]);
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
#ifdef STEPWISE
  :: false
#else
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
#endif
  :: else
  fi
}
