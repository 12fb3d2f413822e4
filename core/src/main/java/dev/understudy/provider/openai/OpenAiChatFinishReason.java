package dev.understudy.provider.openai;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finish reasons of all servers that speak Chat Completions. */
final class OpenAiChatFinishReason {

    private OpenAiChatFinishReason() {}

    /** Servers also send "stop" when tools are to be called. */
    static FinishReason reason(@Nullable String word, boolean calls) {
        FinishReason reason = word == null ? FinishReason.OTHER : reason(word);
        boolean plain = reason == FinishReason.STOP || word == null;
        return calls && plain ? FinishReason.TOOL_CALLS : reason;
    }

    private static FinishReason reason(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "stop", "eos", "eos_token", "end_turn", "stop_sequence", "complete", "completed" -> FinishReason.STOP;
            case "length", "max_tokens", "model_length", "model_context_window_exceeded" -> FinishReason.LENGTH;
            case "tool_calls", "tool_call", "tool_use", "function_call" -> FinishReason.TOOL_CALLS;
            case "content_filter", "sensitive", "safety", "refusal", "recitation", "prohibited_content" ->
                FinishReason.CONTENT_FILTER;
            case "error", "insufficient_system_resource", "network_error", "abort" -> FinishReason.ERROR;
            default -> FinishReason.OTHER;
        };
    }

    /** Returns the failure if the finish reason reports one; else null. */
    static @Nullable Failure failure(@Nullable String word, @Nullable String nativeWord) {
        String failed = isError(word) ? word : isError(nativeWord) ? nativeWord : null;
        if (failed == null) {
            return null;
        }
        String code = failed.toLowerCase(Locale.ROOT);
        FailureKind kind = code.equals("insufficient_system_resource") ? FailureKind.OVERLOADED : FailureKind.SERVER;
        return Failure.of(kind, "the vendor ended the answer with " + code).withStatus(0, code);
    }

    private static boolean isError(@Nullable String word) {
        return word != null && reason(word) == FinishReason.ERROR;
    }
}
