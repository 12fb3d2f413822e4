package dev.understudy.streaming.operator;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * Serialised work: any thread may request a turn, and one thread at a time runs them. A thread that requests a turn
 * while another one runs returns at once, and the running thread adds a turn; a request from within a turn does the
 * same, which keeps the stack flat.
 */
abstract class DrainLoop {

    private static final AtomicIntegerFieldUpdater<DrainLoop> WORK =
            AtomicIntegerFieldUpdater.newUpdater(DrainLoop.class, "work");

    @SuppressWarnings("UnusedVariable") // WORK reads and writes it
    private volatile int work;

    /** Does all pending work. Writes of a thread before {@link #drain} are visible. */
    abstract void drainOnce();

    final void drain() {
        if (WORK.getAndIncrement(this) != 0) {
            return;
        }
        int missed = 1;
        do {
            drainOnce();
            missed = WORK.addAndGet(this, -missed);
        } while (missed != 0);
    }
}
