package dev.understudy.streaming;

import java.util.Locale;

/** How a stream that was cut after its first content goes on. docs/streaming.md tells which way applies when. */
public enum ResumeStrategy {
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
