package dev.understudy.provider.openai;

import dev.understudy.chat.VendorMetadata;
import dev.understudy.provider.dialect.ErrorField;
import dev.understudy.provider.json.JsonErrors;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Content of one event of a stream, or of one whole answer. Reset for each event, so that an event counts completely
 * or not at all. Of several choices only the first (index 0) is read.
 */
final class OpenAiChatEvent {

    private static final String USUAL = "chat.completion.chunk";
    private static final String USUAL_WHOLE = "chat.completion";

    /** Id of the answer, from the last event that names it; "" before. */
    String id = "";

    String model = "";

    boolean hasChoices;
    boolean isError;
    final OpenAiChatUsage usage = new OpenAiChatUsage();
    final OpenAiChatDelta turn = new OpenAiChatDelta();

    private final JsonReader reader = new JsonReader();
    private final boolean whole;
    private final boolean logprobs;
    private boolean labelled;
    private boolean hasFirst;
    private boolean hasMessage;
    private boolean hasCode;
    private boolean saysError;

    /** Lists of sources beside the choices, by name, from the last event that has them. */
    Map<String, List<?>> sources = Map.of();

    /**
     * @param whole true if the message counts in a choice with message and delta, else the delta does
     * @param logprobs true if log probabilities are read
     */
    OpenAiChatEvent(boolean whole, boolean logprobs) {
        this.whole = whole;
        this.logprobs = logprobs;
    }

    /**
     * Reads a document, which must be an object. Id and model are repeated in every event and expensive to read, so
     * they are read only from events that may bring new values.
     */
    void read(byte[] bytes, int offset, int length) {
        clear();
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
                case "choices" -> choices(in);
                case "usage" -> usage.read(in);
                case "x_groq" -> xGroq(in);
                case "error" -> isError |= ErrorField.isSet(in);
                default -> {
                    if (whole) {
                        label(in);
                    }
                }
            }
        }
        if (!whole && (!labelled || !hasFirst || turn.finish != null)) {
            labelled |= hasFirst;
            reader.open(bytes, offset, length).object();
            while (reader.nextField()) {
                label(reader);
            }
        }
        isError |= !hasChoices && (saysError || (hasMessage && hasCode));
    }

    /** Reads id and model, and the fields that turn a document without an answer into an error. */
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
            case "citations", "search_results" -> sources(in);
            default -> in.skip();
        }
    }

    private void sources(JsonReader in) {
        String name = in.field();
        List<?> list = JsonTree.list(in);
        if (!list.isEmpty()) {
            Map<String, List<?>> more = new LinkedHashMap<>(sources);
            more.put(name, list);
            sources = more;
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
                turn.clear();
                hasFirst = choice(in, turn);
            }
            if (!hasFirst) {
                turn.clear();
            }
        }
    }

    /** Reads a choice; returns true if its index is 0 or missing. */
    private boolean choice(JsonReader in, OpenAiChatDelta into) {
        boolean first = true;
        if (in.object()) {
            while (in.nextField()) {
                switch (in.field()) {
                    case "index" -> first = in.integer(0) == 0;
                    case "delta" -> into.read(in, false, !whole);
                    case "message" -> into.read(in, true, whole);
                    case "finish_reason" -> finish(in.string(), into);
                    case "native_finish_reason" -> into.nativeFinish = word(in);
                    case "usage" -> usage.read(in);
                    case "error" -> isError |= ErrorField.isSet(in);
                    case "logprobs" -> {
                        if (logprobs && JsonTree.object(in).get("content") instanceof List<?> tokens) {
                            into.logprobs = tokens;
                        }
                    }
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
                    case "error" -> isError |= ErrorField.isSet(in);
                    default -> in.skip();
                }
            }
        }
    }

    VendorMetadata vendorMetadata(@Nullable String finish) {
        return new VendorMetadata(id.isEmpty() ? null : id, model.isEmpty() ? null : model, finish, null);
    }

    private static void finish(@Nullable String value, OpenAiChatDelta into) {
        into.finish = word(value);
        into.finishIsBlank = value != null && value.isBlank();
    }

    private static @Nullable String word(JsonReader in) {
        return word(in.string());
    }

    private static @Nullable String word(@Nullable String word) {
        return word == null || word.isBlank() || word.equals("null") ? null : word;
    }

    /** MiniMax sends this field with every answer, with a number other than 0 for an error. */
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
        if (type.equals(USUAL) || type.equals(USUAL_WHOLE)) {
            return false;
        }
        String lower = type.toLowerCase(Locale.ROOT);
        return lower.endsWith("error") || lower.endsWith("exception");
    }
}
