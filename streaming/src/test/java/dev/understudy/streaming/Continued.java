package dev.understudy.streaming;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * How a request on the wire asks for an answer, in either dialect.
 *
 * @param how afresh, or behind a text
 * @param prefix the text that is there already
 * @param from where the answer is to go on: behind that text, or before its last words, if told to repeat them
 */
record Continued(How how, String prefix, int from) {

    private static final ObjectMapper JSON = new ObjectMapper();

    static {
        JSON.readTree("{}"); // the first time it waits for a lock, and event loops must not
    }

    enum How {
        AFRESH,
        PREFILL,
        ANCHORED
    }

    static Continued asked(String body) {
        JsonNode messages = JSON.readTree(body).get("messages");
        JsonNode last = messages.get(messages.size() - 1);
        if (last.get("role").asString().equals("assistant")) {
            return new Continued(How.PREFILL, content(last), content(last).length());
        }
        String[] lines = content(last).split("\n---\n", -1);
        if (lines.length < 3) {
            return new Continued(How.AFRESH, "", 0);
        }
        String prefix = content(messages.get(messages.size() - 2));
        String words = String.join("\n---\n", List.of(lines).subList(1, lines.length - 1));
        return new Continued(How.ANCHORED, prefix, prefix.length() - words.length());
    }

    private static String content(JsonNode message) {
        JsonNode content = message.get("content");
        return content.isString()
                ? content.asString()
                : content.get(0).get("text").asString();
    }
}
