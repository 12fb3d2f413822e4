package dev.understudy.guard;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts calls in flight, and refuses further ones once it is closed. Safe for use by many threads. */
public final class InFlight {

    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();
    private final Runnable drained;
    private volatile boolean closed;

    /** @param drained run once, when it is closed and no call is in flight */
    public InFlight(Runnable drained) {
        this.drained = drained;
    }

    /** Counts a call in; false when no more calls may begin. Each call that was counted in leaves once. */
    public boolean enter() {
        calls.incrementAndGet();
        if (closed) {
            leave();
            return false;
        }
        return true;
    }

    /** Counts a call out. */
    public void leave() {
        if (calls.decrementAndGet() == 0 && closed) {
            end();
        }
    }

    /** Refuses calls from now on. Idempotent. */
    public void close() {
        closed = true;
        if (calls.get() == 0) {
            end();
        }
    }

    public boolean isClosed() {
        return closed;
    }

    private void end() {
        if (over.compareAndSet(false, true)) {
            drained.run();
        }
    }
}
