package dev.understudy.redis;

/**
 * Detects changes that did not arrive, by the numbers of those that did.
 *
 * @param seen number of the last change that arrived, {@link #UNKNOWN} at the start of a connection
 * @param told number that the last look at the medium told, {@link #UNKNOWN} before
 * @param incomplete true if a number was left out
 */
record Versions(long seen, long told, boolean incomplete) {

    static final long UNKNOWN = -1;
    static final Versions NONE = new Versions(UNKNOWN, UNKNOWN, false);

    Versions arrived(long version) {
        boolean gap = seen != UNKNOWN && version > seen + 1;
        return new Versions(Math.max(seen, version), told, incomplete || gap);
    }

    /** Begins to read a snapshot; what is left out from now on is left out of it too. */
    Versions reading() {
        return new Versions(seen, told, false);
    }

    Versions read(long version) {
        return new Versions(Math.max(seen, version), version, incomplete);
    }

    /** Returns true if a snapshot is needed: changes up to the number of the last look have had time to arrive. */
    boolean isBehind(long version) {
        return incomplete || (told != UNKNOWN && (seen < told || version < told));
    }

    Versions looked(long version) {
        return new Versions(seen, version, incomplete);
    }
}
