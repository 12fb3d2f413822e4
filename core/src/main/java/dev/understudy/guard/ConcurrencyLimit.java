package dev.understudy.guard;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Limits the concurrent calls of one provider. Further calls may wait in order of arrival, up to a number. Lock-free; never
 * blocks: a waiting call is told when it has a slot.
 */
public final class ConcurrencyLimit {

    private enum Phase {
        WAITING,
        GRANTED,
        TAKEN,
        CANCELLED
    }

    /** A call that waits for a slot. */
    public static final class Waiter {

        private final ConcurrencyLimit limit;
        private final Consumer<Waiter> granted;
        private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.WAITING);

        private Waiter(ConcurrencyLimit limit, Consumer<Waiter> granted) {
            this.limit = limit;
            this.granted = granted;
        }

        /** Takes the slot that was granted, to be released by its new owner; returns false after {@link #cancel}. */
        public boolean take() {
            return phase.compareAndSet(Phase.GRANTED, Phase.TAKEN);
        }

        /** Stops waiting, and gives back a slot that was granted and not taken. Idempotent; no effect after {@link #take}. */
        public void cancel() {
            if (phase.compareAndSet(Phase.WAITING, Phase.CANCELLED)) {
                if (limit.waiters.remove(this)) {
                    limit.waiting.decrementAndGet();
                }
            } else if (phase.compareAndSet(Phase.GRANTED, Phase.CANCELLED)) {
                limit.release();
            }
        }
    }

    private final int slots;
    private final int maxWaiting;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Queue<Waiter> waiters = new ConcurrentLinkedQueue<>();

    /**
     * @param slots concurrent calls, {@code null} for no limit
     * @param maxWaiting calls that may wait for a slot
     */
    public ConcurrencyLimit(@Nullable Integer slots, int maxWaiting) {
        this.slots = slots == null ? Integer.MAX_VALUE : slots;
        this.maxWaiting = maxWaiting;
    }

    /** Takes a slot if one is free and no call waits for it; returns whether. */
    public boolean tryAcquire() {
        return waiting.get() == 0 && acquire();
    }

    /** Releases a slot, to the call that has waited longest. */
    public void release() {
        running.decrementAndGet();
        grant();
    }

    /**
     * Lets a call wait for a slot.
     *
     * @param granted told once, on the thread that released the slot or on this one; must not throw
     * @return the waiting call, to be cancelled if it leaves; {@code null} if too many wait
     */
    public @Nullable Waiter enqueue(Consumer<Waiter> granted) {
        if (waiting.incrementAndGet() > maxWaiting) {
            waiting.decrementAndGet();
            return null;
        }
        Waiter waiter = new Waiter(this, granted);
        waiters.add(waiter);
        grant();
        return waiter;
    }

    /** Returns the number of waiting calls for each slot. */
    public double load() {
        return (double) waiting.get() / slots;
    }

    public int running() {
        return running.get();
    }

    public int waiting() {
        return waiting.get();
    }

    private boolean acquire() {
        int was = running.get();
        while (was < slots) {
            if (running.compareAndSet(was, was + 1)) {
                return true;
            }
            was = running.get();
        }
        return false;
    }

    /** Grants free slots to waiting calls. Looks again after giving one back: a call may have been added meanwhile. */
    private void grant() {
        while (!waiters.isEmpty() && acquire()) {
            Waiter next = waiters.poll();
            if (next == null) {
                running.decrementAndGet();
                continue;
            }
            waiting.decrementAndGet();
            if (next.phase.compareAndSet(Phase.WAITING, Phase.GRANTED)) {
                next.granted.accept(next);
            } else {
                running.decrementAndGet();
            }
        }
    }
}
