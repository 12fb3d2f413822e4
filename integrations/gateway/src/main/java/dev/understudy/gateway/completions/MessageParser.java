package dev.understudy.gateway.completions;

import dev.understudy.chat.Message;
import dev.understudy.chat.ToolCall;
import dev.understudy.gateway.json.BadRequest;
import dev.understudy.gateway.json.JsonFields;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Parses the messages of a conversation in order: a tool result must follow the call that it answers. */
final class MessageParser {

    private static final Pattern DATA = Pattern.compile("data:(image/[a-zA-Z0-9.+-]+);base64,(.+)", Pattern.DOTALL);

    private final List<Message> all = new ArrayList<>();
    private final Map<String, ToolCall> calls = new HashMap<>();

    List<Message> all() {
        return all;
    }

    void add(JsonFields turn) {
        all.add(
                switch (turn.text("role")) {
                    case "system", "developer" -> Message.system(text(turn));
                    case "user" -> new Message.User(parts(turn));
                    case "assistant" ->
                        new Message.Assistant(turn.has("content") ? text(turn) : "", toolCalls(turn), List.of());
                    case "tool" -> result(turn);
                    default ->
                        throw BadRequest.field(
                                turn.at("role"),
                                turn.at("role") + " has to be system, developer, user, assistant or tool");
                });
    }

    private List<ToolCall> toolCalls(JsonFields turn) {
        List<ToolCall> asked = new ArrayList<>();
        for (JsonFields call : turn.objects("tool_calls")) {
            JsonFields function = call.object("function");
            if (function == null) {
                throw BadRequest.field(call.at("function"), call.at("function") + " is missing");
            }
            ToolCall made = new ToolCall(call.text("id"), function.text("name"), function.text("arguments"));
            asked.add(made);
            calls.put(made.id(), made);
        }
        return asked;
    }

    private Message result(JsonFields turn) {
        String id = turn.text("tool_call_id");
        ToolCall call = calls.get(id);
        if (call == null) {
            throw BadRequest.field(
                    turn.at("tool_call_id"),
                    turn.at("tool_call_id") + " names no tool call of an assistant's message before it");
        }
        return Message.toolResult(call, text(turn));
    }

    private static String text(JsonFields turn) {
        return parts(turn).stream()
                .map(part -> {
                    if (part instanceof Message.Part.Text words) {
                        return words.text();
                    }
                    throw BadRequest.field(turn.at("content"), "Only users can show pictures");
                })
                .collect(Collectors.joining());
    }

    private static List<Message.Part> parts(JsonFields turn) {
        JsonNode content = turn.find("content");
        if (content != null && content.isString()) {
            return List.of(new Message.Part.Text(content.stringValue()));
        }
        List<Message.Part> parts = new ArrayList<>();
        for (JsonFields part : turn.objects("content")) {
            parts.add(part(part));
        }
        if (parts.isEmpty()) {
            throw BadRequest.field(
                    turn.at("content"), turn.at("content") + " has to be a string, or an array with at least one part");
        }
        return parts;
    }

    private static Message.Part part(JsonFields part) {
        JsonFields image = part.object("image_url");
        String type = part.text("type");
        if (type.equals("text")) {
            return new Message.Part.Text(part.text("text"));
        }
        if (type.equals("refusal")) {
            return new Message.Part.Text(part.text("refusal"));
        }
        if (type.equals("image_url") && image != null) {
            return new Message.Part.Image(image(image));
        }
        throw BadRequest.field(part.at("type"), part.at("type") + " has to be text or image_url");
    }

    private static Message.Image image(JsonFields image) {
        String url = image.text("url");
        Matcher data = DATA.matcher(url);
        if (data.matches()) {
            return new Message.Image.Data(data.group(1), data.group(2));
        }
        if (!url.startsWith("https://") && !url.startsWith("http://")) {
            throw BadRequest.field(
                    image.at("url"), image.at("url") + " has to be an http(s) address, or data:image/…;base64,…");
        }
        return Message.Image.url(url);
    }
}
