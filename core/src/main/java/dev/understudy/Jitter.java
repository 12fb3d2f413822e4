package dev.understudy;

/** How chance spreads the waiting of many callers, so that they do not come back all at once. */
public enum Jitter {
    /** Anything from nothing to the full back-off. */
    FULL,
    /** Half of the back-off, and anything up to the other half. */
    EQUAL,
    /** Anything from the base to three times the last wait. */
    DECORRELATED,
    /** No chance at all: for tests, and for callers that spread themselves. */
    NONE
}
