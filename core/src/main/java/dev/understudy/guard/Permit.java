package dev.understudy.guard;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * Permission of a circuit breaker for one call. Ends once, with the first of success, failure, cut, neutral and left; later calls
 * of these are ignored, and so is the result of a call that was permitted before the circuit last changed. One call counts
 * as one outcome: its first content decides a trial, but is no sample. Content may end a row of failures. Each method
 * that ends returns false if it was ignored.
 */
public final class Permit implements CircuitBreaker.Admission {

    private static final int UNDECIDED = 0;
    private static final int BEGUN = 1;
    private static final int ENDED = 2;
    private static final AtomicIntegerFieldUpdater<Permit> PHASE =
            AtomicIntegerFieldUpdater.newUpdater(Permit.class, "phase");

    private final CircuitBreaker breaker;
    private volatile BreakerState admitted;

    private volatile long begunAt;

    private volatile int phase;

    Permit(CircuitBreaker breaker, BreakerState admitted) {
        this.breaker = breaker;
        this.admitted = admitted;
    }

    /** Reports the first content, which makes a trial succeed. */
    public boolean begun(long now) {
        if (phase == UNDECIDED) {
            begunAt = now;
        }
        if (!PHASE.compareAndSet(this, UNDECIDED, BEGUN)) {
            return false;
        }
        endTrial(now);
        if (admitted instanceof BreakerState.Closed closed) {
            closed.statistics().begun();
        }
        return true;
    }

    /** Returns true if more content should be reported: streams were cut, and this one may show that others live. */
    public boolean isDoubted() {
        return admitted instanceof BreakerState.Closed closed
                && closed.statistics().isDoubted();
    }

    /** Reports content after the first one. */
    public void flows(long now) {
        if (admitted instanceof BreakerState.Closed closed && phase == BEGUN) {
            closed.statistics().flows(begunAt, now);
        }
    }

    /** Reports a complete answer. */
    public boolean success(long now) {
        if (PHASE.compareAndSet(this, UNDECIDED, ENDED)) {
            if (endTrial(now)) {
                breaker.remoteCleared();
            } else {
                succeeded(now);
            }
            return true;
        }
        if (endsStream()) {
            succeeded(now);
            return true;
        }
        return false;
    }

    /** Reports the end of a call that had content and has no outcome: it was cancelled, or its failure does not count. */
    public boolean left() {
        return endsStream();
    }

    private boolean endsStream() {
        if (!PHASE.compareAndSet(this, BEGUN, ENDED)) {
            return false;
        }
        if (admitted instanceof BreakerState.Closed closed) {
            closed.statistics().ended();
        }
        return true;
    }

    private boolean endTrial(long now) {
        if (admitted instanceof BreakerState.HalfOpen trial) {
            admitted = breaker.trialSucceeded(trial, now);
            return true;
        }
        return false;
    }

    private void succeeded(long now) {
        if (admitted instanceof BreakerState.Closed closed) {
            breaker.succeeded(closed, now);
        }
    }

    /** Reports a failure that counts, before the first content. */
    public boolean failure(long now) {
        if (!PHASE.compareAndSet(this, UNDECIDED, ENDED)) {
            return false;
        }
        if (admitted instanceof BreakerState.Closed closed) {
            breaker.failed(closed, now);
        } else if (admitted instanceof BreakerState.HalfOpen trial) {
            breaker.failed(trial, now);
        }
        return true;
    }

    /** Reports a cancellation or a failure that does not count: no sample, and a trial is released for the next call. */
    public boolean neutral(long now) {
        if (!PHASE.compareAndSet(this, UNDECIDED, ENDED)) {
            return false;
        }
        if (admitted instanceof BreakerState.HalfOpen trial) {
            breaker.releaseTrial(trial, now);
        }
        return true;
    }

    /**
     * Reports a failure that counts, after the first content. A trial that closed the circuit counts in the generation that
     * it began.
     */
    public boolean cut(long now) {
        if (!endsStream()) {
            return false;
        }
        if (admitted instanceof BreakerState.Closed closed) {
            breaker.cut(closed, begunAt, now);
        }
        return true;
    }

    /** The state that permitted the call; after a successful trial, the state that it led to. */
    BreakerState admitted() {
        return admitted;
    }
}
