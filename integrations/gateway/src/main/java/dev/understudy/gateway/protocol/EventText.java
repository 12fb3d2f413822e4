package dev.understudy.gateway.protocol;

import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.databind.JsonNode;

/** Writes server-sent events and their JSON. */
public final class EventText {

    private static final JsonStringEncoder JSON = JsonStringEncoder.getInstance();

    private EventText() {}

    /** Returns an event without a name. */
    public static String data(JsonNode data) {
        return "data: " + json(data) + "\n\n";
    }

    /** Returns an event. */
    public static String event(String name, JsonNode data) {
        return "event: " + name + "\ndata: " + json(data) + "\n\n";
    }

    /** Returns a comment, which clients ignore. */
    public static String comment(String text) {
        return ": " + text.replace('\n', ' ').replace('\r', ' ') + "\n\n";
    }

    private static String json(JsonNode data) {
        String json = data.toString();
        StringBuilder escaped = null;
        int from = 0;
        for (int i = nextLoneSurrogate(json, 0); i >= 0; i = nextLoneSurrogate(json, from)) {
            escaped = escaped == null ? new StringBuilder(json.length() + 8) : escaped;
            escaped.append(json, from, i).append("\\u").append(Integer.toHexString(json.charAt(i)));
            from = i + 1;
        }
        return escaped == null
                ? json
                : escaped.append(json, from, json.length()).toString();
    }

    /** Appends a JSON string. A lone surrogate, which UTF-8 cannot carry, is escaped: its other half may be in the next event. */
    public static StringBuilder quote(StringBuilder to, String text) {
        to.append('"');
        int from = 0;
        for (int i = nextLoneSurrogate(text, 0); i >= 0; i = nextLoneSurrogate(text, from)) {
            JSON.quoteAsString(text.substring(from, i), to);
            to.append("\\u").append(Integer.toHexString(text.charAt(i)));
            from = i + 1;
        }
        JSON.quoteAsString(from == 0 ? text : text.substring(from), to);
        return to.append('"');
    }

    private static int nextLoneSurrogate(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) {
                continue;
            }
            if (Character.isHighSurrogate(text.charAt(i))
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            return i;
        }
        return -1;
    }
}
