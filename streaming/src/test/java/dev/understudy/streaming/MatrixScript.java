package dev.understudy.streaming;

import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.testing.After;
import dev.understudy.testing.Reply;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The answer of the first server, event by event, so that it can be broken at any of them.
 *
 * @param events as they stand in the body
 * @param content which of them say something
 * @param finish which of them tells the finish reason
 */
record MatrixScript(List<byte[]> events, List<Integer> content, int finish) {

    enum Dialect {
        OPEN_AI,
        ANTHROPIC;

        Dialect other() {
            return this == OPEN_AI ? ANTHROPIC : OPEN_AI;
        }
    }

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

    private static final String SSE = "text/event-stream; charset=utf-8";
    private static final byte[] LONG_LINE = bytes("data: " + "x".repeat((1 << 20) + 4096));
    private static final Duration DRIP = Duration.ofMillis(30);

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
    static Reply answer(Sort sort, int from) {
        return switch (sort) {
            case TEXT -> Reply.text(text(sort).substring(from));
            case TOOL -> Reply.toolCall(CALL.id(), CALL.name(), CALL.arguments());
            case REASONING ->
                Reply.chunks(
                        new StreamChunk.Reasoning("First", null),
                        new StreamChunk.Reasoning(" I think about rockets.", null),
                        new StreamChunk.Text("Rock"),
                        new StreamChunk.Text("ets fly."));
        };
    }

    static MatrixScript of(Dialect dialect, Sort sort) {
        return dialect == Dialect.OPEN_AI ? openAi(sort) : anthropic(sort);
    }

    private static MatrixScript openAi(Sort sort) {
        List<String> events = new ArrayList<>(List.of(delta("{\"role\":\"assistant\",\"content\":\"\"}", "null")));
        List<Integer> content = new ArrayList<>();
        if (sort == Sort.TOOL) {
            add(
                    events,
                    content,
                    delta(tool("\"id\":\"call_1\",\"type\":\"function\",", "\"name\":\"weather\",", ""), "null"));
            for (String fragment : FRAGMENTS) {
                add(events, content, delta(tool("", "", fragment), "null"));
            }
        }
        for (String thought : sort == Sort.REASONING ? THOUGHTS : new String[0]) {
            add(events, content, delta("{\"reasoning_content\":" + quoted(thought) + "}", "null"));
        }
        for (String word : words(sort)) {
            add(events, content, delta("{\"content\":" + quoted(word) + "}", "null"));
        }
        int finish = events.size();
        events.add(delta("{}", sort == Sort.TOOL ? "\"tool_calls\"" : "\"stop\""));
        events.add("data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,"
                + "\"completion_tokens\":9,\"total_tokens\":16}}\n\n");
        events.add("data: [DONE]\n\n");
        return new MatrixScript(events.stream().map(MatrixScript::bytes).toList(), content, finish);
    }

    private static String delta(String delta, String finish) {
        return "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"index\":0,"
                + "\"delta\":" + delta + ",\"finish_reason\":" + finish + "}]}\n\n";
    }

    private static String tool(String id, String name, String fragment) {
        return "{\"tool_calls\":[{\"index\":0," + id + "\"function\":{" + name + "\"arguments\":" + quoted(fragment)
                + "}}]}";
    }

