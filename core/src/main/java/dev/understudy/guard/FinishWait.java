package dev.understudy.guard;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Connects the time limits of one attempt with a stream that has received its finish reason and waits for the end of its
 * body. A limit that is exceeded during that wait completes the stream instead of failing it. Passed in the Reactor
 * context under its class. Thread-safe; never blocks.
 */
public final class FinishWait {

    private final AtomicReference<@Nullable Runnable> completion = new AtomicReference<>();

    /**
     * Registers a stream that would be complete if nothing more arrived.
     *
     * @param completion completes the stream at once; called at most once, on the thread of the timer
     */
    public void begin(Runnable completion) {
        this.completion.set(completion);
    }

    /** Ends the wait: from now on an exceeded limit is a failure. */
    public void cancel() {
        completion.set(null);
    }

    /** Completes the waiting stream; returns false if there is none. */
    public boolean complete() {
        Runnable waiting = completion.getAndSet(null);
        if (waiting == null) {
            return false;
        }
        waiting.run();
        return true;
    }
}
