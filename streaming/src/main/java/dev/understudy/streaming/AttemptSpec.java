package dev.understudy.streaming;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ResumeToken;
import dev.understudy.streaming.seam.Seam;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at an answer.
 *
 * @param resumeStrategy how it goes on; {@code null} for the first attempt
 * @param request what is asked
 * @param seam where its text is joined to what was shown
 * @param fresh whether nothing was shown before
 * @param free whether it counts as no takeover
 * @param kept the answer that its vendor is asked to tell again; {@code null} when a new one is asked for
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

    /** Whether nothing new is generated. */
    boolean resumes() {
        return kept != null;
    }

    /** Whether it tells again what was shown, so that reasoning and tool calls are compared as well. */
    boolean compares() {
        return !fresh
                && (resumeStrategy == ResumePolicy.Strategy.REPLAY
                        || resumeStrategy == ResumePolicy.Strategy.SAME_RESPONSE);
    }

    /** Whether it goes on behind what was shown. */
    boolean continues() {
        return !fresh
                && (resumeStrategy == ResumePolicy.Strategy.PREFILL
                        || resumeStrategy == ResumePolicy.Strategy.ANCHORED);
    }

    /** Whether the delivered text is sent as the beginning of the answer. */
    boolean isPrefill() {
        return !fresh && resumeStrategy == ResumePolicy.Strategy.PREFILL;
    }

    /** Whether what was shown is taken back. */
    boolean takesBack() {
        return !fresh && resumeStrategy == ResumePolicy.Strategy.RESTART;
    }
}
