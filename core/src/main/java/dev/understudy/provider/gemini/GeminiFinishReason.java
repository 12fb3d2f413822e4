package dev.understudy.provider.gemini;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finish and block reasons. Servers may send the number of a reason instead of its name. */
final class GeminiFinishReason {

    /** Prefix of the reason for which a prompt was blocked. */
    static final String BLOCKED = "PROMPT_BLOCKED:";

    private static final String[] REASONS = {
        "FINISH_REASON_UNSPECIFIED",
        "STOP",
        "MAX_TOKENS",
        "SAFETY",
        "RECITATION",
        "OTHER",
        "LANGUAGE",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "MALFORMED_FUNCTION_CALL",
        "IMAGE_SAFETY",
        "UNEXPECTED_TOOL_CALL",
        "TOO_MANY_TOOL_CALLS"
    };

    private static final String[] BLOCKS = {
        "BLOCK_REASON_UNSPECIFIED", "SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY"
    };

    private GeminiFinishReason() {}

    /** Returns the reason; null if there is none, or if it is unspecified. */
    static @Nullable String reason(@Nullable String wordOrNumber) {
        return word(wordOrNumber, REASONS);
    }

    /** Returns the reason for which a prompt was blocked; null if it was not. */
    static @Nullable String block(@Nullable String wordOrNumber) {
        String word = word(wordOrNumber, BLOCKS);
        return word == null ? null : BLOCKED + word;
    }

    private static @Nullable String word(@Nullable String wordOrNumber, String[] words) {
        if (wordOrNumber == null || wordOrNumber.isBlank()) {
            return null;
        }
        String word = wordOrNumber;
        if (word.matches("\\d{1,2}")) {
            int number = Integer.parseInt(word);
            word = number < words.length ? words[number] : word;
        }
        return word.equals(words[0]) ? null : word;
    }

    static FinishReason normalised(@Nullable String word, boolean calls) {
        if (word == null) {
            return calls ? FinishReason.TOOL_CALLS : FinishReason.OTHER;
        }
        if (word.startsWith(BLOCKED)) {
            return FinishReason.CONTENT_FILTER;
        }
        return switch (word.toUpperCase(Locale.ROOT)) {
            case "STOP" -> calls ? FinishReason.TOOL_CALLS : FinishReason.STOP;
            case "MAX_TOKENS" -> FinishReason.LENGTH;
            case "SAFETY",
                    "RECITATION",
                    "BLOCKLIST",
                    "PROHIBITED_CONTENT",
                    "SPII",
                    "MODEL_ARMOR",
                    "IMAGE_SAFETY",
                    "IMAGE_PROHIBITED_CONTENT",
                    "IMAGE_RECITATION" -> FinishReason.CONTENT_FILTER;
            default -> FinishReason.OTHER;
        };
    }

    /** Returns the failure if the reason is an invalid tool call; else null. */
    static @Nullable Failure failure(@Nullable String word) {
        String code = word == null ? "" : word.toUpperCase(Locale.ROOT);
        return switch (code) {
            case "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS" ->
                Failure.of(FailureKind.TOOL_REJECTED, "the vendor ended the answer with " + code)
                        .withStatus(0, code);
            default -> null;
        };
    }
}
