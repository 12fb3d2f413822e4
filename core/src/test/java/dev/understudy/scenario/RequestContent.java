package dev.understudy.scenario;

import dev.understudy.testing.RecordedRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Content of a request independent of its dialect: one list of values for each part, in order.
 *
 * @param conversation roles and content of the messages
 * @param tools name, description and schema of each
 */
public record RequestContent(List<List<Object>> conversation, List<List<Object>> tools) {

    private static final JsonMapper JSON = new JsonMapper();

    public static Map<String, Object> json(String text) {
        return map(JSON.readValue(text, Map.class));
    }

    public static RequestContent in(RecordedRequest asked) {
        Map<String, Object> body = json(asked.text());
        List<List<Object>> lines = new ArrayList<>();
        content("system", body.get("system"), lines);
        for (Object message : list(body.get("messages"))) {
            message(map(message), lines);
        }
        return new RequestContent(
                lines,
                list(body.get("tools")).stream().map(RequestContent::tool).toList());
    }

    private static void message(Map<String, Object> message, List<List<Object>> lines) {
        String role = String.valueOf(message.get("role"));
        if (role.equals("tool")) {
            lines.add(List.of("tool", message.get("tool_call_id"), message.get("content")));
            return;
        }
        content(role, message.get("content"), lines);
        for (Object call : list(message.get("tool_calls"))) {
            Map<String, Object> function = map(map(call).get("function"));
            lines.add(List.of(
                    "call",
                    map(call).get("id"),
                    function.get("name"),
                    json(String.valueOf(function.get("arguments")))));
        }
    }

    private static void content(String role, Object content, List<List<Object>> lines) {
        if (content instanceof String text) {
            lines.add(List.of(role, text));
        }
        for (Object part : content instanceof List<?> parts ? parts : List.of()) {
            lines.add(part(role, map(part)));
        }
    }

    private static List<Object> part(String role, Map<String, Object> part) {
        return switch (String.valueOf(part.get("type"))) {
            case "text" -> List.of(role, part.get("text"));
            case "image_url" -> List.of(role, map(part.get("image_url")).get("url"));
            case "image" -> List.of(role, source(map(part.get("source"))));
            case "tool_use" -> List.of("call", part.get("id"), part.get("name"), part.get("input"));
            case "tool_result" -> List.of("tool", part.get("tool_use_id"), plain(part.get("content")));
            default -> throw new AssertionError("Unknown part: " + part);
        };
    }

    private static Object source(Map<String, Object> source) {
        return source.get("type").equals("url")
                ? source.get("url")
                : "data:" + source.get("media_type") + ";base64," + source.get("data");
    }

    private static Object plain(Object content) {
        return content instanceof List<?> parts ? map(parts.get(0)).get("text") : content;
    }

    private static List<Object> tool(Object tool) {
        Map<String, Object> fields = map(tool);
        Map<String, Object> inner = fields.containsKey("function") ? map(fields.get("function")) : fields;
        Object schema = inner.containsKey("parameters") ? inner.get("parameters") : inner.get("input_schema");
        return List.of(inner.get("name"), inner.get("description"), schema);
    }

    private static List<?> list(Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    @SuppressWarnings("unchecked") // keys of JSON objects are strings
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }
}
