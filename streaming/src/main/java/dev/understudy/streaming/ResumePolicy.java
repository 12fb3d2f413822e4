package dev.understudy.streaming;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/**
 * Options of a {@link ResumingProvider}: how an interrupted stream is continued. Immutable.
 *
 * @param strategies the ways to continue, in the order in which they are tried; {@link Strategy#FAIL} ends the list,
 *     written or not
 * @param takeovers how often another attempt may continue one answer; default 2
 * @param buffer the beginning of an answer that is held back; default none
 * @param wholeStructured true (the default) to deliver answers in JSON only when they are complete
 * @param limits sizes of the text that is held and searched
 */
public record ResumePolicy(
        List<Strategy> strategies, int takeovers, StreamBuffer buffer, boolean wholeStructured, Limits limits) {

    private static final int DEFAULT_TAKEOVERS = 2;

    /**
     * Sizes, in characters.
     *
     * @param word length of one word that is held before it is delivered in parts; default 64
     * @param anchor length of the quotation of ANCHORED; default 40
     * @param search length of the text that may stand before the repeated quotation; default 200
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

    /** {@link #exact()}. */
    public static ResumePolicy defaults() {
        return exact();
    }

    /** The exact ways: SAME_RESPONSE, PREFILL, REPLAY, FAIL. */
    public static ResumePolicy exact() {
        return of(Strategy.SAME_RESPONSE, Strategy.PREFILL, Strategy.REPLAY);
    }

    /** The exact ways, then ANCHORED: for prose and chat windows. */
    public static ResumePolicy anchored() {
        return of(Strategy.SAME_RESPONSE, Strategy.PREFILL, Strategy.REPLAY, Strategy.ANCHORED);
    }

    /** The exact ways, then RESTART: for pages that can redraw and pipelines that collect. */
    public static ResumePolicy restarting() {
        return of(Strategy.SAME_RESPONSE, Strategy.PREFILL, Strategy.REPLAY, Strategy.RESTART);
    }

    /** These ways in this order, with all other defaults. */
    public static ResumePolicy of(Strategy... ways) {
        return new ResumePolicy(Arrays.asList(ways), DEFAULT_TAKEOVERS, StreamBuffer.none(), true, Limits.defaults());
    }

    public ResumePolicy withTakeovers(int takeovers) {
        return new ResumePolicy(strategies, takeovers, buffer, wholeStructured, limits);
    }

    public ResumePolicy withBuffer(StreamBuffer buffer) {
        return new ResumePolicy(strategies, takeovers, buffer, wholeStructured, limits);
    }

    public ResumePolicy withWholeStructured(boolean wholeStructured) {
        return new ResumePolicy(strategies, takeovers, buffer, wholeStructured, limits);
    }

    public ResumePolicy withLimits(Limits limits) {
        return new ResumePolicy(strategies, takeovers, buffer, wholeStructured, limits);
    }

    /** How a stream that was cut after its first content goes on. docs/streaming.md tells which way applies when. */
    public enum Strategy {
        /**
         * The vendor, which kept the answer, tells the same one again; what was shown is dropped. Exact, and no takeover: nothing
         * new is generated.
         */
        SAME_RESPONSE,
        /** Another model continues the text that was shown, as the beginning of its own answer. Exact if the model is deterministic. */
        PREFILL,
        /** The request is asked again; the answer is compared with what was shown, and given up at the first difference. Exact. */
        REPLAY,
        /** What was shown is taken back with a {@code Reset} chunk, and the answer begins anew. Only for those who can take back. */
        RESTART,
        /** A model is asked to repeat the last words and go on. The seam is exact or nothing; what follows is another mind's. */
        ANCHORED,
        /** The stream ends with what was delivered. */
        FAIL;

        /** Its name in events and metrics. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
