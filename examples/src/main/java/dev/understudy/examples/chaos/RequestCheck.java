package dev.understudy.examples.chaos;

import dev.understudy.testing.RecordedRequest;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Checks a request on the wire: instruction, question, temperature and limit of tokens, in the form of either vendor. */
final class RequestCheck {

    private static final JsonMapper JSON = new JsonMapper();

    private RequestCheck() {}

    static boolean isWhole(RecordedRequest asked) {
        try {
            return isWhole(JSON.readTree(asked.text()), ChaosCall.in(asked.text()));
        } catch (JacksonException notJson) {
            return false;
        }
    }

    private static boolean isWhole(JsonNode body, ChaosCall call) {
        List<String> texts = new ArrayList<>(texts(body.path("system")));
        boolean instructed = !texts.isEmpty();
        int questions = 0;
        for (JsonNode message : body.path("messages")) {
            String role = message.path("role").stringValue("");
            instructed |= role.equals("system") || role.equals("developer");
            questions += role.equals("user") ? 1 : 0;
            texts.addAll(texts(message.path("content")));
        }
        int limit = body.path("max_tokens")
                .intValue(body.path("max_completion_tokens").intValue(0));
        return instructed
                && questions == 1
                && texts.contains(ChaosCall.INSTRUCTION)
                && texts.contains(call.payload())
                && body.path("temperature").doubleValue(-1) == 0
                && limit > ChaosCall.MAX_TOKENS / 2
                && limit <= ChaosCall.MAX_TOKENS;
    }

    /** Returns the texts of a content that is a text or a list of parts. */
    private static List<String> texts(JsonNode content) {
        if (content.isString()) {
            return List.of(content.stringValue());
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode part : content) {
            texts.add(part.path("text").stringValue(""));
        }
        return texts;
    }
}
