package dev.understudy.simulation;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Request as a vendor receives it.
 *
 * @param key API key, "" for none
 * @param call number of the call in the prompt, -1 for a probe
 * @param prefix text that the answer is to continue, "" for a whole answer
 * @param stream true if the answer is to be streamed
 * @param sent instant when the client sent it
 */
record Request(String key, int call, String prefix, boolean stream, long sent) {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String CALL = "call-";

    static Request of(String target, Map<String, String> headers, byte[] body, long sent) {
        String key = headers.getOrDefault("authorization", "").replace("Bearer ", "")
                + headers.getOrDefault("x-api-key", "")
                + headers.getOrDefault("x-goog-api-key", "");
        if (body.length == 0) {
            return new Request(key, -1, "", false, sent);
        }
        JsonNode root = JSON.readTree(body);
        int call = call(new String(body, StandardCharsets.ISO_8859_1));
        JsonNode turns = root.has("contents") ? root.get("contents") : root.get("messages");
        JsonNode last = turns.get(turns.size() - 1);
        String role = last.get("role").asString();
        boolean continues = role.equals("assistant") || role.equals("model");
        boolean stream =
                target.contains("streamGenerateContent") || root.path("stream").asBoolean(false);
        return new Request(key, call, continues ? text(last) : "", stream, sent);
    }

    private static int call(String body) {
        int from = body.indexOf(CALL) + CALL.length();
        if (from < CALL.length()) {
            throw new IllegalStateException("a request without its call");
        }
        return Integer.parseInt(body, from, from + Answers.DIGITS, 10);
    }

    private static String text(JsonNode turn) {
        JsonNode content = turn.has("parts") ? turn.get("parts") : turn.get("content");
        if (content.isString()) {
            return content.asString();
        }
        StringBuilder all = new StringBuilder();
        content.forEach(part -> all.append(part.path("text").asString("")));
        return all.toString();
    }
}
