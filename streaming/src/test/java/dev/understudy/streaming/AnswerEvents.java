package dev.understudy.streaming;

import dev.understudy.chat.ToolCall;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/** An answer as one dialect streams it, event by event as they stand in the body. Says its pieces in the order of the calls. */
abstract class AnswerEvents {

    private static final HexFormat HEX = HexFormat.of();

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
        return json(text, c -> c > '~');
    }

    /** A text as JSON in UTF-8; half a surrogate pair, which that cannot say, is escaped. */
    static String plain(String text) {
        return json(text, c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    private static String json(String text, IntPredicate escape) {
        StringBuilder json = new StringBuilder(text.length() + 16).append('"');
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                json.append('\\').append((char) c);
            } else if (c < ' ' || escape.test(c)) {
                for (char half : Character.toChars(c)) {
                    json.append("\\u").append(HEX.toHexDigits(half));
                }
            } else {
                json.appendCodePoint(c);
            }
        });
        return json.append('"').toString();
    }
}
