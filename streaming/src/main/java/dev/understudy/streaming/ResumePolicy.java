package dev.understudy.streaming;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/**
 * Options of a {@link ResumingProvider} for interrupted streams. Immutable.
 *
 * @param strategies ways to continue, in the order in which they are tried; {@link Strategy#FAIL} ends the list, and is
 *     added if it is missing
 * @param takeovers limit of further attempts that continue one answer; 2 by default
 * @param buffer beginning of an answer that is held back; none by default
 * @param wholeStructured {@code true} (the default) to deliver answers in JSON only when they are complete
 * @param limits sizes of the text that is held and searched
 * @param hedging takeovers that begin beside a silent stream; none by default
 */
public record ResumePolicy(
        List<Strategy> strategies,
        int takeovers,
        StreamBuffer buffer,
        boolean wholeStructured,
        Limits limits,
        Hedging hedging) {

    private static final int DEFAULT_TAKEOVERS = 2;

    /**
     * Sizes of text, in characters.
     *
     * @param word part of one word that is held before it is delivered in pieces; 1 or more, 64 by default
     * @param anchor length of the quotation of ANCHORED; 16 or more, 40 by default
     * @param search length of the text that may precede the repeated quotation; 0 or more, 200 by default
     */
    public record Limits(int word, int anchor, int search) {

        private static final Limits DEFAULTS = new Limits(64, 40, 200);

        /**
         * Checks the sizes.
         *
         * @param word part of one word that is held before it is delivered in pieces
         * @param anchor length of the quotation of ANCHORED
         * @param search length of the text that may precede the repeated quotation
         * @throws IllegalArgumentException if a size is below its minimum
         */
        public Limits {
            if (word < 1 || anchor < 16 || search < 0) {
                throw new IllegalArgumentException(
                        "A word is held for 1 character or more, an anchor has 16 or more, and 0"
                                + " or more are searched: " + word + ", " + anchor + ", " + search);
            }
        }

        /**
         * The default sizes.
         *
         * @return the defaults
         */
        public static Limits defaults() {
            return DEFAULTS;
        }
    }

    /**
     * Checks the values and adds {@link Strategy#FAIL}.
     *
     * @param strategies ways to continue, in the order in which they are tried
     * @param takeovers limit of further attempts that continue one answer
     * @param buffer beginning of an answer that is held back
     * @param wholeStructured {@code true} (the default) to deliver answers in JSON only when they are complete
     * @param limits sizes of the text that is held and searched
     * @param hedging takeovers that begin beside a silent stream
     * @throws IllegalArgumentException if a strategy is listed twice, FAIL is not the last one, or {@code takeovers} is
     *     negative
     */
    public ResumePolicy {
        LinkedHashSet<Strategy> once = new LinkedHashSet<>(strategies);
        if (once.size() != strategies.size()
                || (once.remove(Strategy.FAIL) && strategies.get(strategies.size() - 1) != Strategy.FAIL)) {
            throw new IllegalArgumentException("Each way stands once, and FAIL last: " + strategies);
        }
        once.add(Strategy.FAIL);
        strategies = List.copyOf(once);
        if (takeovers < 0) {
            throw new IllegalArgumentException("takeovers is 0 or more: " + takeovers);
        }
    }

    /**
     * The default policy, {@link #exact()}.
     *
     * @return the policy
     */
    public static ResumePolicy defaults() {
        return exact();
    }

    /**
     * The exact strategies: SAME_RESPONSE, PREFILL, REPLAY, FAIL.
     *
     * @return the policy
     */
    public static ResumePolicy exact() {
        return of(Strategy.SAME_RESPONSE, Strategy.PREFILL, Strategy.REPLAY);
    }

    /**
     * The exact strategies, then ANCHORED: for prose and chat windows.
     *
     * @return the policy
     */
    public static ResumePolicy anchored() {
        return of(Strategy.SAME_RESPONSE, Strategy.PREFILL, Strategy.REPLAY, Strategy.ANCHORED);
    }

    /**
     * The exact strategies, then RESTART: for pages that can redraw and pipelines that collect.
     *
     * @return the policy
     */
    public static ResumePolicy restarting() {
        return of(Strategy.SAME_RESPONSE, Strategy.PREFILL, Strategy.REPLAY, Strategy.RESTART);
    }

    /**
     * Given strategies in this order, with all other defaults.
     *
     * @param ways strategies, each at most once
     * @return the policy
     * @throws IllegalArgumentException if a strategy is listed twice, or FAIL is not the last one
     */
    public static ResumePolicy of(Strategy... ways) {
        return new ResumePolicy(
                Arrays.asList(ways), DEFAULT_TAKEOVERS, StreamBuffer.none(), true, Limits.defaults(), Hedging.none());
    }

    /**
     * Replaces the limit of takeovers.
     *
     * @param takeovers limit of further attempts for one answer, 0 or more
     * @return a copy with the value
     */
    public ResumePolicy withTakeovers(int takeovers) {
        return new ResumePolicy(strategies, takeovers, buffer, wholeStructured, limits, hedging);
    }

    /**
     * Replaces the buffer.
     *
     * @param buffer beginning of an answer that is held back
     * @return a copy with the value
     */
    public ResumePolicy withBuffer(StreamBuffer buffer) {
        return new ResumePolicy(strategies, takeovers, buffer, wholeStructured, limits, hedging);
    }

    /**
     * Selects the delivery of answers in JSON.
     *
     * @param wholeStructured {@code true} to deliver them only when they are complete
     * @return a copy with the value
     */
    public ResumePolicy withWholeStructured(boolean wholeStructured) {
        return new ResumePolicy(strategies, takeovers, buffer, wholeStructured, limits, hedging);
    }

    /**
     * Replaces the sizes of text.
     *
     * @param limits the sizes
     * @return a copy with the value
     */
    public ResumePolicy withLimits(Limits limits) {
        return new ResumePolicy(strategies, takeovers, buffer, wholeStructured, limits, hedging);
    }

    /**
     * Selects takeovers that begin beside a silent stream.
     *
     * @param hedging {@link Hedging#defaults()} for one
     * @return a copy with the value
     */
    public ResumePolicy withHedging(Hedging hedging) {
        return new ResumePolicy(strategies, takeovers, buffer, wholeStructured, limits, hedging);
    }

    /**
     * Hedged takeovers: after a suspicious silence another route begins beside the silent one, before the idle timeout
     * ends that. The first to deliver further content wins, and the other request is cancelled on the wire. Silence counts
     * while the subscriber has demand, after the first content, and neither within a tool call nor after reasoning. Vendors
     * may bill both requests; the cancelled one has outcome WASTED or PARTIAL in the attempt log.
     *
     * @param enabled {@code true} if takeovers are hedged; {@code false} by default
     * @param atLeast shortest suspicious silence, above zero; 2 s by default
     * @param factor a silence is suspicious from this multiple of the longest gap between two chunks of the stream, where
     *     earlier gaps count less; 1 or more, 4 by default
     * @param maxExtra hedged takeovers as a share of all streams of the provider, above 0 and at most 1; 0.05 by default
     */
    public record Hedging(boolean enabled, Duration atLeast, double factor, double maxExtra) {

        private static final Hedging DEFAULTS = new Hedging(true, Duration.ofSeconds(2), 4, 0.05);
        private static final Hedging NONE = new Hedging(false, DEFAULTS.atLeast, DEFAULTS.factor, DEFAULTS.maxExtra);

        /**
         * Checks the values.
         *
         * @param enabled {@code true} if takeovers are hedged
         * @param atLeast shortest suspicious silence
         * @param factor multiple of the longest gap from which on a silence is suspicious
         * @param maxExtra hedged takeovers as a share of all streams
         * @throws IllegalArgumentException if a value is out of its range
         */
        public Hedging {
            if (atLeast.isZero() || atLeast.isNegative()) {
                throw new IllegalArgumentException("atLeast is longer than zero: " + atLeast);
            }
            if (!(factor >= 1) || factor == Double.POSITIVE_INFINITY) {
                throw new IllegalArgumentException("factor is 1 or more: " + factor);
            }
            if (!(maxExtra > 0 && maxExtra <= 1)) {
                throw new IllegalArgumentException("maxExtra is above 0 and at most 1: " + maxExtra);
            }
        }

        /**
         * Returns the policy without hedged takeovers, the default.
         *
         * @return the policy
         */
        public static Hedging none() {
            return NONE;
        }

        /**
         * Returns the policy with hedged takeovers enabled and default values.
         *
         * @return the policy
         */
        public static Hedging defaults() {
            return DEFAULTS;
        }

        /**
         * Returns a copy with another shortest silence.
         *
         * @param atLeast longer than zero
         * @return a copy
         */
        public Hedging withAtLeast(Duration atLeast) {
            return new Hedging(enabled, atLeast, factor, maxExtra);
        }

        /**
         * Returns a copy with another factor.
         *
         * @param factor 1 or more
         * @return a copy
         */
        public Hedging withFactor(double factor) {
            return new Hedging(enabled, atLeast, factor, maxExtra);
        }

        /**
         * Returns a copy with another limit of hedged takeovers.
         *
         * @param maxExtra share of all streams, above 0 and at most 1
         * @return a copy
         */
        public Hedging withMaxExtra(double maxExtra) {
            return new Hedging(enabled, atLeast, factor, maxExtra);
        }
    }

    /**
     * Way to continue a stream that was interrupted after its first content. docs/streaming.md lists the conditions of
     * each.
     */
    public enum Strategy {
        /**
         * The vendor, which stored the answer, sends the same answer again, and the delivered part is dropped. Exact,
         * and not counted as a takeover: nothing new is generated.
         */
        SAME_RESPONSE,
        /**
         * Another model continues the delivered text as the beginning of its own answer. Exact if the model is
         * deterministic.
         */
        PREFILL,
        /**
         * The request is sent again; the new answer is compared with the delivered part and abandoned at the first
         * difference. Exact.
         */
        REPLAY,
        /**
         * A {@code Reset} chunk retracts the delivered part, and the answer begins anew. Only for consumers that can
         * discard what they received.
         */
        RESTART,
        /**
         * A model is asked to repeat the last delivered words and continue. The join is exact or fails; the
         * continuation is another model's.
         */
        ANCHORED,
        /** The stream ends with an error after the delivered part. */
        FAIL;

        /** Name in events and metrics. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
