package dev.understudy.gateway.responses;

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

/** Reads instructions and input items: consecutive items of the assistant are one turn. Not thread-safe. */
final class ResponsesInput {

    private final HeldItems.Of held;
    private final List<Message> messages = new ArrayList<>();
    private final ToolCalls calls = new ToolCalls();
    private SealedBlock.Turn turn = new SealedBlock.Turn();

    private ResponsesInput(HeldItems.Of held) {
        this.held = held;
    }

    static List<Message> of(JsonFields body, HeldItems.Of held) {
        ResponsesInput input = new ResponsesInput(held);
        String instructions = body.findText("instructions");
        if (instructions != null && !instructions.isEmpty()) {
            input.messages.add(Message.system(instructions));
        }
        String previous = body.findText("previous_response_id");
        if (previous != null) {
            input.previous(held.conversation(previous));
        }
        input.items(body);
        return input.messages;
    }

    private void previous(List<Message> conversation) {
        for (Message message : conversation) {
            messages.add(message);
            if (message instanceof Message.Assistant assistant) {
                assistant.toolCalls().forEach(calls::add);
            }
        }
    }

    private void items(JsonFields body) {
        JsonNode input = body.find("input");
        if (input != null && input.isString()) {
            messages.add(Message.user(input.stringValue()));
            return;
        }
        List<JsonFields> items = body.objects("input");
        if (items.isEmpty()) {
            throw BadRequest.field("input", "input has to be a string, or an array with at least one item");
        }
        items.forEach(this::item);
        endTurn();
    }

    private void endTurn() {
        List<ContentBlock> blocks = turn.blocks();
        if (!blocks.isEmpty()) {
            messages.add(new Message.Assistant(blocks));
        }
        turn = new SealedBlock.Turn();
    }

    private void item(JsonFields item) {
        String type = item.findText("type");
        switch (type == null ? "message" : type) {
            case "message" -> message(item);
            case "function_call" ->
                turn.add(calls.add(new ToolCall(item.text("call_id"), item.text("name"), item.text("arguments"))));
            case "custom_tool_call" ->
                turn.add(calls.add(new ToolCall(
                        item.text("call_id"),
                        item.text("name"),
                        item.text("input"),
                        rest(item, "call_id", "name", "input"))));
            case "function_call_output", "custom_tool_call_output" -> result(item);
            case "reasoning" -> reasoning(item);
            case "item_reference" -> reference(item);
            default -> own(item, String.valueOf(type));
        }
    }

    /** Reads an item of the vendor's own tools: the result of a call that is held, or one that only the vendor reads. */
    private void own(JsonFields item, String type) {
        if (type.endsWith("_output") && item.has("call_id") && calls.has(item.text("call_id"))) {
            endTurn();
            ObjectNode output = ((ObjectNode) item.node()).deepCopy();
            output.remove("call_id");
            messages.add(Message.toolResult(calls.of(item, "call_id"), output.toString()));
        } else {
            turn.add(new ContentBlock.Opaque(
                    type, new VendorData(ResponsesRequest.DIALECT, item.node().toString())));
        }
    }

    private static VendorData rest(JsonFields item, String... read) {
        ObjectNode rest = ((ObjectNode) item.node()).deepCopy();
        rest.remove(List.of(read));
        return new VendorData(ResponsesRequest.DIALECT, rest.toString());
    }

    private void reference(JsonFields item) {
        for (ContentBlock block : held.item(item.text("id"), item.at("id"))) {
            turn.add(block instanceof ToolCall call ? calls.add(call) : block);
        }
    }

    private void message(JsonFields item) {
        String role = item.text("role");
        if (role.equals("assistant")) {
            answer(item);
            return;
        }
        endTurn();
        List<Message.Part> parts = parts(item, "content");
        switch (role) {
            case "user" -> messages.add(new Message.User(parts));
            case "system", "developer" -> messages.add(Message.system(text(item, parts)));
            default -> throw item.wrong("role", "user, assistant, system or developer");
        }
    }

    private static String text(JsonFields item, List<Message.Part> parts) {
        StringBuilder text = new StringBuilder();
        for (Message.Part part : parts) {
            if (!(part instanceof Message.Part.Text words)) {
                throw item.wrong("content", "text");
            }
            text.append(words.text());
        }
        return text.toString();
    }

    private void answer(JsonFields item) {
        JsonNode content = item.find("content");
        if (content != null && content.isString()) {
            turn.add(new ContentBlock.Text(content.stringValue()));
            return;
        }
        for (JsonFields part : item.objects("content")) {
            turn.add(
                    switch (part.text("type")) {
                        case "output_text", "input_text", "text" -> new ContentBlock.Text(part.text("text"));
                        case "refusal" -> new ContentBlock.Refusal(part.text("refusal"));
                        default -> throw part.wrong("type", "output_text or refusal");
                    });
        }
    }

    private void result(JsonFields item) {
        endTurn();
        ToolCall call = calls.of(item, "call_id");
        messages.add(Message.toolResult(call, parts(item, "output")));
    }

    private static List<Message.Part> parts(JsonFields item, String name) {
        JsonNode content = item.find(name);
        if (content != null && content.isString()) {
            return List.of(new Message.Part.Text(content.stringValue()));
        }
        List<Message.Part> parts = new ArrayList<>();
        item.objects(name).forEach(part -> parts.add(part(part)));
        if (parts.isEmpty()) {
            throw item.wrong(name, "a string, or an array with at least one part");
        }
        return parts;
    }

    private static Message.Part part(JsonFields part) {
        return switch (part.text("type")) {
            case "input_text", "output_text", "text" -> new Message.Part.Text(part.text("text"));
            case "input_image" -> {
                refuseFileId(part);
                yield new Message.Part.Image(CommonFields.image(part, "image_url"));
            }
            case "input_file" -> {
                refuseFileId(part);
                yield new Message.Part.File(file(part));
            }
            case "input_audio" -> CommonFields.audio(part);
            default -> throw part.wrong("type", "input_text, input_image, input_file or input_audio");
        };
    }

    private static void refuseFileId(JsonFields part) {
        CommonFields.refuse(part, "file_id", "names a file that a vendor keeps, which others do not know");
    }

    private static Message.File file(JsonFields part) {
        String url = part.findText("file_url");
        if (url != null) {
            return Message.File.url(url, "application/pdf");
        }
        String name = part.findText("filename");
        return CommonFields.file(part, "file_data", name == null ? "" : name);
    }

    /** Reads reasoning: its text is that of the summary, or of the content without one. */
    private void reasoning(JsonFields item) {
        String text = joined(item, "summary");
        text = text.isEmpty() ? joined(item, "content") : text;
        String encrypted = item.findText("encrypted_content");
        SealedBlock seal = encrypted == null ? null : SealedBlock.open(encrypted);
        if (seal != null) {
            turn.add(seal, text);
            return;
        }
        ReasoningBlock.@Nullable Signature signature =
                encrypted == null ? null : new ReasoningBlock.Signature(encrypted, true, ResponsesRequest.DIALECT);
        turn.add(new ReasoningBlock(text, signature, rest(item, "encrypted_content")));
    }

    private static String joined(JsonFields item, String name) {
        StringBuilder text = new StringBuilder();
        if (item.has(name)) {
            item.objects(name).forEach(part -> text.append(part.text("text")));
        }
        return text.toString();
    }
}
