package dev.understudy.provider.openai.responses;

import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk.Finish;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.provider.dialect.ErrorField;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.openai.OpenAiChatUsage;
import org.jspecify.annotations.Nullable;

/** Metadata of a response beside its items: id, model, status and tokens. */
final class OpenAiResponsesMetadata {

    private String id = "";
    private String model = "";
    private final OpenAiChatUsage usage = new OpenAiChatUsage();

    /** "completed", "incomplete", "failed", "cancelled", "queued" or "in_progress"; "" if not received. */
    String status = "";

    private String incomplete = "";

    boolean hasError;

    /** Reads one field of a response; returns false for fields of other kinds. */
    boolean read(JsonReader in) {
        switch (in.field()) {
            case "id" -> id = in.repeated(id);
            case "model" -> model = in.repeated(model);
            case "status" -> status = in.repeated(status);
            case "usage" -> usage.read(in);
            case "error" -> hasError = ErrorField.isSet(in);
            case "incomplete_details" -> {
                if (in.object()) {
                    while (in.nextField()) {
                        if (in.field().equals("reason")) {
                            incomplete = in.string("");
                        }
                    }
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Id of the response; "" if not received. */
    String id() {
        return id;
    }

    /** Returns true if generation failed, whatever was received before. */
    boolean hasFailed() {
        return status.equals("failed") || status.equals("cancelled");
    }

    Finish finish(boolean calledTools, String provider, String requestedModel) {
        boolean cut = status.equals("incomplete") && !incomplete.isEmpty();
        return new Finish(
                reason(calledTools),
                usage.normalised(model),
                new VendorMetadata(orNull(id), orNull(model), orNull(cut ? incomplete : status), null),
                ServedBy.by(provider, requestedModel));
    }

    private FinishReason reason(boolean calledTools) {
        return switch (status) {
            case "completed" -> calledTools ? FinishReason.TOOL_CALLS : FinishReason.STOP;
            case "incomplete" ->
                switch (incomplete) {
                    case "max_output_tokens", "max_tokens" -> FinishReason.LENGTH;
                    case "content_filter" -> FinishReason.CONTENT_FILTER;
                    default -> FinishReason.OTHER;
                };
            default -> FinishReason.OTHER;
        };
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
