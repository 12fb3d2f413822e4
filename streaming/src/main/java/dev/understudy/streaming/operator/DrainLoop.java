package dev.understudy.streaming.operator;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * Work that any thread may ask for and that one thread at a time does. Whoever comes while another is at it leaves at once,
 * and the other takes one more turn; so does whoever comes from within a turn, which keeps the stack flat.
 */
abstract class DrainLoop {

    private static final AtomicIntegerFieldUpdater<DrainLoop> WORK =
            AtomicIntegerFieldUpdater.newUpdater(DrainLoop.class, "work");

    private volatile int work;

    /** Does all there is to do. What a thread wrote before it called {@link #takeTurns} is seen. */
    abstract void turn();

    final void takeTurns() {
        if (WORK.getAndIncrement(this) != 0) {
            return;
        }
        int missed = 1;
        do {
            turn();
            missed = WORK.addAndGet(this, -missed);
        } while (missed != 0);
    }
}
