package dev.understudy.examples.chaos;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.testing.ScriptedReply;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One of many calls. Its prompt and the expected answer contain its id.
 *
 * @param id {@code task-17}
 */
record ChaosCall(String id) {

    /** Key of the id in the Reactor Context and in the tags of the call. */
    static final String KEY = "task";

    static final String INSTRUCTION = "You keep the books.";
    static final int MAX_TOKENS = 200;

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
        return ChatRequest.of(MODEL, INSTRUCTION, payload()).withTemperature(0).withMaxTokens(MAX_TOKENS);
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

    /**
     * Returns {@code true} if an attempt carries the request of this call: all of its messages and no others, its
     * temperature and its limit of tokens. A takeover may add the text that the caller has received.
     */
    boolean isAskedBy(ChatRequest request) {
        List<Message> asked = request().messages();
        List<Message> messages = request.messages();
        boolean continued = messages.size() == asked.size() + 1 && isBegun(messages.get(asked.size()));
        return messages.size() >= asked.size()
                && messages.subList(0, asked.size()).equals(asked)
                && (continued || messages.size() == asked.size())
                && Objects.equals(
                        request.sampling().temperature(), request().sampling().temperature())
                && isWhole(request.sampling().maxTokens(), continued);
    }

    private boolean isBegun(Message last) {
        return last instanceof Message.Assistant begun && answer().startsWith(begun.text());
    }

    /** A continuation needs no more tokens than are left of the limit. */
    private static boolean isWhole(@Nullable Integer maxTokens, boolean continued) {
        return maxTokens != null
                && (maxTokens == MAX_TOKENS || (continued && maxTokens < MAX_TOKENS && maxTokens > MAX_TOKENS / 2));
    }
}
