package dev.understudy.streaming;

/**
 * Pace of one stream: from the gaps between its chunks it follows which silence is suspicious. Long gaps are remembered and
 * fade with each further chunk, so that a stream in bursts is not suspected between two of them. Times are nanoseconds.
 */
final class StreamPace {

    private static final double FADING = 0.95;

    private final long atLeast;
    private final double factor;
    private double longest;
    private long last;
    private boolean begun;

    StreamPace(ResumePolicy.Hedging hedging) {
        this.atLeast = hedging.atLeast().toNanos();
        this.factor = hedging.factor();
    }

    /** Records a chunk. */
    void chunk(long now) {
        if (begun) {
            longest = Math.max(longest * FADING, (double) (now - last));
        }
        begun = true;
        last = now;
    }

    /** Begins the silence anew, without a chunk: the time before does not count. */
    void restart(long now) {
        last = now;
    }

    /** Length of the silence so far. */
    long silence(long now) {
        return now - last;
    }

    /** Time until the silence is suspicious; 0 or less when it is. */
    long untilSuspicious(long now) {
        return Math.max(atLeast, (long) (factor * longest)) - silence(now);
    }
}
