package dev.understudy.provider.gemini;

import dev.understudy.provider.dialect.ErrorField;
import dev.understudy.provider.json.JsonErrors;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Content of one chunk of a stream, or of one whole answer, which have the same form. Reset for each, so that a chunk
 * counts completely or not at all. Of several candidates only the first (index 0) is read.
 */
final class GeminiEvent {

    /** Id, model and tokens, from the last event that has them. */
    @Nullable
    String id;

    @Nullable
    String model;

    final GeminiUsage usage = new GeminiUsage();

    List<GeminiPart> parts = new ArrayList<>(1);

    /** Fields of the candidate about its text. */
    Map<String, @Nullable Object> about = Map.of();

    @Nullable
    String finish;

    @Nullable
    String block;

    boolean isAnswer;
    boolean isError;

    private final JsonReader reader = new JsonReader();

    void read(byte[] bytes, int offset, int length) {
        parts = new ArrayList<>(1);
        about = Map.of();
        finish = null;
        block = null;
        isAnswer = false;
        isError = false;
        boolean hasMessage = false;
        boolean hasCode = false;
        JsonReader in = reader.open(bytes, offset, length);
        if (!in.object()) {
            isError = in.isArray();
            if (!isError) {
                throw JsonErrors.rejected("JSON that is no object where an answer was expected");
            }
            return;
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "candidates" -> candidates(in);
                case "promptFeedback" -> feedback(in);
                case "usageMetadata" -> {
                    isAnswer = true;
                    usage.read(in);
                }
                case "modelVersion" -> model = textOr(in, model);
                case "responseId" -> id = textOr(in, id);
                case "error" -> isError |= ErrorField.isSet(in);
                case "message" -> hasMessage = in.isString();
                case "code", "status" -> hasCode |= !in.isNull();
                default -> in.skip();
            }
        }
        isError |= !isAnswer && hasMessage && hasCode;
    }

    private static @Nullable String textOr(JsonReader in, @Nullable String before) {
        String now = in.string();
        return now == null ? before : now;
    }

    private void candidates(JsonReader in) {
        isAnswer |= in.isArray();
        if (in.array()) {
            parts.clear(); // of a repeated field the last one counts
            finish = null;
            while (in.nextElement()) {
                candidate(in);
            }
        }
    }

    private void candidate(JsonReader in) {
        List<GeminiPart> candidateParts = new ArrayList<>(1);
        Map<String, @Nullable Object> candidateFields = Map.of();
        String reason = null;
        int index = 0;
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "content" -> content(in, candidateParts);
                    case "finishReason" -> reason = GeminiFinishReason.reason(in.string());
                    case "index" -> index = in.integer(0);
                    default -> {
                        if (in.isObject() && GeminiTextData.takes(in.field())) {
                            String name = in.field();
                            candidateFields = candidateFields.isEmpty() ? new HashMap<>() : candidateFields;
                            candidateFields.put(name, JsonTree.of(in));
                        }
                    }
                }
            }
        }
        if (index == 0) {
            parts.addAll(candidateParts);
            about = candidateFields;
            finish = reason == null ? finish : reason;
        }
    }

    private static void content(JsonReader in, List<GeminiPart> candidateParts) {
        if (in.object()) {
            while (in.nextField()) {
                if (in.field().equals("parts") && in.array()) {
                    candidateParts.clear();
                    while (in.nextElement()) {
                        candidateParts.add(GeminiPart.read(in));
                    }
                }
            }
        }
    }

    private void feedback(JsonReader in) {
        isAnswer = true;
        if (in.object()) {
            while (in.nextField()) {
                if (in.field().equals("blockReason")) {
                    block = GeminiFinishReason.block(in.string());
                }
            }
        }
    }
}
