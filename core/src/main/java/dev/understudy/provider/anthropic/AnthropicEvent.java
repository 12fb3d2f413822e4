package dev.understudy.provider.anthropic;

import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonErrors;
import dev.understudy.provider.json.JsonReader;
import org.jspecify.annotations.Nullable;

/** What one event of a stream holds, used again for the next. The fields may come in any order. */
final class AnthropicEvent {

    String type = "";
    int index;

    /** The block that begins. */
    @Nullable
    AnthropicBlock block;

    String text = "";
    String thinking = "";
    /** The next characters of a tool call's arguments. */
    String json = "";

    String signature = "";

    @Nullable
    String stopReason;

    /** The id of the message that begins. */
    @Nullable
    String messageId;

    boolean isError;

    /**
     * @param end takes the model and the tokens, also those of an event that turns out to be malformed
     * @param finished whether a message that begins now is none of this answer
     */
    void read(Framing framing, AnthropicMetadata end, boolean finished) {
        type = "";
        index = 0;
        block = null;
        text = "";
        thinking = "";
        json = "";
        signature = "";
        stopReason = null;
        messageId = null;
        isError = false;
        JsonReader in = Json.read(framing.payload(), framing.offset(), framing.length());
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
                case "error" -> isError = !in.isNull();
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
                default -> in.skip();
            }
        }
    }

    /** What it says of its end is no end: it only begins. */
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
