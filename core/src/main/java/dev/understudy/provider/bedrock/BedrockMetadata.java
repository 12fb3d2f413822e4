package dev.understudy.provider.bedrock;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk.Finish;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.provider.json.JsonReader;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Metadata of an answer: stop reason and tokens. */
final class BedrockMetadata {

    @Nullable
    String stopReason;

    private int input;
    private int output;
    private int total;
    private int cacheRead;
    private int cacheWrite;

    void usage(JsonReader in) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "inputTokens" -> input = tokens(in, input);
                case "outputTokens" -> output = tokens(in, output);
                case "totalTokens" -> total = tokens(in, total);
                case "cacheReadInputTokens", "cacheReadInputTokenCount" -> cacheRead = tokens(in, cacheRead);
                case "cacheWriteInputTokens", "cacheWriteInputTokenCount" -> cacheWrite = tokens(in, cacheWrite);
                default -> in.skip();
            }
        }
    }

    private static int tokens(JsonReader in, int before) {
        int read = in.integer(before);
        return read <= 0 ? before : read; // a zero replaces no number
    }

    /** Normalized usage: tokens of the cache are part of the input, unless the total shows that they already are. */
    private Usage usage() {
        boolean within = total == (long) input + output;
        long all = within ? input : (long) input + cacheRead + cacheWrite;
        return Usage.of((int) Math.min(Integer.MAX_VALUE, all), output)
                .withCachedInput(cacheRead)
                .withCacheWrite(cacheWrite);
    }

    /** @throws CallFailed if the stop reason reports that generation failed */
    void check() {
        String word = word();
        if (word.startsWith("malformed_") || word.equals("error")) {
            FailureKind kind = word.equals("malformed_tool_use") ? FailureKind.TOOL_REJECTED : FailureKind.SERVER;
            throw new CallFailed(
                    Failure.of(kind, "the vendor ended the answer with " + word).withStatus(0, word));
        }
    }

    Finish finish(boolean calledTools, String provider, String requestedModel) {
        FinishReason reason = reason();
        return new Finish(
                calledTools && reason == FinishReason.STOP ? FinishReason.TOOL_CALLS : reason,
                usage(),
                new VendorMetadata(null, null, stopReason, null),
                ServedBy.by(provider, requestedModel));
    }

    private FinishReason reason() {
        return switch (word()) {
            case "end_turn", "stop_sequence", "stop" -> FinishReason.STOP;
            case "max_tokens", "model_context_window_exceeded", "length" -> FinishReason.LENGTH;
            case "tool_use", "tool_calls" -> FinishReason.TOOL_CALLS;
            case "content_filtered", "guardrail_intervened", "content_filter", "refusal" -> FinishReason.CONTENT_FILTER;
            case "pause_turn" -> FinishReason.PAUSE;
            default -> FinishReason.OTHER;
        };
    }

    private String word() {
        return stopReason == null ? "" : stopReason.toLowerCase(Locale.ROOT);
    }
}
