package dev.understudy.streaming;

import dev.understudy.chat.ToolCall;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** An answer as one dialect streams it, event by event as they stand in the body. Says its pieces in the order of the calls. */
abstract class AnswerEvents {

    private final List<String> events = new ArrayList<>();
    private final List<Integer> content = new ArrayList<>();
    private final UnaryOperator<String> quoting;
    private int finish = -1;

    AnswerEvents(UnaryOperator<String> quoting) {
        this.quoting = quoting;
        open();
    }

    static AnswerEvents of(Dialect dialect, UnaryOperator<String> quoting) {
        return dialect == Dialect.OPEN_AI ? new OpenAiEvents(quoting) : new AnthropicEvents(quoting);
    }

    enum Dialect {
        OPEN_AI,
        ANTHROPIC;

        Dialect other() {
            return this == OPEN_AI ? ANTHROPIC : OPEN_AI;
        }
    }

    /** What comes before the first content. */
    abstract void open();

    abstract void text(String words);

    abstract void thought(String words);

    /** A call, and its arguments in these pieces. */
    abstract void call(int index, ToolCall call, List<String> fragments);

    /** Why it ended, seven tokens of prompt and nine of answer, and the terminal marker. */
    final void finish(boolean calls) {
        close();
        finish = events.size();
        end(calls);
    }

    void close() {}

    abstract void end(boolean calls);

    /** A failure that is told inside the answer. */
    abstract String error();

    final void add(String event) {
        events.add(event);
    }

    final void say(String event) {
        content.add(events.size());
        events.add(event);
    }

    final String quoted(String text) {
        return quoting.apply(text);
    }

    final List<byte[]> events() {
        return events.stream()
                .map(event -> event.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /** Which of the events say something. */
    final List<Integer> content() {
        return content;
    }

    /** Which of the events tells why it ended. */
    final int finish() {
        return finish;
    }

    /** A text as JSON in ASCII, so that half a surrogate pair can be said. */
    static String escaped(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            json.append(
                    c == '"' || c == '\\' ? "\\" + c : c < ' ' || c > '~' ? String.format("\\u%04x", (int) c) : "" + c);
        }
        return json.append('"').toString();
    }

    /** A text as JSON in UTF-8; what UTF-8 cannot say, and what JSON must not, is escaped. */
    static String plain(String text) {
        StringBuilder json = new StringBuilder("\"");
        text.codePoints()
                .forEach(c -> json.append(
                        c == '"' || c == '\\'
                                ? "\\" + (char) c
                                : c < ' ' || c >= 0xD800 && c < 0xE000
                                        ? String.format("\\u%04x", c)
                                        : Character.toString(c)));
        return json.append('"').toString();
    }
}
