package dev.understudy.gateway.completions;

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
import tools.jackson.databind.JsonNode;

/** Parses the messages of a conversation in order: a tool result must follow the call that it answers. */
final class MessageParser {

    private static final List<String> REASONING = List.of("reasoning_content", "reasoning");

    private final List<Message> all = new ArrayList<>();
    private final ToolCalls calls = new ToolCalls();

    List<Message> all() {
        return all;
    }

    void add(JsonFields turn) {
        switch (turn.text("role")) {
            case "system", "developer" ->
                texts(turn).forEach(text -> all.add(new Message.System(text.text(), text.cacheHint())));
            case "user" -> all.add(new Message.User(parts(turn)));
            case "assistant" -> all.add(assistant(turn));
            case "tool" -> all.add(result(turn));
            default -> throw turn.wrong("role", "system, developer, user, assistant or tool");
        }
    }

    private Message assistant(JsonFields turn) {
        CommonFields.refuse(turn, "audio", "names sound that a vendor keeps, which others do not know");
        SealedBlock.Turn blocks = new SealedBlock.Turn();
        reasoning(turn, blocks);
        Message.CacheHint hint = Message.CacheHint.NONE;
        if (turn.has("content")) {
            for (Message.Part.Text text : texts(turn)) {
                blocks.add(new ContentBlock.Text(text.text()));
                hint = text.cacheHint() == Message.CacheHint.NONE ? hint : text.cacheHint();
            }
        }
        String refusal = turn.findText("refusal");
        if (refusal != null && !refusal.isEmpty()) {
            blocks.add(new ContentBlock.Refusal(refusal));
        }
        toolCalls(turn, blocks);
        return new Message.Assistant(blocks.blocks(), hint);
    }

    /** Reads reasoning: sealed details, or else the text, which goes back to servers of this machine only. */
    private static void reasoning(JsonFields turn, SealedBlock.Turn to) {
        boolean sealed = false;
        JsonNode details = turn.find(CompletionDetails.FIELD);
        for (JsonFields detail :
                details != null && details.isArray() ? turn.objects(CompletionDetails.FIELD) : List.<JsonFields>of()) {
            SealedBlock seal = CompletionDetails.open(detail);
            if (seal != null) {
                sealed = true;
                String text = detail.findText("text");
                to.add(seal, text == null ? "" : text);
            }
        }
        for (String field : REASONING) {
            String text = sealed ? null : turn.findText(field);
            if (text != null && !text.isEmpty()) {
                to.add(new ReasoningBlock(
                        text, null, new VendorData(CompletionRequest.DIALECT, "{\"field\":\"" + field + "\"}")));
                return;
            }
        }
    }

    private void toolCalls(JsonFields turn, SealedBlock.Turn to) {
        for (JsonFields call : turn.objects("tool_calls")) {
            JsonFields function = call.object("function");
            if (function == null) {
                throw BadRequest.field(call.at("function"), call.at("function") + " is missing");
            }
            to.add(calls.add(new ToolCall(call.text("id"), function.text("name"), function.text("arguments"))));
        }
    }

    private Message result(JsonFields turn) {
        return Message.toolResult(calls.of(turn, "tool_call_id"), parts(turn));
    }

    private static List<Message.Part.Text> texts(JsonFields turn) {
        List<Message.Part.Text> texts = new ArrayList<>();
        for (Message.Part part : parts(turn)) {
            if (!(part instanceof Message.Part.Text text)) {
                throw BadRequest.field(turn.at("content"), "Only users and tools can show images and files");
            }
            texts.add(text);
        }
        return texts;
    }

    private static List<Message.Part> parts(JsonFields turn) {
        JsonNode content = turn.find("content");
        if (content != null && content.isString()) {
            return List.of(new Message.Part.Text(content.stringValue()));
        }
        List<Message.Part> parts = new ArrayList<>();
        for (JsonFields part : turn.objects("content")) {
            parts.add(part(part).withCacheHint(CommonFields.cacheHint(part)));
        }
        if (parts.isEmpty()) {
            throw turn.wrong("content", "a string, or an array with at least one part");
        }
        return parts;
    }

    private static Message.Part part(JsonFields part) {
        return switch (part.text("type")) {
            case "text" -> new Message.Part.Text(part.text("text"));
            case "refusal" -> new Message.Part.Text(part.text("refusal"));
            case "image_url" -> new Message.Part.Image(CommonFields.image(required(part, "image_url"), "url"));
            case "input_audio" -> CommonFields.audio(part);
            case "file" -> new Message.Part.File(file(required(part, "file")));
            default -> throw part.wrong("type", "text, image_url, input_audio or file");
        };
    }

    private static JsonFields required(JsonFields part, String name) {
        JsonFields object = part.object(name);
        if (object == null) {
            throw BadRequest.field(part.at(name), part.at(name) + " is missing");
        }
        return object;
    }

    private static Message.File file(JsonFields file) {
        CommonFields.refuse(file, "file_id", "names a file that a vendor keeps, which others do not know");
        String name = file.findText("filename");
        return CommonFields.file(file, "file_data", name == null ? "" : name);
    }
}