    private static MatrixScript anthropic(Sort sort) {
        List<String> events = new ArrayList<>(List.of(
                event(
                        "message_start",
                        "\"message\":{\"id\":\"msg\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\","
                                + "\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":7,\"output_tokens\":1}}"),
                event("ping", "")));
        List<Integer> content = new ArrayList<>();
        int index = 0;
        if (sort == Sort.TOOL) {
            add(
                    events,
                    content,
                    event(
                            "content_block_start",
                            "\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"call_1\",\"name\":\"weather\",\"input\":{}}"));
            for (String fragment : FRAGMENTS) {
                add(events, content, block(0, "input_json_delta", "partial_json", fragment));
            }
            events.add(event("content_block_stop", "\"index\":" + index++));
        }
        if (sort == Sort.REASONING) {
            events.add(event(
                    "content_block_start",
                    "\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"));
            for (String thought : THOUGHTS) {
                add(events, content, block(0, "thinking_delta", "thinking", thought));
            }
            events.add(event("content_block_stop", "\"index\":" + index++));
        }
        if (sort != Sort.TOOL) {
            events.add(event(
                    "content_block_start",
                    "\"index\":" + index + ",\"content_block\":{\"type\":\"text\",\"text\":\"\"}"));
            for (String word : words(sort)) {
                add(events, content, block(index, "text_delta", "text", word));
            }
            events.add(event("content_block_stop", "\"index\":" + index));
        }
        int finish = events.size();
        events.add(event(
                "message_delta",
                "\"delta\":{\"stop_reason\":\"" + (sort == Sort.TOOL ? "tool_use" : "end_turn")
                        + "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":9}"));
        events.add(event("message_stop", ""));
        return new MatrixScript(events.stream().map(MatrixScript::bytes).toList(), content, finish);
    }

    private static String event(String name, String fields) {
        return "event: " + name + "\ndata: {\"type\":\"" + name + "\"" + (fields.isEmpty() ? "" : "," + fields)
                + "}\n\n";
    }

    private static String block(int index, String type, String field, String words) {
        return event(
                "content_block_delta",
                "\"index\":" + index + ",\"delta\":{\"type\":\"" + type + "\",\"" + field + "\":" + quoted(words)
                        + "}");
    }

    private static String[] words(Sort sort) {
        return switch (sort) {
            case TEXT -> TOKENS;
            case TOOL -> new String[0];
            case REASONING -> AFTERTHOUGHT;
        };
    }

    private static void add(List<String> events, List<Integer> content, String event) {
        content.add(events.size());
        events.add(event);
    }

    /** In ASCII, so that half a surrogate pair can be said. */
    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            json.append(
                    c == '"' || c == '\\' ? "\\" + c : c < ' ' || c > '~' ? String.format("\\u%04x", (int) c) : "" + c);
        }
        return json.append('"').toString();
    }

    /** How many events are whole before the fault. */
    private int before(MatrixCell.Phase phase) {
        return switch (phase) {
            case CONNECT, HEADERS -> 0;
            case BEFORE_CONTENT -> content.get(0);
            case AFTER_FINISH -> finish + 1;
            default -> content.get(phase.content - 1) + 1;
        };
    }

    /** What the first server sends once it has sent headers, or instead of them. */
    static Reply reply(MatrixCell cell) {
        MatrixScript script = of(cell.first(), cell.phase().sort);
        if (cell.phase() == MatrixCell.Phase.HEADERS) {
            return script.headers(cell.fault());
        }
        int whole = script.before(cell.phase());
        After after = After.events(whole);
        List<byte[]> start = script.events.subList(0, whole);
        List<byte[]> rest = script.events.subList(whole, script.events.size());
        return switch (cell.fault()) {
            case REFUSED -> throw new IllegalArgumentException("It is not asked");
            case RST -> raw(script.events).reset(after);
            case FIN -> raw(script.events).cut(after);
            case STALL -> raw(script.events).stall(after);
            case DRIP -> dripping(start, rest.get(0));
            case IN_BAND -> raw(joined(start, List.of(bytes(error(cell.first())))));
            case BAD_JSON ->
                raw(joined(
                        start,
                        joined(
                                List.of(bytes(
                                        cell.first() == Dialect.OPEN_AI
                                                ? "data: {\"choices\":[{\"del\n\n"
                                                : "event: content_block_delta\ndata: {\"type\":\"content_bl\n\n")),
                                rest)));
            case CUT_UTF8 -> raw(joined(start, joined(List.of(cutCharacter(cell.first())), rest)));
            case OVERSIZED -> raw(joined(start, joined(List.of(LONG_LINE), rest)));
            case DUPLICATE -> raw(joined(start, joined(List.of(start.get(whole - 1)), rest)));
            case NO_TERMINAL -> raw(joined(start, List.of(bytes(": so far\n\n"))));
        };
    }

    private Reply headers(MatrixCell.Fault fault) {
        Reply whole = raw(events);
        return switch (fault) {
            case RST -> whole.reset(After.nothing());
            case FIN -> whole.cut(After.nothing());
            case STALL -> whole.stall(After.nothing());
            case IN_BAND -> Reply.error(503, "overloaded_error", "Overloaded");
            case OVERSIZED -> whole.withHeader("x-filler", "x".repeat(20_000));
            default -> throw new IllegalArgumentException("It is not asked");
        };
    }

    /** Whole events, and then the next one byte by byte, for longer than anybody waits. */
    private static Reply dripping(List<byte[]> start, byte[] next) {
        List<byte[]> pieces = new ArrayList<>(start);
        for (int i = 0; i < Math.min(45, next.length - 2); i++) {
            pieces.add(new byte[] {next[i]});
        }
        return raw(pieces).between(DRIP).stall(After.events(pieces.size()));
    }

    /** An event whose last character lacks its last byte, and which else would be content. */
    private static byte[] cutCharacter(Dialect dialect) {
        String event = dialect == Dialect.OPEN_AI
                ? delta("{\"content\":\"\u8336\"}", "null")
                : event("content_block_delta", "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"\u8336\"}");
        byte[] bytes = bytes(event);
        ByteArrayOutputStream cut = new ByteArrayOutputStream();
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] >= 0 || bytes[i + 1] < 0) {
                cut.write(bytes[i]);
            }
        }
        return cut.toByteArray();
    }

    private static String error(Dialect dialect) {
        return dialect == Dialect.OPEN_AI
                ? "data: {\"error\":{\"message\":\"Overloaded\",\"type\":\"overloaded_error\",\"code\":null}}\n\n"
                : "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
                        + "\"message\":\"Overloaded\"}}\n\n";
    }

    private static List<byte[]> joined(List<byte[]> one, List<byte[]> other) {
        List<byte[]> both = new ArrayList<>(one);
        both.addAll(other);
        return both;
    }

    private static Reply raw(List<byte[]> pieces) {
        return Reply.raw(200, SSE, pieces.toArray(byte[][]::new));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
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
