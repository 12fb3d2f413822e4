package dev.understudy.streaming.kept;

import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * Store of kept streams: an append-only log of entries for each stream, and a lease that one generating instance holds at a
 * time. Each acquisition of the lease has a higher fencing token, and an append with an older one is refused. Streams expire
 * some time after the last append or renewal. Entries and requests are opaque text.
 *
 * <p>All methods are lazy and do not block. A returned Mono fails when the store cannot be reached.
 */
public interface KeptStreamStore {

    /**
     * Creates a stream, and acquires its lease.
     *
     * @param id id of the stream
     * @param request request of the answer, for an instance that takes over the generation
     * @param lease duration of the lease
     * @param grace time until the stream counts as unattended, unless {@link #attend} is called
     * @return the lease; fails with {@link KeptStreamException.Reason#FULL} if the store is full, or the request as large as
     *     a stream may be
     */
    Mono<Lease> create(String id, String request, Duration lease, Duration grace);

    /**
     * Appends entries. Repeating an append whose outcome is unknown has no further effect.
     *
     * @param id id of the stream
     * @param append the entries, with the fencing token of the lease
     * @return {@code false} if the entries were refused: another instance acquired the lease, the stream ended or expired,
     *     or an entry before them is missing
     */
    Mono<Boolean> append(String id, Append append);

    /**
     * Extends the lease; with a duration of zero, releases it. The next acquisition of a released lease counts as no takeover.
     *
     * @param id id of the stream
     * @param fence fencing token of the lease
     * @param lease duration from now on
     * @return the state of the lease
     */
    Mono<Renewal> renew(String id, long fence, Duration lease);

    /**
     * Acquires the lease of a stream that has not ended.
     *
     * @param id id of the stream
     * @param lease duration of the lease
     * @param force {@code true} to acquire it although another instance holds it
     * @return the lease; empty if it is held, or the stream ended or is unknown
     */
    Mono<Lease> acquire(String id, Duration lease, boolean force);

    /**
     * Records that a reader is present.
     *
     * @param id id of the stream
     * @param grace time from now on after which the stream counts as unattended
     * @return state of the stream
     */
    Mono<State> attend(String id, Duration grace);

    /**
     * Reads entries. Waits for the first one if there is none.
     *
     * @param id id of the stream
     * @param after position of the last entry that is known; 0 for the beginning
     * @param most limit of entries
     * @param wait longest time to wait; zero for none
     * @return the entries; none if the time is over, the stream ended, or it is unknown
     */
    Mono<Page> read(String id, long after, int most, Duration wait);

    /** State of a stream. */
    enum State {
        /** An instance holds the lease. */
        GENERATING,
        /** The stream has not ended, and no instance holds the lease. */
        ABANDONED,
        /** The last entry was appended. */
        ENDED,
        /** No such stream, or no such position in it. */
        UNKNOWN
    }

    /** State of a lease. */
    enum Renewal {
        /** The lease was extended, and a reader was present within the grace period. */
        HELD,
        /** The lease was extended, but no reader was present within the grace period. */
        UNATTENDED,
        /** Another instance acquired the lease, or the stream ended or expired. */
        LOST
    }

    /**
     * A lease.
     *
     * @param fence fencing token: 1 for the instance that created the stream, and one more for each that follows
     * @param takeovers number of acquisitions so far of a lease that was not released before: each followed the loss of an
     *     instance
     * @param request request of the answer
     */
    record Lease(long fence, int takeovers, String request) {}

    /**
     * Entries to append.
     *
     * @param fence fencing token of the lease
     * @param first position of the first entry; 0 for the end of the stream, wherever that is
     * @param entries the entries
     * @param last {@code true} if the stream ends with them
     */
    record Append(long fence, long first, List<String> entries, boolean last) {}

    /**
     * Successive entries of a stream.
     *
     * @param first position of the first entry, later than requested if the stream exceeded its limits and dropped entries;
     *     0 if there is no such stream
     * @param entries the entries
     * @param state state of the stream when they were read
     */
    record Page(long first, List<String> entries, State state) {}

    /**
     * Limits of a store. When a stream exceeds its limit, its oldest entries are dropped: readers behind them fail with
     * {@link KeptStreamException.Reason#POSITION_LOST}, and instead of a takeover the stream ends with the same reason.
     *
     * @param entries limit of entries of one stream; 20,000 by default
     * @param characters limit of characters of one stream, with its request; 2,000,000 by default
     * @param streams limit of streams in a store in memory; 1,000 by default
     * @param retention time after the last append or renewal after which a stream is removed; 10 minutes by default
     */
    record Limits(int entries, int characters, int streams, Duration retention) {

        /**
         * Checks the values.
         *
         * @param entries limit of entries of one stream
         * @param characters limit of characters of one stream
         * @param streams limit of streams in a store in memory
         * @param retention time after which a stream is removed
         * @throws IllegalArgumentException if a value is not positive
         */
        public Limits {
            if (entries < 1 || characters < 1 || streams < 1 || retention.isZero() || retention.isNegative()) {
                throw new IllegalArgumentException("Limits are above zero: " + entries + " entries, " + characters
                        + " characters, " + streams + " streams, " + retention);
            }
        }

        /**
         * Returns the default limits.
         *
         * @return the limits
         */
        public static Limits defaults() {
            return new Limits(20_000, 2_000_000, 1_000, Duration.ofMinutes(10));
        }

        /**
         * Returns a copy with another retention.
         *
         * @param retention time after which a stream is removed
         * @return a copy
         */
        public Limits withRetention(Duration retention) {
            return new Limits(entries, characters, streams, retention);
        }
    }
}
