package dev.understudy.streaming;

import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.testing.ScriptedReply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What every server of the matrix says, as far as it comes: the truth. */
final class MatrixAnswer {

    enum Sort {
        TEXT,
        TOOL,
        REASONING
    }

    static final String[] TOKENS = {
        "Once upon",
        " a ti",
        "me there ",
        "was a ",
        "\uD83D",
        "\uDE80 that flew.\n",
        "```java\nint x",
        " = 1;\n```\n",
        "And \u8336 was had."
    };
    static final String[] THOUGHTS = {"First I", " think about", " rockets."};
    static final String[] AFTERTHOUGHT = {"Rockets", " fly."};
    static final ToolCall CALL = new ToolCall("call_1", "weather", "{\"city\":\"Ulm\",\"days\":3}");
    private static final String[] FRAGMENTS = {"{\"ci", "ty\":\"Ulm\"", ",\"days\":3}"};

    private MatrixAnswer() {}

    static String text(Sort sort) {
        return switch (sort) {
            case TEXT -> String.join("", TOKENS);
            case TOOL -> "";
            case REASONING -> String.join("", AFTERTHOUGHT);
        };
    }

    static String reasoning(Sort sort) {
        return sort == Sort.REASONING ? String.join("", THOUGHTS) : "";
    }

    /** The same answer as another server gives it, from an offset of its text on. */
    static ScriptedReply answer(Sort sort, int from) {
        return switch (sort) {
            case TEXT -> ScriptedReply.text(text(sort).substring(from));
            case TOOL -> ScriptedReply.toolCall(CALL.id(), CALL.name(), CALL.arguments());
            case REASONING ->
                ScriptedReply.chunks(
                        new StreamChunk.Reasoning("First", null),
                        new StreamChunk.Reasoning(" I think about rockets.", null),
                        new StreamChunk.Text("Rock"),
                        new StreamChunk.Text("ets fly."));
        };
    }

    static AnswerEvents events(AnswerEvents.Dialect dialect, Sort sort) {
        AnswerEvents events = AnswerEvents.of(dialect, AnswerEvents::escaped);
        if (sort == Sort.TOOL) {
            events.call(0, CALL, List.of(FRAGMENTS));
        }
        for (String thought : sort == Sort.REASONING ? THOUGHTS : new String[0]) {
            events.thought(thought);
        }
        for (String word : sort == Sort.TEXT ? TOKENS : sort == Sort.REASONING ? AFTERTHOUGHT : new String[0]) {
            events.text(word);
        }
        events.finish(sort == Sort.TOOL);
        return events;
    }

    /** The text when the last event of so many is said twice; no wire tells that from a model that repeats itself. */
    static String doubled(MatrixCell.Phase phase) {
        List<String> said = new ArrayList<>(Arrays.asList(TOKENS));
        if (phase.sort == Sort.TEXT && phase.isCommitted()) {
            said.add(phase.content, TOKENS[phase.content - 1]);
        }
        return phase.sort == Sort.TEXT ? String.join("", said) : text(phase.sort);
    }

    /** The arguments in the same case. */
    static String doubledArguments() {
        return FRAGMENTS[0] + FRAGMENTS[0] + FRAGMENTS[1] + FRAGMENTS[2];
    }
}
