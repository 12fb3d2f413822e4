package dev.understudy.gateway.completions;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorData.TokenLogprob;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.AnswerHead;
import dev.understudy.gateway.protocol.CallError;
import dev.understudy.gateway.protocol.EventEncoder;
import dev.understudy.gateway.protocol.EventText;
import dev.understudy.gateway.protocol.StreamBlocks;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Encodes a stream as chunks: text in pieces, tool calls whole, a takeover as a comment. The chunks behind a takeover name
 * the model that goes on. Not thread-safe.
 */
final class CompletionEvents extends EventEncoder {

    private final AnswerHead head;
    private final boolean usage;
    private String model = "";
    private String start = "";
    private boolean begun;
    private int calls;

    /** @param usage true to write the usage at the end in a chunk of its own */
    CompletionEvents(AnswerHead head, boolean usage) {
        this.head = head;
        this.usage = usage;
    }

    @Override
    protected String takeover(StreamChunk.Switched switched) {
        return super.takeover(switched) + " at " + switched.atOffset() + ", "
                + switched.reason().label();
    }

    @Override
    public String failed(CallError error) {
        ObjectNode body = JsonFields.JSON.createObjectNode();
        body.set("error", error.node());
        return EventText.data(body);
    }

    @Override
    public void begin(StreamBlocks.Kind kind) {}

    @Override
    public void add(StreamBlocks.Kind kind, String piece) {
        String field =
                switch (kind) {
                    case TEXT -> "content";
                    case REFUSAL -> "refusal";
                    case REASONING -> "reasoning_content";
                };
        out.append("data: ").append(start()).append("{\"index\":0,\"delta\":{");
        if (!begun) {
            begun = true;
            out.append("\"role\":\"assistant\",");
        }
        EventText.quote(out.append('"').append(field).append("\":"), piece)
                .append("},\"logprobs\":null,\"finish_reason\":null}]")
                .append(usage ? ",\"usage\":null}\n\n" : "}\n\n");
    }

    /** Beginning of a chunk up to its choices; made anew when another model goes on. */
    private String start() {
        String now = head.model().get();
        if (start.isEmpty() || !now.equals(model)) {
            model = now;
            StringBuilder json = new StringBuilder("{\"id\":\"chatcmpl-")
                    .append(head.id())
                    .append("\",\"object\":\"chat.completion.chunk\",\"created\":")
                    .append(head.created().getEpochSecond())
                    .append(",\"model\":");
            start = EventText.quote(json, now).append(",\"choices\":[").toString();
        }
        return start;
    }

    @Override
    public void end(ContentBlock block, boolean wasBegun) {
        details(CompletionDetails.of(List.of(block)));
        if (block instanceof ContentBlock.Text text) {
            aboutText(new ContentBlock.Text(text.text()), text);
        }
    }

    @Override
    public void late(ContentBlock before, ContentBlock now) {
        details(CompletionDetails.late(before, now));
        if (before instanceof ContentBlock.Text was && now instanceof ContentBlock.Text is) {
            aboutText(was, is);
        }
    }

    /** Writes sources and log probabilities of a text, but for those that were written. */
    private void aboutText(ContentBlock.Text before, ContentBlock.Text now) {
        if (now.vendorData() == null) {
            return;
        }
        String earlier = response(now).citations().isEmpty() ? "" : textBefore(now);
        ArrayNode annotations = annotations(earlier, now);
        annotations(earlier, before).forEach(told -> annotations.removeIf(told::equals));
        List<TokenLogprob> logprobs =
                response(before).logprobs().isEmpty() ? response(now).logprobs() : List.of();
        ObjectNode delta = JsonFields.JSON.createObjectNode();
        CompletionResponse.putUnlessEmpty(delta, "annotations", annotations);
        if (!delta.isEmpty() || !logprobs.isEmpty()) {
            chunk(delta, logprobs);
        }
    }

    /** Returns the text before a block: a message has one text, from whose beginning passages count. */
    private String textBefore(ContentBlock.Text text) {
        StringBuilder before = new StringBuilder();
        for (ContentBlock block : blocks()) {
            if (block == text) {
                break;
            }
            before.append(block instanceof ContentBlock.Text earlier ? earlier.text() : "");
        }
        return before.toString();
    }

    private static ArrayNode annotations(String before, ContentBlock.Text text) {
        ChatResponse all = response(new ContentBlock.Text(before), text);
        return CompletionResponse.annotations(all.text(), all.citations());
    }

    private static ChatResponse response(ContentBlock.Text... texts) {
        return new ChatResponse(List.of(texts), ChatResponse.of("", "", "").finish());
    }

    private void details(ArrayNode details) {
        ObjectNode delta = JsonFields.JSON.createObjectNode();
        CompletionResponse.putUnlessEmpty(delta, CompletionDetails.FIELD, details);
        if (!delta.isEmpty()) {
            chunk(delta, List.of());
        }
    }

    @Override
    public void whole(ContentBlock block) {
        details(CompletionDetails.of(List.of(block)));
        ObjectNode delta = JsonFields.JSON.createObjectNode();
        if (block instanceof ToolCall call) {
            CompletionResponse.call(delta.putArray("tool_calls").addObject().put("index", calls++), call);
        }
        CompletionResponse.putUnlessEmpty(delta, "images", CompletionResponse.images(List.of(block)));
        if (!delta.isEmpty()) {
            chunk(delta, List.of());
        }
    }

    private void chunk(ObjectNode delta, List<TokenLogprob> logprobs) {
        chunk(delta, logprobs, null);
    }

    private void chunk(ObjectNode delta, List<TokenLogprob> logprobs, @Nullable String finish) {
        if (!begun) {
            begun = true;
            delta.put("role", "assistant");
        }
        event(body -> {
            ObjectNode choice = body.putArray("choices").addObject().put("index", 0);
            choice.set("delta", delta);
            choice.set("logprobs", logprobs.isEmpty() ? null : CompletionResponse.logprobs(logprobs));
            choice.put("finish_reason", finish);
            if (usage) {
                body.putNull("usage");
            }
        });
    }

    private void event(Consumer<ObjectNode> fields) {
        ObjectNode body = JsonFields.JSON.createObjectNode();
        body.put("id", "chatcmpl-" + head.id());
        body.put("object", "chat.completion.chunk");
        body.put("created", head.created().getEpochSecond());
        body.put("model", head.model().get());
        fields.accept(body);
        out.append(EventText.data(body));
    }

    @Override
    protected void finish(StreamChunk.Finish finish) {
        chunk(JsonFields.JSON.createObjectNode(), List.of(), CompletionResponse.word(finish.reason()));
        if (usage && !finish.usage().equals(Usage.none())) { // missing usage is not zero usage
            event(body -> {
                body.putArray("choices");
                CompletionResponse.usage(body.putObject("usage"), finish.usage());
            });
        }
        out.append("data: [DONE]\n\n");
    }
}
