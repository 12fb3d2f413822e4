package dev.understudy.streaming;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.StreamChunk.ResumeToken;
import dev.understudy.streaming.seam.Seam;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at an answer.
 *
 * @param resumeStrategy strategy of a takeover; {@code null} for the first attempt
 * @param request request of the attempt
 * @param seam joins the attempt's text to the delivered text
 * @param fresh true if nothing was delivered before
 * @param free true if the attempt does not count as a takeover
 * @param kept token of the stored answer to request again; {@code null} for a new answer
 */
record AttemptSpec(
        ResumePolicy.@Nullable Strategy resumeStrategy,
        ChatRequest request,
        Seam seam,
        boolean fresh,
        boolean free,
        @Nullable ResumeToken kept) {

    static AttemptSpec first(ChatRequest request) {
        return new AttemptSpec(null, request, Seam.none(), true, true, null);
    }

    boolean isTakeover() {
        return resumeStrategy != null;
    }

    /** True if nothing new is generated. */
    boolean resumes() {
        return kept != null;
    }

    /** True if the attempt repeats the delivered part, so that reasoning and tool calls are compared too. */
    boolean compares() {
        return !fresh
                && (resumeStrategy == ResumePolicy.Strategy.REPLAY
                        || resumeStrategy == ResumePolicy.Strategy.SAME_RESPONSE);
    }

    /** True if the attempt begins after the delivered part. */
    boolean continues() {
        return !fresh
                && (resumeStrategy == ResumePolicy.Strategy.PREFILL
                        || resumeStrategy == ResumePolicy.Strategy.ANCHORED);
    }

    /** True if the delivered text is sent as the beginning of the answer. */
    boolean isPrefill() {
        return !fresh && resumeStrategy == ResumePolicy.Strategy.PREFILL;
    }

    /** True if the delivered part is retracted. */
    boolean takesBack() {
        return !fresh && resumeStrategy == ResumePolicy.Strategy.RESTART;
    }
}
