/*
 * What there is: how logs and sets are written, what disks and processes hold, what has been said,
 * and what only the invariants look at. No rule stands here.
 */

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
#define HAS_PROMISE 5 /* how far the procedure of a lost disk has come */
#define HAS_LOG 6
byte current[3];
byte phase[3];
byte firstGlobal[3]; /* of `current`: so many entries were recovered */
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
#ifdef STEPWISE
#define COUNTS_DELIVERIES
#endif
#ifdef BUG_TAIL_LEFT_BEHIND
#define COUNTS_DELIVERIES
#endif
#ifdef COUNTS_DELIVERIES
byte deliveredUpTo[3]; /* by each disk: how many */
#endif
#ifdef STEPWISE
byte announced; /* views */
#endif

#ifdef NO_INVARIANT_8 /* to see what else breaks with it */
#define MAY_ACT_IN(view, member) skip
#else
#define MAY_ACT_IN(view, member) assert(everPromised[member] <= (view)) /* invariant 8 */
#endif

/* Scratch: has no meaning between steps. */
hidden byte x, y, k, n, w, best, upTo;
