/*
 * What members do in a view, and what must be true of everything that is ever delivered.
 */

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
inline issue(view, member, place) {
  MAY_ACT_IN(view, member);
  assert(!HAS(sequenced[view], place)); /* invariant 5 */
  sequenced[view] = sequenced[view] | BIT(place);
  issued[member] = issued[member] | BIT(place)
}

inline issueAll(view) {
#ifdef STEPWISE
  skip
#else
  k = 0;
  do
  :: k == ENTRIES -> break
  :: else ->
    x = TURN(members[view], k);
    if
    :: current[x] == view && phase[x] == OPERATIONAL && k >= firstGlobal[x] &&
       !HAS(issued[x], k) ->
      issue(view, x, k)
    :: else
    fi;
    if
    :: HAS(sequenced[view], k) || k < LENGTH(recovered[view]) -> k++
    :: else -> break
    fi
  od
#endif
}

/* How far the log goes without a gap. */
inline tell(me) {
  MAY_ACT_IN(current[me], me);
  receivedUpTo[OF(current[me], me)] = LENGTH(log[me])
}

inline deliverRecovered(view, member) {
  MAY_ACT_IN(view, member);
#ifndef STEPWISE
  tell(member);
  k = 0;
  do
  :: k == firstGlobal[member] -> break
  :: else ->
    deliver(view, k, AT(log[member], k));
    k++
  od
#ifdef BUG_TAIL_LEFT_BEHIND
  ;
  deliveredUpTo[member] = k
#endif
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
#ifndef STEPWISE
  tell(me);
  do
  :: k < LENGTH(log[me]) && STABLE(current[me], k) ->
    deliver(current[me], k, AT(log[me], k));
    k++;
#ifdef BUG_TAIL_LEFT_BEHIND
    deliveredUpTo[me] = k
#endif
  :: else -> break
  od
#endif
}
