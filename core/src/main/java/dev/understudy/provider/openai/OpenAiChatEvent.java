package dev.understudy.provider.openai;

import dev.understudy.chat.VendorMetadata;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonErrors;
import dev.understudy.provider.json.JsonReader;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What one event of a stream, or one whole answer, says. Read anew for each event, so that an event counts wholly or not
 * at all. Of several choices only the first (index 0) is kept.
 */
final class OpenAiChatEvent {

    private static final String USUAL = "chat.completion.chunk";

    /** Who answers, as the last event that says so has it; "" while none did. */
    String id = "";

    String model = "";

    boolean hasChoices;
    boolean isError;
    final OpenAiChatUsage usage = new OpenAiChatUsage();
    OpenAiChatDelta turn = new OpenAiChatDelta();
    private OpenAiChatDelta spare = new OpenAiChatDelta();

    private final boolean whole;
    private boolean labelled;
    private boolean hasFirst;
    private boolean hasMessage;
    private boolean hasCode;
    private boolean saysError;

    /** @param whole of a message and a delta in one choice the message counts; else the delta does */
    OpenAiChatEvent(boolean whole) {
        this.whole = whole;
    }

    /**
     * Reads a document; what is no object is no answer. Who answers is told in every event of a stream and costs much of
     * its reading, so only those events are asked that may tell something new.
     */
    void read(byte[] bytes, int offset, int length) {
        clear();
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
                case "choices" -> choices(in);
                case "usage" -> usage.read(in);
                case "x_groq" -> xGroq(in);
                case "error" -> isError |= isSomething(in);
                default -> {
                    if (whole) {
                        label(in);
                    }
                }
            }
        }
        if (!whole && (!labelled || !hasFirst || turn.finish != null)) {
            labelled |= hasFirst;
            JsonReader again = Json.read(bytes, offset, length);
            again.object();
            while (again.nextField()) {
                label(again);
            }
        }
        isError |= !hasChoices && (saysError || (hasMessage && hasCode));
    }

    /** Reads what an answer says of itself, and what makes a document without an answer an error. */
    private void label(JsonReader in) {
        switch (in.field()) {
            case "id" -> id = in.repeated(id);
            case "model" -> model = in.repeated(model);
            case "detail" -> saysError = true;
            case "object", "type" -> saysError |= namesError(in.repeated(USUAL));
            case "message", "msg" ->
                hasMessage |= in.isObject() || !in.string("").isEmpty();
            case "code", "status" -> hasCode |= !in.isNull() && !in.string("").equals("0");
            case "success" -> saysError |= !in.bool(true);
            case "base_resp" -> saysError |= isRefusal(in);
            default -> in.skip();
        }
    }

    private void clear() {
        hasChoices = false;
        hasFirst = false;
        isError = false;
        hasMessage = false;
        hasCode = false;
        saysError = false;
        usage.clear();
        turn.clear();
    }

    private void choices(JsonReader in) {
        hasChoices = in.isArray();
        if (in.array()) {
            while (in.nextElement()) {
                if (hasFirst) {
                    in.skip();
                    continue;
                }
                spare.clear();
                if (choice(in, spare)) {
                    OpenAiChatDelta read = spare;
                    spare = turn;
                    turn = read;
                    hasFirst = true;
                }
            }
        }
    }

    /** Whether it is the choice with index 0, or says nothing of an index. */
    private boolean choice(JsonReader in, OpenAiChatDelta into) {
        boolean first = true;
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "index" -> first = in.integer(0) == 0;
                    case "delta" -> into.read(in, false, !whole);
                    case "message" -> into.read(in, true, whole);
                    case "finish_reason" -> into.finish = word(in);
                    case "native_finish_reason" -> into.nativeFinish = word(in);
                    case "usage" -> usage.read(in);
                    case "error" -> isError |= isSomething(in);
                    default -> in.skip();
                }
            }
        }
        return first;
    }

    private void xGroq(JsonReader in) {
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "usage" -> usage.read(in);
                    case "error" -> isError |= isSomething(in);
                    default -> in.skip();
                }
            }
        }
    }

    VendorMetadata receipt(@Nullable String finish) {
        return new VendorMetadata(id.isEmpty() ? null : id, model.isEmpty() ? null : model, finish, null);
    }

    private static @Nullable String word(JsonReader in) {
        String word = in.string();
        return word == null || word.isBlank() || word.equals("null") ? null : word;
    }

    /** MiniMax sends this with every answer, and other numbers than 0 in place of one. */
    private static boolean isRefusal(JsonReader in) {
        boolean refusal = false;
        if (in.object()) {
            while (in.nextField()) {
                if (in.field().equals("status_code")) {
                    refusal = in.integer(0) != 0;
                }
            }
        }
        return refusal;
    }

    private static boolean namesError(String type) {
        if (type.equals(USUAL)) {
            return false;
        }
        String lower = type.toLowerCase(Locale.ROOT);
        return lower.endsWith("error") || lower.endsWith("exception");
    }

    /** Some servers send {@code "error": null}, "" or false with every answer. */
    private static boolean isSomething(JsonReader in) {
        if (in.isObject() || in.isArray()) {
            return true;
        }
        String value = in.string();
        return value != null && !value.isEmpty() && !value.equals("false");
    }
}
