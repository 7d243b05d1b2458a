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
 * BUG and BUG_x take one rule away. STEPWISE undoes the shortcuts, to check that they hide nothing.
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

#include "state.pml"
#include "in-view.pml"
#include "recovery.pml"
#include "disks.pml"
#include "steps.pml"

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
#ifdef STEPWISE
  STEPS_IN_VIEW_CHANGE
  STEPS_AT_PLACE(0)
#if ENTRIES > 1
  STEPS_AT_PLACE(1)
#endif
#if ENTRIES > 2
  STEPS_AT_PLACE(2)
#endif
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
    phase[me] = HAS_PROMISE;
    printf("lost disk %d takes promise %d\n", me, promised[me]) }

  :: d_step { lost[me] && COUNT(noted) >= Q && phase[me] == HAS_PROMISE ->
    takePromise(me);
    takeLog(me);
    phase[me] = HAS_LOG;
    printf("lost disk %d takes log %o, installed %d\n", me, log[me], installed[me]) }

  :: d_step { lost[me] && phase[me] == HAS_LOG ->
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
