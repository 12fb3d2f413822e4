/*
 * Circuit breaker of one route under two concurrent calls, one of them with a hedged attempt; an operator who holds and releases;
 * and the commit of a call. The atomic steps are those of BreakerState (one compare-and-set each), Permit (its phase),
 * Race (its winner), AttemptPermit and AttemptBoundary. Checked:
 *
 *   claims    at most one attempt of a call delivers content
 *   permits   each permit ends exactly once
 *   trials    a trial is leased only when the one before is decided, or its lease has expired
 *   held      no attempt is admitted while the operator holds the circuit, whatever late results arrive
 *   recovery  every run ends, and when the vendor is well and nothing is held any more, with a closed circuit
 */

#define CALLS 2
#define ATTEMPTS 3          /* attempt i belongs to call i / 2 */
#define MAX_GENERATION 6    /* bounds the run: afterwards nothing trips or is held any more */

mtype = { CLOSED, OPEN, HALF_OPEN, FORCED_OPEN };
mtype = { UNDECIDED, BEGUN, ENDED };

mtype state = CLOSED;
byte generation = 0;
byte lease = 0;
bool leased = false;

mtype phase[ATTEMPTS];
mtype admittedAs[ATTEMPTS];
byte admittedIn[ATTEMPTS];
byte admittedLease[ATTEMPTS];
bool admitted[ATTEMPTS];
byte ends[ATTEMPTS];        /* times that the permit ended */
bool delivered[ATTEMPTS];
byte winner[CALLS];         /* 255: none */
bool well = false;          /* the vendor answers every request */
bool holds = false;         /* the operator holds the circuit */
bool quiet = false;         /* nothing is tripped or held any more */

#define undecided(j) (admitted[j] && phase[j] == UNDECIDED && admittedAs[j] == HALF_OPEN && admittedIn[j] == generation && admittedLease[j] == lease)

inline acquire(i) {
    atomic {
        if
        :: state == CLOSED ->
            admitted[i] = true; admittedAs[i] = CLOSED; admittedIn[i] = generation
        :: state == OPEN ->                       /* the open time is over, or the trial is early */
            if
            :: true ->
                state = HALF_OPEN; generation++; lease = 1; leased = true;
                admitted[i] = true; admittedAs[i] = HALF_OPEN; admittedIn[i] = generation; admittedLease[i] = lease
            :: skip                               /* refused */
            fi
        :: state == HALF_OPEN && !leased ->
            assert(!undecided(0) && !undecided(1) && !undecided(2));
            lease++; leased = true;
            admitted[i] = true; admittedAs[i] = HALF_OPEN; admittedIn[i] = generation; admittedLease[i] = lease
        :: state == HALF_OPEN && leased ->
            if
            :: lease++;                           /* the lease of the trial before has expired */
                admitted[i] = true; admittedAs[i] = HALF_OPEN; admittedIn[i] = generation; admittedLease[i] = lease
            :: skip                               /* refused */
            fi
        :: state == FORCED_OPEN -> skip           /* refused */
        fi;
        assert(!(admitted[i] && holds))
    }
}

inline trialSucceeded(i) {
    atomic {
        if
        :: state == HALF_OPEN && admittedIn[i] == generation ->
            state = CLOSED; generation++; leased = false;
            admittedAs[i] = CLOSED; admittedIn[i] = generation
        :: else -> skip
        fi
    }
}

inline begun(i) {
    if
    :: atomic { phase[i] == UNDECIDED -> phase[i] = BEGUN };
        if
        :: admittedAs[i] == HALF_OPEN -> trialSucceeded(i)
        :: else -> skip
        fi
    :: atomic { phase[i] != UNDECIDED -> skip }
    fi
}

inline success(i) {
    if
    :: atomic { phase[i] == UNDECIDED -> phase[i] = ENDED; ends[i]++ };
        if
        :: admittedAs[i] == HALF_OPEN -> trialSucceeded(i)
        :: else -> skip
        fi
    :: atomic { phase[i] == BEGUN -> phase[i] = ENDED; ends[i]++ }
    :: atomic { phase[i] == ENDED -> skip }
    fi
}

