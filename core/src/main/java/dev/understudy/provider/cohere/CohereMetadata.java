package dev.understudy.provider.cohere;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk.Finish;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.provider.dialect.ErrorField;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.json.JsonReader;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Metadata of an answer: id, finish reason, error and tokens. Cohere does not name the model. */
final class CohereMetadata {

    @Nullable
    String id;

    @Nullable
    String finish;

    boolean hasError;

    private int input;
    private int output;
    private int billedInput;
    private int billedOutput;
    private int cached;
    private int reasoning;

    /** Reads one field of an answer, or of the event that ends one; returns false for other fields. */
    boolean read(JsonReader in) {
        switch (in.field()) {
            case "id" -> id = in.string("").isEmpty() ? id : in.string();
            case "finish_reason" -> finish = in.string("").isBlank() ? finish : in.string();
            case "error" -> hasError |= ErrorField.isSet(in);
            case "usage" -> usage(in);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void usage(JsonReader in) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "tokens" -> tokens(in);
                case "billed_units" -> billed(in);
                case "cached_tokens" -> cached = tokens(in, cached);
                default -> in.skip();
            }
        }
    }

    private void tokens(JsonReader in) {
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "input_tokens" -> input = tokens(in, input);
                    case "output_tokens" -> output = tokens(in, output);
                    case "reasoning_tokens" -> reasoning = tokens(in, reasoning);
                    default -> in.skip();
                }
            }
        }
    }

    private static int tokens(JsonReader in, int before) {
        int read = in.integer(before);
        return read <= 0 ? before : read; // a zero replaces no number
    }

    private void billed(JsonReader in) {
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "input_tokens" -> billedInput = tokens(in, billedInput);
                    case "output_tokens" -> billedOutput = tokens(in, billedOutput);
                    default -> in.skip();
                }
            }
        }
    }

    /** Used tokens; without them the billed ones, which exclude what the vendor adds. */
    private Usage usage() {
        if (input == 0 && output == 0) {
            return Usage.of(billedInput, billedOutput);
        }
        return Usage.of(input, output).withCachedInput(cached).withReasoning(reasoning);
    }

    /** Fails if generation failed although the status is 200. */
    void failIfError(byte[] payload, int offset, int length) {
        boolean named = finish != null && (is("ERROR") || is("TIMEOUT"));
        if (hasError) {
            throw InBandError.of(payload, offset, length);
        }
        if (named) {
            String code = String.valueOf(finish).toLowerCase(Locale.ROOT);
            throw new CallFailed(Failure.of(FailureKind.SERVER, "the vendor ended the answer with " + code)
                    .withStatus(0, code));
        }
    }

    private boolean is(String reason) {
        return reason.equalsIgnoreCase(finish);
    }

    Finish finish(boolean calledTools, String provider, String requestedModel) {
        return new Finish(
                reason(calledTools),
                usage(),
                new VendorMetadata(id, null, finish, null),
                ServedBy.by(provider, requestedModel));
    }

    private FinishReason reason(boolean calledTools) {
        return switch (finish == null ? "" : finish.toUpperCase(Locale.ROOT)) {
            case "COMPLETE", "STOP_SEQUENCE" -> calledTools ? FinishReason.TOOL_CALLS : FinishReason.STOP;
            case "MAX_TOKENS", "ERROR_LIMIT" -> FinishReason.LENGTH;
            case "TOOL_CALL" -> FinishReason.TOOL_CALLS;
            case "ERROR_TOXIC" -> FinishReason.CONTENT_FILTER;
            default -> FinishReason.OTHER;
        };
    }
}
