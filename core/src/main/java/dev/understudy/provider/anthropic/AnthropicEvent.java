package dev.understudy.provider.anthropic;

import dev.understudy.provider.dialect.ErrorField;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.json.JsonErrors;
import dev.understudy.provider.json.JsonReader;
import dev.understudy.provider.json.JsonTree;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fields of one event of a stream, in any order; reused for the next. */
final class AnthropicEvent {

    String type = "";
    int index;

    /** Content block that begins with the event. */
    @Nullable
    AnthropicBlock block;

    String text = "";
    String thinking = "";
    /** Next characters of the arguments of a tool call. */
    String json = "";

    String signature = "";

    /** Other fields of the delta, null without any. */
    @Nullable
    Map<String, @Nullable Object> more;

    @Nullable
    String stopReason;

    /** Id of the message that begins with the event. */
    @Nullable
    String messageId;

    boolean isError;

    private final JsonReader reader = new JsonReader();

    /**
     * @param end receives model and tokens, also of an event that turns out to be malformed
     * @param finished true if a message that begins now does not belong to this answer
     */
    void read(Framing framing, AnthropicMetadata end, boolean finished) {
        type = "";
        index = 0;
        block = null;
        text = "";
        thinking = "";
        json = "";
        signature = "";
        more = null;
        stopReason = null;
        messageId = null;
        isError = false;
        JsonReader in = reader.open(framing.payload(), framing.offset(), framing.length());
        if (!in.object()) {
            throw JsonErrors.rejected("an event that is no JSON object");
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "type" -> type = in.word("");
                case "index" -> index = in.integer(0);
                case "delta" -> delta(in);
                case "content_block" -> block = AnthropicBlock.read(in);
                case "message" -> {
                    if (!finished) {
                        message(in, end);
                    }
                }
                case "usage" -> end.usage(in);
                case "error" -> isError = ErrorField.isSet(in);
                default -> in.skip();
            }
        }
        isError |= type.equals("error");
    }

    private void delta(JsonReader in) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "text" -> text = in.string("");
                case "thinking" -> thinking = in.string("");
                case "partial_json" -> json = in.string("");
                case "signature" -> signature = in.string("");
                case "stop_reason" -> stopReason = in.string("").isBlank() ? null : in.string();
                case "type", "stop_sequence", "stop_details", "container" -> in.skip();
                default -> {
                    String name = in.field();
                    more = more == null ? new LinkedHashMap<>(2) : more;
                    more.put(name, JsonTree.of(in));
                }
            }
        }
    }

    /** Reads the message that begins; its stop reason is ignored. */
    private void message(JsonReader in, AnthropicMetadata end) {
        if (!in.object()) {
            return;
        }
        while (in.nextField()) {
            switch (in.field()) {
                case "id" -> messageId = in.string();
                case "model" -> end.model = in.string();
                case "usage" -> end.usage(in);
                default -> in.skip();
            }
        }
    }
}
