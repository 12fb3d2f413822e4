package dev.understudy.guard;

/**
 * Tells the time limits of one attempt that the headers of its response arrived. Passed in the Reactor context under its
 * class. Thread-safe; never blocks.
 */
public final class ResponseStart {

    private volatile boolean arrived;

    /** Records the headers. */
    public void arrived() {
        arrived = true;
    }

    /** Returns true once the headers arrived. */
    public boolean hasArrived() {
        return arrived;
    }
}
