package dev.understudy.testing.strict;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads conversations of messages with roles, calls in {@code tool_calls} and results of the role {@code tool}. */
final class Roles {

    private static final String ID = "id";

    private Roles() {}

    static List<JsonNode> list(JsonNode array) {
        List<JsonNode> nodes = new ArrayList<>(array.size());
        array.forEach(nodes::add);
        return nodes;
    }

    static List<JsonNode> messages(JsonNode body) {
        return list(body.path("messages"));
    }

    static boolean is(JsonNode message, String role) {
        return role.equals(text(message, "role"));
    }

    /** Returns the text of a field; "" without one. */
    static String text(JsonNode node, String field) {
        return node.path(field).stringValue("");
    }

    static boolean hasCalls(JsonNode message) {
        return message.path("tool_calls").size() > 0;
    }

    static boolean isBlank(JsonNode content) {
        return content.isMissingNode()
                || content.isNull()
                || (content.isString() && content.stringValue("").isBlank())
                || (content.isArray() && content.isEmpty());
    }

    /** Returns the ids of the first calls whose results do not follow at once, joined; {@code null} without any. */
    static @Nullable String unanswered(JsonNode body) {
        List<JsonNode> messages = messages(body);
        for (int i = 0; i < messages.size(); i++) {
            List<String> open = new ArrayList<>();
            list(messages.get(i).path("tool_calls")).forEach(call -> open.add(text(call, ID)));
            for (int j = i + 1; j < messages.size() && is(messages.get(j), "tool"); j++) {
                open.remove(text(messages.get(j), "tool_call_id"));
            }
            if (!open.isEmpty()) {
                return String.join(", ", open);
            }
        }
        return null;
    }

    /** Returns the index of the first result without a call right before the results; -1 without any. */
    static int orphan(JsonNode body) {
        List<JsonNode> messages = messages(body);
        List<String> open = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            JsonNode message = messages.get(i);
            if (!is(message, "tool")) {
                open.clear();
                list(message.path("tool_calls")).forEach(call -> open.add(text(call, ID)));
            } else if (!open.remove(text(message, "tool_call_id"))) {
                return i;
            }
        }
        return -1;
    }

    /** Returns the index of the first assistant message with neither content nor calls; -1 without any. */
    static int emptyTurn(JsonNode body) {
        List<JsonNode> messages = messages(body);
        for (int i = 0; i < messages.size(); i++) {
            JsonNode message = messages.get(i);
            if (is(message, "assistant") && !hasCalls(message) && isBlank(message.path("content"))) {
                return i;
            }
        }
        return -1;
    }
}
