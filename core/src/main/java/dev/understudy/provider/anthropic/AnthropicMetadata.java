package dev.understudy.provider.anthropic;

import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk.Finish;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.provider.json.JsonReader;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Metadata of an answer: id, model, stop reason and tokens. Token counts come in parts, and of each field the last
 * number counts.
 */
final class AnthropicMetadata {

    @Nullable
    String id;

    @Nullable
    String model;

    private @Nullable String servedModel;

    @Nullable
    String stopReason;

    private int input;
    private int output;
    private int cacheRead;
    private int cacheWrite;
    private int thinking;

    /** Reads one field of a message; returns false for other fields. */
    boolean read(JsonReader in) {
        switch (in.field()) {
            case "id" -> id = in.string();
            case "model" -> model = in.string();
            case "stop_reason" -> stopReason = in.string();
            case "usage" -> usage(in);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Reads a report of tokens. Its zeros count if it has the input too; else it is one of a server that counts nothing. */
    void usage(JsonReader in) {
        if (!in.object()) {
            return;
        }
        int read = -1;
        int written = -1;
        boolean counted = false;
        while (in.nextField()) {
            switch (in.field()) {
                case "input_tokens", "prompt_tokens" -> {
                    counted |= in.integer(0) > 0;
                    input = tokens(in, input);
                }
                case "output_tokens", "completion_tokens" -> output = tokens(in, output);
                case "cache_read_input_tokens" -> read = in.integer(read);
                case "cache_creation_input_tokens" -> written = in.integer(written);
                case "output_tokens_details" -> details(in);
                case "iterations" -> iterations(in);
                default -> in.skip();
            }
        }
        cacheRead = read > 0 || (counted && read == 0) ? read : cacheRead;
        cacheWrite = written > 0 || (counted && written == 0) ? written : cacheWrite;
    }

    /** Reads the attempts of one request; one of a fallback names the model that served it. */
    private void iterations(JsonReader in) {
        if (in.array()) {
            while (in.nextElement()) {
                String type = "";
                String by = null;
                if (in.object()) {
                    while (in.nextField()) {
                        switch (in.field()) {
                            case "type" -> type = in.string("");
                            case "model" -> by = in.string();
                            default -> in.skip();
                        }
                    }
                }
                if (type.equals("fallback_message")) {
                    served(by);
                }
            }
        }
    }

    /** Replaces the model by the one that took over on the vendor's side. */
    void served(@Nullable String by) {
        if (by != null && !by.isBlank()) {
            servedModel = by;
        }
    }

    private void details(JsonReader in) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            if (in.field().equals("thinking_tokens")) {
                thinking = tokens(in, thinking);
            }
        }
    }

    private static int tokens(JsonReader in, int before) {
        int read = in.integer(before);
        return read <= 0 ? before : read; // a zero replaces no number
    }

    /** Normalized usage: tokens read from or written to the cache are part of the input. */
    Usage usage() {
        int all = (int) Math.min(Integer.MAX_VALUE, (long) input + cacheRead + cacheWrite);
        return Usage.of(all, output)
                .withCachedInput(cacheRead)
                .withCacheWrite(cacheWrite)
                .withReasoning(thinking);
    }

    Finish finish(boolean calledTools, String provider, String requestedModel) {
        FinishReason reason = reason();
        return new Finish(
                calledTools && reason == FinishReason.STOP ? FinishReason.TOOL_CALLS : reason,
                usage(),
                new VendorMetadata(id, servedModel == null ? model : servedModel, stopReason, null),
                ServedBy.by(provider, requestedModel));
    }

    private FinishReason reason() {
        return switch (stopReason == null ? "" : stopReason.toLowerCase(Locale.ROOT)) {
            case "end_turn", "stop_sequence", "stop" -> FinishReason.STOP;
            case "max_tokens", "model_context_window_exceeded", "length" -> FinishReason.LENGTH;
            case "tool_use", "tool_calls" -> FinishReason.TOOL_CALLS;
            case "refusal", "content_filter", "sensitive" -> FinishReason.CONTENT_FILTER;
            case "pause_turn", "compaction" -> FinishReason.PAUSE;
            case "error", "network_error" -> FinishReason.ERROR;
            default -> FinishReason.OTHER;
        };
    }
}
