package dev.understudy.gateway.messages;

import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.CommonFields;
import dev.understudy.gateway.protocol.SealedBlock;
import dev.understudy.gateway.protocol.ToolCalls;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads the system prompt and the turns of a conversation. Not thread-safe. */
final class MessagesTurns {

    private final List<Message> messages = new ArrayList<>();
    private final ToolCalls calls = new ToolCalls();

    private MessagesTurns() {}

    static List<Message> of(JsonFields body) {
        MessagesTurns turns = new MessagesTurns();
        turns.system(body);
        List<JsonFields> all = body.objects("messages");
        if (all.isEmpty()) {
            throw BadRequest.field("messages", "messages has to be an array with at least one message");
        }
        all.forEach(turns::turn);
        return turns.messages;
    }

    private void system(JsonFields body) {
        JsonNode system = body.find("system");
        if (system == null) {
            return;
        }
        if (system.isString()) {
            messages.add(Message.system(system.stringValue()));
            return;
        }
        for (JsonFields block : body.objects("system")) {
            if (!block.text("type").equals("text")) {
                throw block.wrong("type", "text");
            }
            messages.add(new Message.System(block.text("text"), CommonFields.cacheHint(block)));
        }
    }

    private void turn(JsonFields turn) {
        switch (turn.text("role")) {
            case "user" -> user(turn);
            case "assistant" -> assistant(turn);
            case "system" ->
                MessagesContent.blocks(turn, "content").forEach(part -> {
                    if (!(part instanceof Message.Part.Text text)) {
                        throw turn.wrong("content", "text");
                    }
                    messages.add(new Message.System(text.text(), text.cacheHint()));
                });
            default -> throw turn.wrong("role", "user or assistant");
        }
    }

    private void user(JsonFields turn) {
        JsonNode content = turn.find("content");
        if (content != null && content.isString()) {
            messages.add(Message.user(content.stringValue()));
            return;
        }
        List<Message.Part> parts = new ArrayList<>();
        for (JsonFields block : turn.objects("content")) {
            if (block.text("type").equals("tool_result")) {
                if (!parts.isEmpty()) {
                    messages.add(new Message.User(parts));
                    parts.clear();
                }
                messages.add(result(block));
            } else {
                parts.add(MessagesContent.part(block));
            }
        }
        if (!parts.isEmpty()) {
            messages.add(new Message.User(parts));
        } else if (turn.objects("content").isEmpty()) {
            throw turn.wrong("content", "a string, or an array with at least one block");
        }
    }

    private Message result(JsonFields block) {
        ToolCall call = calls.of(block, "tool_use_id");
        List<Message.Part> parts = block.has("content") ? MessagesContent.blocks(block, "content") : List.of();
        return new Message.ToolResult(call.id(), call.name(), parts, block.flag("is_error"))
                .withCacheHint(CommonFields.cacheHint(block));
    }

    private void assistant(JsonFields turn) {
        JsonNode content = turn.find("content");
        if (content != null && content.isString()) {
            messages.add(Message.assistant(content.stringValue()));
            return;
        }
        SealedBlock.Turn blocks = new SealedBlock.Turn();
        Message.CacheHint hint = Message.CacheHint.NONE;
        for (JsonFields block : turn.objects("content")) {
            block(block, blocks);
            Message.CacheHint own = CommonFields.cacheHint(block);
            hint = own == Message.CacheHint.NONE ? hint : own;
        }
        messages.add(new Message.Assistant(blocks.blocks(), hint));
    }

    private void block(JsonFields block, SealedBlock.Turn to) {
        String type = block.text("type");
        switch (type) {
            case "text" -> to.add(new ContentBlock.Text(block.text("text"), rest(block, "text")));
            case "thinking" -> {
                String signature = block.findText("signature");
                thought(block.text("thinking"), signature == null ? "" : signature, false, to);
            }
            case "redacted_thinking" -> thought("", block.text("data"), true, to);
            case "tool_use" ->
                to.add(calls.add(new ToolCall(
                        block.text("id"), block.text("name"), input(block), rest(block, "id", "name", "input"))));
            default ->
                to.add(new ContentBlock.Opaque(
                        type,
                        new VendorData(MessagesRequest.DIALECT, block.node().toString())));
        }
    }

    private static void thought(String thought, String signature, boolean redacted, SealedBlock.Turn to) {
        SealedBlock seal = SealedBlock.open(signature);
        if (seal != null) {
            to.add(seal, thought);
        } else {
            to.add(new ReasoningBlock(
                    thought,
                    signature.isEmpty()
                            ? null
                            : new ReasoningBlock.Signature(signature, redacted, MessagesRequest.DIALECT)));
        }
    }

    private static String input(JsonFields block) {
        JsonNode input = block.find("input");
        return input == null ? "{}" : input.toString();
    }

    /** Returns the fields beside those that are read, which only the vendor interprets. */
    private static @Nullable VendorData rest(JsonFields block, String... read) {
        ObjectNode rest = ((ObjectNode) block.node()).deepCopy();
        rest.remove(List.of("type", "cache_control"));
        rest.remove(List.of(read));
        rest.properties()
                .removeIf(field -> field.getValue().isNull()
                        || (field.getValue().isArray() && field.getValue().isEmpty()));
        return rest.isEmpty() ? null : new VendorData(MessagesRequest.DIALECT, rest.toString());
    }
}
