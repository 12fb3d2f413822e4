package dev.understudy.gateway.responses;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.AnswerHead;
import dev.understudy.gateway.protocol.CallError;
import dev.understudy.gateway.protocol.CommonAnswer;
import dev.understudy.gateway.protocol.EventEncoder;
import dev.understudy.gateway.protocol.EventText;
import dev.understudy.gateway.protocol.SealedBlock;
import dev.understudy.gateway.protocol.StreamBlocks;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Encodes a stream as the events of the Responses API. Not thread-safe. */
final class ResponsesEvents extends EventEncoder {

    private final AnswerHead head;
    private final ItemIds ids;
    private final ResponsesAnswer answer;
    private final ArrayNode output = JsonFields.JSON.createArrayNode();
    private final IdentityHashMap<ContentBlock, Integer> places = new IdentityHashMap<>(); // in the output
    private boolean begun;
    private int sequence;
    private String itemId = "";

    ResponsesEvents(AnswerHead head, ResponsesAnswer answer) {
        this.head = head;
        this.ids = new ItemIds(head);
        this.answer = answer;
    }

    @Override
    protected void finish(StreamChunk.Finish finish) {
        begin();
        ObjectNode body = answer.finished(head, finish, CommonAnswer.hasRefusal(blocks()), output);
        answer.held().keepConversation(ResponsesAnswer.id(head), blocks());
        event("response." + body.path("status").asString(""), event -> event.set("response", body));
    }

    @Override
    public String failed(CallError error) {
        out.setLength(0);
        event("error", event -> {
            event.put("code", error.code()).put("message", error.message()).put("param", error.field());
            event.set("error", error.node());
        });
        event("response.failed", event -> event.set("response", answer.failed(head, error, output)));
        return out.toString();
    }

    @Override
    public void begin(StreamBlocks.Kind kind) {
        boolean reasoning = kind == StreamBlocks.Kind.REASONING;
        added(reasoning ? ResponsesItems.openReasoning(ids) : ResponsesItems.message("in_progress", ids));
        if (reasoning) {
            part("response.reasoning_summary_part.added", "summary_index", ResponsesItems.summary(""));
        } else {
            part(
                    "response.content_part.added",
                    "content_index",
                    ResponsesItems.emptyPart(kind == StreamBlocks.Kind.REFUSAL));
        }
    }

    @Override
    public void add(StreamBlocks.Kind kind, String piece) {
        String type = "response." + name(kind) + ".delta";
        out.append("event: ")
                .append(type)
                .append("\ndata: {\"type\":\"")
                .append(type)
                .append("\",\"sequence_number\":")
                .append(sequence++)
                .append(",\"item_id\":\"")
                .append(itemId)
                .append("\",\"output_index\":")
                .append(output.size())
                .append(kind == StreamBlocks.Kind.REASONING ? ",\"summary_index\":0" : ",\"content_index\":0")
                .append(kind == StreamBlocks.Kind.TEXT ? ",\"logprobs\":[]" : "")
                .append(",\"delta\":");
        EventText.quote(out, piece).append("}\n\n");
    }

    private static String name(StreamBlocks.Kind kind) {
        return switch (kind) {
            case TEXT -> "output_text";
            case REFUSAL -> "refusal";
            case REASONING -> "reasoning_summary_text";
        };
    }

    @Override
    public void end(ContentBlock block, boolean wasBegun) {
        if (!wasBegun) {
            whole(block);
            return;
        }
        List<ObjectNode> items = ResponsesItems.of(block, ids);
        ObjectNode item = items.get(0).put("id", itemId);
        if (block instanceof ContentBlock.Text text) {
            JsonNode part = item.path("content").path(0);
            placed("response.output_text.done", "content_index", event -> {
                event.put("text", text.text());
                event.set("logprobs", ResponsesItems.logprobs(text.vendorData()));
            });
            annotations(item, 0, output.size());
            part("response.content_part.done", "content_index", part);
        } else if (block instanceof ContentBlock.Refusal refusal) {
            placed("response.refusal.done", "content_index", event -> event.put("refusal", refusal.text()));
            part(
                    "response.content_part.done",
                    "content_index",
                    item.path("content").path(0));
        } else {
            JsonNode summary = item.path("summary").path(0);
            placed(
                    "response.reasoning_summary_text.done",
                    "summary_index",
                    event -> event.set("text", summary.get("text")));
            part("response.reasoning_summary_part.done", "summary_index", summary);
        }
        done(item);
        place(block, items);
    }

