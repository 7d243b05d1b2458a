/*
 * When a member may do what: each step of a member is one macro here, with its condition.
 */

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
    :: IS_RECOVERED_AT_ONCE(view) -> recover(view); \
      printf("view %d: recovered log %o\n", view, recovered[view]) \
    :: else \
    fi }

#ifdef STEPWISE
#define IS_RECOVERED_AT_ONCE(view) false
#else
#define IS_RECOVERED_AT_ONCE(view) (answered[view] == members[view])
#endif

/* The steps that are elsewhere part of those that make them possible. */
#define IS_REPRESENTATIVE(me) (LOWEST(members[current[me]]) == (me))
#define STEPS_IN_VIEW_CHANGE \
  :: d_step { phase[me] == COMMIT && IS_REPRESENTATIVE(me) && !recoveredKnown[current[me]] && \
              answered[current[me]] == members[current[me]] -> \
    recover(current[me]); \
    printf("view %d: recovered log %o\n", current[me], recovered[current[me]]) } \
  :: d_step { phase[me] == INSTALLED && IS_REPRESENTATIVE(me) && MAY_ANNOUNCE(current[me]) && \
              !HAS(announced, current[me]) -> \
    announced = announced | BIT(current[me]); \
    printf("member %d announces view %d\n", me, current[me]) } \
  :: d_step { phase[me] == INSTALLED && HAS(announced, current[me]) -> \
    phase[me] = OPERATIONAL; \
    deliverRecovered(current[me], me); \
    printf("member %d is operational in view %d\n", me, current[me]) } \
  :: d_step { phase[me] == OPERATIONAL && receivedUpTo[OF(current[me], me)] < LENGTH(log[me]) -> \
    tell(me); \
    printf("member %d, view %d: tells %d\n", me, current[me], LENGTH(log[me])) }
#define EARLIER_SEQUENCED(view, place) ( \
  ((place) < 1 || firstGlobal[me] > 0 || HAS(sequenced[view], 0)) && \
  ((place) < 2 || firstGlobal[me] > 1 || HAS(sequenced[view], 1)))
#define STEPS_AT_PLACE(place) \
  :: d_step { phase[me] == OPERATIONAL && (place) >= firstGlobal[me] && \
              TURN(members[current[me]], place) == me && !HAS(issued[me], place) && \
              EARLIER_SEQUENCED(current[me], place) -> \
    issue(current[me], me, place); \
    printf("member %d, view %d: issues at %d\n", me, current[me], place) } \
  :: d_step { phase[me] == OPERATIONAL && deliveredUpTo[me] == (place) && \
              LENGTH(log[me]) > (place) && (firstGlobal[me] > (place) || \
              STABLE(current[me], place)) -> \
    MAY_ACT_IN(current[me], me); \
    deliver(current[me], place, AT(log[me], place)); \
    deliveredUpTo[me] = (place) + 1; \
    printf("member %d, view %d: delivers %d\n", me, current[me], place) }

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
