package dev.understudy.streaming;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * How streams are kept alive.
 *
 * @param strategies which ways are tried, in order; {@link ResumeStrategy#FAIL} ends the list, written or not
 * @param takeovers how often another server may take over one answer; 1
 * @param anyReplay whether REPLAY is tried for requests that are not deterministic too; it costs a whole answer and often ends
 *     at the first word
 * @param buffer how much of the beginning is held back; nothing
 * @param wholeStructured whether answers in JSON are held until they are whole; they are
 * @param limits sizes of what is held and searched
 */
public record ResumePolicy(
        List<ResumeStrategy> strategies,
        int takeovers,
        boolean anyReplay,
        StreamBuffer buffer,
        boolean wholeStructured,
        Limits limits) {

    /**
     * Sizes, in characters.
     *
     * @param word how much of one word is held before it is shown in parts; 64
     * @param anchor how many of the last characters ANCHORED quotes; 40
     * @param search how many characters may stand before their repeat; 200
     */
    public record Limits(int word, int anchor, int search) {

        private static final Limits DEFAULTS = new Limits(64, 40, 200);

        public Limits {
            if (word < 1 || anchor < 16 || search < 0) {
                throw new IllegalArgumentException(
                        "A word is held for 1 character or more, an anchor has 16 or more, and 0"
                                + " or more are searched: " + word + ", " + anchor + ", " + search);
            }
        }

        public static Limits defaults() {
            return DEFAULTS;
        }
    }

    public ResumePolicy {
        LinkedHashSet<ResumeStrategy> once = new LinkedHashSet<>(strategies);
        if (once.size() != strategies.size()
                || (once.remove(ResumeStrategy.FAIL) && strategies.get(strategies.size() - 1) != ResumeStrategy.FAIL)) {
            throw new IllegalArgumentException("Each way stands once, and FAIL last: " + strategies);
        }
        once.add(ResumeStrategy.FAIL);
        strategies = List.copyOf(once);
        if (takeovers < 0) {
            throw new IllegalArgumentException("takeovers is 0 or more: " + takeovers);
        }
    }

    /** {@link #exact()}. */
    public static ResumePolicy defaults() {
        return exact();
    }

    /** Only ways that never show a wrong character: SAME_RESPONSE, PREFILL, REPLAY of deterministic requests, FAIL. */
    public static ResumePolicy exact() {
        return of(ResumeStrategy.SAME_RESPONSE, ResumeStrategy.PREFILL, ResumeStrategy.REPLAY);
    }

    /** The exact ways, then ANCHORED: for prose and chat windows. */
    public static ResumePolicy anchored() {
        return of(ResumeStrategy.SAME_RESPONSE, ResumeStrategy.PREFILL, ResumeStrategy.REPLAY, ResumeStrategy.ANCHORED);
    }

    /** The exact ways, then RESTART: for pages that can redraw and pipelines that collect. */
    public static ResumePolicy restarting() {
        return of(ResumeStrategy.SAME_RESPONSE, ResumeStrategy.PREFILL, ResumeStrategy.REPLAY, ResumeStrategy.RESTART);
    }

    /** These ways in this order, with all other defaults. */
    public static ResumePolicy of(ResumeStrategy... ways) {
        return new ResumePolicy(Arrays.asList(ways), 1, false, StreamBuffer.none(), true, Limits.defaults());
    }

    public ResumePolicy withTakeovers(int takeovers) {
        return new ResumePolicy(strategies, takeovers, anyReplay, buffer, wholeStructured, limits);
    }

    public ResumePolicy withAnyReplay(boolean anyReplay) {
        return new ResumePolicy(strategies, takeovers, anyReplay, buffer, wholeStructured, limits);
    }

    public ResumePolicy withBuffer(StreamBuffer buffer) {
        return new ResumePolicy(strategies, takeovers, anyReplay, buffer, wholeStructured, limits);
    }

    public ResumePolicy withWholeStructured(boolean wholeStructured) {
        return new ResumePolicy(strategies, takeovers, anyReplay, buffer, wholeStructured, limits);
    }

    public ResumePolicy withLimits(Limits limits) {
        return new ResumePolicy(strategies, takeovers, anyReplay, buffer, wholeStructured, limits);
    }
}
