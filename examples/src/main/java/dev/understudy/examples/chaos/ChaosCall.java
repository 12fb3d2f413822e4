package dev.understudy.examples.chaos;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.testing.ScriptedReply;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of many calls. What is asked names it, and so does the right answer.
 *
 * @param id {@code task-17}
 */
record ChaosCall(String id) {

    /** Under this name the id stands in the Reactor Context, and in the tags of the call. */
    static final String KEY = "task";

    private static final Pattern ID = Pattern.compile("task-\\d+");
    private static final String MODEL = "gpt-demo";

    static ChaosCall number(long number) {
        return new ChaosCall("task-" + number);
    }

    /** The task that this text is about. */
    static ChaosCall in(String text) {
        Matcher id = ID.matcher(text);
        return new ChaosCall(id.find() ? id.group() : "task-unknown");
    }

    /** Deterministic, so that an answer that was cut can be replayed exactly. */
    ChatRequest request() {
        return ChatRequest.of(MODEL, "You keep the books.", payload())
                .withTemperature(0)
                .withMaxTokens(200);
    }

    /** Quotes and other letters, so that a payload that was touched is seen. */
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
