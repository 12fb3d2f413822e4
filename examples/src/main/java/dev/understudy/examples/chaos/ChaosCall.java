package dev.understudy.examples.chaos;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.testing.ScriptedReply;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of many calls. Its prompt and the expected answer contain its id.
 *
 * @param id {@code task-17}
 */
record ChaosCall(String id) {

    /** Key of the id in the Reactor Context and in the tags of the call. */
    static final String KEY = "task";

    private static final Pattern ID = Pattern.compile("task-\\d+");
    private static final String MODEL = "gpt-demo";

    static ChaosCall number(long number) {
        return new ChaosCall("task-" + number);
    }

    /** Extracts the task from a text. */
    static ChaosCall in(String text) {
        Matcher id = ID.matcher(text);
        return new ChaosCall(id.find() ? id.group() : "task-unknown");
    }

    /** Deterministic sampling, so that an interrupted answer can be replayed exactly. */
    ChatRequest request() {
        return ChatRequest.of(MODEL, "You keep the books.", payload())
                .withTemperature(0)
                .withMaxTokens(200);
    }

    /** Contains quotes and non-ASCII letters, so that a damaged payload is detected. */
    String payload() {
        return id + ": how many \"crates\" – à 12 – stand in hall 7? \u5009\u5EAB";
    }

    String answer() {
        return "For " + id + " the books say: one two three four five six seven eight nine ten crates \u5009\u5EAB.";
    }

    ScriptedReply reply() {
        return ScriptedReply.text(answer());
    }

    boolean isAskedBy(ChatRequest request) {
        return request.messages().stream()
                .anyMatch(message ->
                        message instanceof Message.User user && user.text().equals(payload()));
    }
}
