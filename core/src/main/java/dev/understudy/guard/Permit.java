package dev.understudy.guard;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * The right to make one call. It ends once, in the first of success, failure, cut and neutral; what comes later is
 * ignored, and so is the result of a call that was let through before the circuit last changed. One call is one outcome:
 * its first content decides a trial, and counts nothing. Each method says whether it had its turn.
 */
public final class Permit implements CircuitBreaker.Admission {

    private static final int UNDECIDED = 0;
    private static final int BEGUN = 1;
    private static final int ENDED = 2;
    private static final AtomicIntegerFieldUpdater<Permit> STAGE =
            AtomicIntegerFieldUpdater.newUpdater(Permit.class, "stage");

    private final CircuitBreaker breaker;
    private volatile BreakerState admitted;
    private volatile int stage;

    Permit(CircuitBreaker breaker, BreakerState admitted) {
        this.breaker = breaker;
        this.admitted = admitted;
    }

    /** The first content is here: a trial has passed. */
    public boolean begun(long now) {
        if (!STAGE.compareAndSet(this, UNDECIDED, BEGUN)) {
            return false;
        }
        pass(now);
        return true;
    }

    /** The answer is whole. */
    public boolean success(long now) {
        if (STAGE.compareAndSet(this, UNDECIDED, ENDED)) {
            if (!pass(now)) {
                succeeded(now);
            }
            return true;
        }
        if (STAGE.compareAndSet(this, BEGUN, ENDED)) {
            succeeded(now);
            return true;
        }
        return false;
    }

    private boolean pass(long now) {
        if (admitted instanceof BreakerState.HalfOpen trial) {
            admitted = breaker.passed(trial, now);
            return true;
        }
        return false;
    }

    private void succeeded(long now) {
        if (admitted instanceof BreakerState.Closed closed) {
            closed.statistics().success(now);
        }
    }

    /** A failure that counts, before the first content. */
    public boolean failure(long now) {
        if (!STAGE.compareAndSet(this, UNDECIDED, ENDED)) {
            return false;
        }
        if (admitted instanceof BreakerState.Closed closed) {
            breaker.failed(closed, now);
        } else if (admitted instanceof BreakerState.HalfOpen trial) {
            breaker.failed(trial, now);
        }
        return true;
    }

    /** Cancelled, or a failure that does not count: nothing is known, and a trial is free for the next caller. */
    public boolean neutral(long now) {
        if (!STAGE.compareAndSet(this, UNDECIDED, ENDED)) {
            return false;
        }
        if (admitted instanceof BreakerState.HalfOpen trial) {
            breaker.freed(trial, now);
        }
        return true;
    }

    /**
     * A failure that counts, after the first content. The trial that closed the circuit belongs to the generation that it
     * began.
     */
    public boolean cut(long now) {
        if (!STAGE.compareAndSet(this, BEGUN, ENDED)) {
            return false;
        }
        if (admitted instanceof BreakerState.Closed closed) {
            breaker.failed(closed, now);
        }
        return true;
    }

    /** The state that let it through; after a trial has passed, the one that this began. */
    BreakerState admitted() {
        return admitted;
    }
}
