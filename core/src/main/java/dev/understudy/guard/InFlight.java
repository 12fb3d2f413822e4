package dev.understudy.guard;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts calls in flight, and refuses further ones once it is closed. Safe for use by many threads. */
public final class InFlight {

    private static final int CLOSED = 1;
    private static final int CALL = 2;

    /** Twice the number of calls, plus one when closed: one value, so that no call can begin between two readings. */
    private final AtomicInteger state = new AtomicInteger();

    private final Runnable drained;
    private final AtomicBoolean hasDrained = new AtomicBoolean();

    /** @param drained run once, when it is closed and no call is in flight */
    public InFlight(Runnable drained) {
        this.drained = drained;
    }

    /** Counts a call in; false when no more calls may begin. Each call that was counted in leaves once. */
    public boolean enter() {
        if (!isClosed(state.getAndAdd(CALL))) {
            return true;
        }
        leave();
        return false;
    }

    /** Counts a call out. */
    public void leave() {
        if (state.addAndGet(-CALL) == CLOSED) {
            drain();
        }
    }

    /** Refuses calls from now on. Idempotent. */
    public void close() {
        if (state.getAndUpdate(is -> is | CLOSED) == 0) {
            drain();
        }
    }

    private void drain() {
        if (hasDrained.compareAndSet(false, true)) {
            drained.run();
        }
    }

    public boolean isClosed() {
        return isClosed(state.get());
    }

    private static boolean isClosed(int state) {
        return (state & CLOSED) != 0;
    }
}