    private void place(ContentBlock block, List<ObjectNode> items) {
        if (!items.isEmpty()) {
            places.put(block, output.size() - 1);
        }
        answer.held().keep(items, block);
    }

    @Override
    public void late(ContentBlock before, ContentBlock now) {
        Integer at = places.remove(before);
        if (at == null) {
            return;
        }
        places.put(now, at);
        ObjectNode item = (ObjectNode) output.get(at);
        if (now instanceof ContentBlock.Text text) {
            lateSources(item, at, text);
        } else {
            String seal = SealedBlock.late(now);
            if (seal != null) {
                ObjectNode hidden = ResponsesItems.hidden(seal, ids);
                added(hidden);
                done(hidden);
                answer.held().keep(List.of(hidden, item), now);
            }
        }
    }

    private void lateSources(ObjectNode item, int at, ContentBlock.Text text) {
        ArrayNode content = (ArrayNode) item.get("content");
        int told = content.path(0).path("annotations").size();
        content.set(0, ResponsesItems.part(text));
        annotations(item, told, at);
        answer.held().keep(List.of(item), text);
    }

    private void annotations(ObjectNode item, int from, int at) {
        JsonNode annotations = item.path("content").path(0).path("annotations");
        for (int i = from; i < annotations.size(); i++) {
            int index = i;
            placed("response.output_text.annotation.added", "content_index", event -> event.put(
                            "item_id", item.path("id").asString(""))
                    .put("output_index", at)
                    .put("annotation_index", index)
                    .set("annotation", annotations.get(index)));
        }
    }

    @Override
    public void whole(ContentBlock block) {
        List<ObjectNode> items = ResponsesItems.of(block, ids);
        for (ObjectNode item : items) {
            if (block instanceof ToolCall call && item.path("type").asString("").equals("function_call")) {
                added(ResponsesItems.openCall(call, ids)
                        .put("id", item.path("id").asString("")));
                at("response.function_call_arguments.delta", event -> event.put("delta", call.arguments()));
                at("response.function_call_arguments.done", event -> event.put("name", call.name())
                        .put("arguments", call.arguments()));
            } else {
                added(item);
            }
            done(item);
        }
        place(block, items);
    }

    /** Events that announce the response come with its first content: until then a failure has its own status. */
    private void begin() {
        if (!begun) {
            begun = true;
            event("response.created", event -> event.set("response", answer.begun(head)));
            event("response.in_progress", event -> event.set("response", answer.begun(head)));
        }
    }

    private void added(ObjectNode item) {
        begin();
        itemId = item.path("id").asString("");
        event("response.output_item.added", event -> event.put("output_index", output.size())
                .set("item", item));
    }

    private void done(ObjectNode item) {
        event("response.output_item.done", event -> event.put("output_index", output.size())
                .set("item", item));
        output.add(item);
    }

    private void part(String type, String index, JsonNode part) {
        placed(type, index, event -> event.set("part", part));
    }

    private void placed(String type, String index, Consumer<ObjectNode> fields) {
        at(type, event -> {
            event.put(index, 0);
            fields.accept(event);
        });
    }

    private void at(String type, Consumer<ObjectNode> fields) {
        event(type, event -> {
            event.put("item_id", itemId).put("output_index", output.size());
            fields.accept(event);
        });
    }

    private void event(String type, Consumer<ObjectNode> fields) {
        ObjectNode event = ResponsesItems.typed(type).put("sequence_number", sequence++);
        fields.accept(event);
        out.append(EventText.event(type, event));
    }
}
