package dev.understudy.provider.gemini;

import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonErrors;
import dev.understudy.provider.json.JsonReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one chunk of a stream, or one whole answer, says: they look alike. Read anew for each, so that a chunk counts
 * wholly or not at all. Of several candidates only the first (index 0) is kept.
 */
final class GeminiEvent {

    /** Who answers and how much it was, as the last event that says so has it. */
    @Nullable
    String id;

    @Nullable
    String model;

    final GeminiUsage usage = new GeminiUsage();

    List<GeminiPart> parts = new ArrayList<>(1);

    @Nullable
    String finish;

    @Nullable
    String block;

    boolean isAnswer;
    boolean isError;

    void read(byte[] bytes, int offset, int length) {
        parts = new ArrayList<>(1);
        finish = null;
        block = null;
        isAnswer = false;
        isError = false;
        boolean hasMessage = false;
        boolean hasCode = false;
        JsonReader in = Json.read(bytes, offset, length);
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
                case "modelVersion" -> model = told(in, model);
                case "responseId" -> id = told(in, id);
                case "error" -> isError |= !in.isNull();
                case "message" -> hasMessage = in.isString();
                case "code", "status" -> hasCode |= !in.isNull();
                default -> in.skip();
            }
        }
        isError |= !isAnswer && hasMessage && hasCode;
    }

    private static @Nullable String told(JsonReader in, @Nullable String before) {
        String now = in.string();
        return now == null ? before : now;
    }

    private void candidates(JsonReader in) {
        isAnswer |= in.isArray();
        if (in.array()) {
            parts.clear(); // of a field that is said twice the last counts
            finish = null;
            while (in.nextElement()) {
                candidate(in);
            }
        }
    }

    private void candidate(JsonReader in) {
        List<GeminiPart> said = new ArrayList<>(1);
        String reason = null;
        int index = 0;
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "content" -> content(in, said);
                    case "finishReason" -> reason = GeminiFinishReason.reason(in.string());
                    case "index" -> index = in.integer(0);
                    default -> in.skip();
                }
            }
        }
        if (index == 0) {
            parts.addAll(said);
            finish = reason == null ? finish : reason;
        }
    }

    private static void content(JsonReader in, List<GeminiPart> said) {
        if (in.object()) {
            while (in.nextField()) {
                if (in.field().equals("parts") && in.array()) {
                    said.clear();
                    while (in.nextElement()) {
                        said.add(GeminiPart.read(in));
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
