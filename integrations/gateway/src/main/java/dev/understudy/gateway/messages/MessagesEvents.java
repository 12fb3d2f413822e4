package dev.understudy.gateway.messages;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.gateway.protocol.AnswerHead;
import dev.understudy.gateway.protocol.CallError;
import dev.understudy.gateway.protocol.CommonAnswer;
import dev.understudy.gateway.protocol.EventEncoder;
import dev.understudy.gateway.protocol.EventText;
import dev.understudy.gateway.protocol.SealedBlock;
import dev.understudy.gateway.protocol.StreamBlocks;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Encodes a stream as the events of the Messages API. Not thread-safe. */
final class MessagesEvents extends EventEncoder {

    private final AnswerHead head;
    private final List<String> stops;
    private boolean begun;
    private int index;

    MessagesEvents(AnswerHead head, List<String> stops) {
        this.head = head;
        this.stops = stops;
    }

    @Override
    public String keepAlive() {
        return EventText.event("ping", MessagesAnswer.typed("ping"));
    }

    @Override
    public String failed(CallError error) {
        return EventText.event("error", MessagesError.body(error, null));
    }

    @Override
    public void begin(StreamBlocks.Kind kind) {
        start(
                kind == StreamBlocks.Kind.REASONING
                        ? MessagesAnswer.typed("thinking").put("thinking", "").put("signature", "")
                        : MessagesAnswer.typed("text").put("text", ""));
    }

    @Override
    public void add(StreamBlocks.Kind kind, String piece) {
        boolean thinking = kind == StreamBlocks.Kind.REASONING;
        out.append("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":")
                .append(index)
                .append(",\"delta\":{\"type\":\"")
                .append(thinking ? "thinking_delta\",\"thinking\":" : "text_delta\",\"text\":");
        EventText.quote(out, piece).append("}}\n\n");
    }

    @Override
    public void end(ContentBlock block, boolean wasBegun) {
        if (!wasBegun) {
            whole(block);
            return;
        }
        String signature = block instanceof ReasoningBlock reasoning ? MessagesAnswer.signature(reasoning) : "";
        if (!signature.isEmpty()) {
            delta(MessagesAnswer.typed("signature_delta").put("signature", signature));
        }
        JsonNode citations =
                block instanceof ContentBlock.Text text ? MessagesAnswer.citations(text.vendorData()) : null;
        if (citations != null) {
            citations.forEach(citation -> {
                ObjectNode delta = MessagesAnswer.typed("citations_delta");
                delta.set("citation", citation);
                delta(delta);
            });
        }
        stop();
    }

    @Override
    public void whole(ContentBlock block) {
        for (ObjectNode content : MessagesAnswer.blocks(block)) {
            start(content);
            if (block instanceof ToolCall call && content.has("input")) {
                delta(MessagesAnswer.typed("input_json_delta").put("partial_json", MessagesAnswer.arguments(call)));
            }
            stop();
        }
    }

    @Override
    public void late(ContentBlock before, ContentBlock now) {
        String seal = SealedBlock.late(now);
        if (seal != null) {
            start(MessagesAnswer.typed("redacted_thinking").put("data", seal));
            stop();
        }
    }

    private void start(ObjectNode content) {
        begin();
        ObjectNode event = MessagesAnswer.typed("content_block_start").put("index", index);
        event.set("content_block", content);
        event(event);
    }

    private void delta(ObjectNode delta) {
        ObjectNode event = MessagesAnswer.typed("content_block_delta").put("index", index);
        event.set("delta", delta);
        event(event);
    }

    private void stop() {
        event(MessagesAnswer.typed("content_block_stop").put("index", index++));
    }

    /** The usage is known at the end only, where it is told. */
    private void begin() {
        if (begun) {
            return;
        }
        begun = true;
        ObjectNode message = MessagesAnswer.message(head);
        message.putArray("content");
        message.putNull("stop_reason").putNull("stop_sequence");
        message.putObject("usage").put("input_tokens", 0).put("output_tokens", 0);
        ObjectNode event = MessagesAnswer.typed("message_start");
        event.set("message", message);
        event(event);
    }

    @Override
    protected void finish(StreamChunk.Finish finish) {
        begin();
        ObjectNode event = MessagesAnswer.typed("message_delta");
        boolean refusal = CommonAnswer.hasRefusal(blocks());
        MessagesAnswer.stop(event.putObject("delta"), finish, refusal, stops);
        MessagesAnswer.usage(event.putObject("usage"), finish.usage());
        event(event);
        event(MessagesAnswer.typed("message_stop"));
    }

    private void event(ObjectNode event) {
        out.append(EventText.event(event.path("type").asString(""), event));
    }
}
