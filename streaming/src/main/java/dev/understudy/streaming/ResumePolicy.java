package dev.understudy.streaming;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/**
 * How streams are kept alive.
 *
 * @param strategies which ways are tried, in order; {@link Strategy#FAIL} ends the list, written or not
 * @param takeovers how often another server may take over one answer; 1
 * @param anyReplay whether REPLAY is tried for requests that are not deterministic too; it costs a whole answer and often ends
 *     at the first word
 * @param buffer how much of the beginning is held back; nothing
 * @param wholeStructured whether answers in JSON are held until they are whole; they are
 * @param limits sizes of what is held and searched
 */
public record ResumePolicy(
        List<Strategy> strategies,
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

    /** Only ways that never show a wrong character: SAME_RESPONSE, PREFILL, REPLAY of deterministic requests, FAIL. */
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
