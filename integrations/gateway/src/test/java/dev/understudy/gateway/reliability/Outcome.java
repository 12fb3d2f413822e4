package dev.understudy.gateway.reliability;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call as its caller saw it.
 *
 * @param text delivered text
 * @param toolCalls delivered tool calls, as name and arguments
 * @param finish finish reason in OpenAI's words; "" without one
 * @param code error code of the gateway; "" without an error
 * @param usage reported usage; {@code null} for none
 * @param retryAfter time after which the error may be gone; {@code null} for none
 * @param all everything the caller saw, for reports and for secrets
 */
record Outcome(
        Kind kind,
        String text,
        List<String> toolCalls,
        String finish,
        String code,
        @Nullable String model,
        @Nullable Tokens usage,
        @Nullable Duration retryAfter,
        Duration took,
        String all) {

    /** Reported token counts. */
    record Tokens(int input, int output) {}

    /** End of a call. */
    enum Kind {
        /** A complete answer: one finish reason, no error. */
        ANSWER,
        /** A part of an answer, then exactly one error. */
        PARTIAL,
        /** Exactly one error and no content. */
        ERROR,
        /** Anything else: two ends, an end without a finish reason, an untyped error. */
        INVALID
    }

    @Override
    public String toString() {
        String shown = all.length() > 600 ? all.substring(0, 300) + " … " + all.substring(all.length() - 300) : all;
        return kind + " after " + took.toMillis() + " ms, finish '" + finish + "', code '" + code + "', usage " + usage
                + ", " + text.length() + " characters: " + shown;
    }
}