/* A failure that breaks the rule of the closed circuit, or fails the trial. */
inline trip(i) {
    atomic {
        if
        :: admittedAs[i] == CLOSED && state == CLOSED && admittedIn[i] == generation && !quiet ->
            state = OPEN; generation++
        :: admittedAs[i] == HALF_OPEN && state == HALF_OPEN && admittedIn[i] == generation && admittedLease[i] == lease ->
            state = OPEN; generation++; leased = false
        :: else -> skip
        fi
    }
}

inline failure(i) {
    if
    :: atomic { phase[i] == UNDECIDED -> phase[i] = ENDED; ends[i]++ }; trip(i)
    :: atomic { phase[i] == BEGUN -> phase[i] = ENDED; ends[i]++ };
        if
        :: admittedAs[i] == CLOSED -> trip(i)
        :: else -> skip
        fi
    :: atomic { phase[i] == ENDED -> skip }
    fi
}

inline neutral(i) {
    if
    :: atomic { phase[i] == UNDECIDED -> phase[i] = ENDED; ends[i]++ };
        atomic {
            if
            :: admittedAs[i] == HALF_OPEN && state == HALF_OPEN && admittedIn[i] == generation && admittedLease[i] == lease -> leased = false
            :: else -> skip
            fi
        }
    :: atomic { phase[i] == BEGUN -> phase[i] = ENDED; ends[i]++ }
    :: atomic { phase[i] == ENDED -> skip }
    fi
}

proctype Attempt(byte i) {
    byte call = i / 2;
    bool won = false;
    acquire(i);
    if
    :: !admitted[i] -> goto done
    :: else -> skip
    fi;
    if
    :: !well -> failure(i)                        /* before the first content */
    :: neutral(i)                                 /* cancelled by the subscriber, or lost without content */
    :: true ->                                    /* the first content */
        atomic {
            if
            :: winner[call] == 255 -> winner[call] = i
            :: else -> skip
            fi;
            won = (winner[call] == i)
        };
        if
        :: !won -> neutral(i)
        :: else ->
            begun(i);
            delivered[i] = true;
            if
            :: success(i)
            :: !well -> failure(i)                /* cut after the first content */
            :: neutral(i)                         /* cancelled while content arrives */
            fi
        fi
    fi;
done:
    if
    :: admitted[i] -> neutral(i)                  /* the boundary of the attempt releases what is left */
    :: else -> skip
    fi;
    assert(!admitted[i] || ends[i] == 1);
    assert(!(delivered[0] && delivered[1]))
}

proctype Operator() {
    if
    :: atomic { !quiet && generation < MAX_GENERATION -> state = FORCED_OPEN; generation++; leased = false; holds = true };
        atomic {
            if
            :: state == FORCED_OPEN -> state = CLOSED; generation++; holds = false
            :: else -> assert(false)              /* only the operator ends a hold */
            fi
        }
    :: skip
    fi
}

/* Calls that come after the vendor is well, one after another, as an endless stream of callers would. */
proctype Later() {
    (well && quiet);
    do
    :: state == CLOSED -> break
    :: atomic {
            if
            :: state == OPEN -> state = HALF_OPEN; generation++; lease = 1; leased = true
            :: state == HALF_OPEN -> lease++; leased = true   /* the trial is free, or its lease has expired */
            :: else -> skip
            fi
        };
        atomic {
            if
            :: state == HALF_OPEN -> state = CLOSED; generation++; leased = false
            :: else -> skip
            fi
        }
    od
}

init {
    byte i = 0;
    atomic {
        do
        :: i < CALLS -> winner[i] = 255; i++
        :: else -> break
        od;
        i = 0;
        do
        :: i < ATTEMPTS -> phase[i] = UNDECIDED; i++
        :: else -> break
        od;
        if                                        /* the circuit may be open already */
        :: state = OPEN
        :: skip
        fi;
        run Attempt(0); run Attempt(1); run Attempt(2);
        run Operator(); run Later()
    };
    atomic { well = true; quiet = true };
    (_nr_pr == 1);
    assert(state == CLOSED);
    i = 0;
    do
    :: i < ATTEMPTS -> assert(!admitted[i] || ends[i] == 1); i++
    :: else -> break
    od
}
