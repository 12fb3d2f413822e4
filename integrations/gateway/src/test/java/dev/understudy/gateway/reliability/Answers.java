package dev.understudy.gateway.reliability;

import dev.understudy.chat.Usage;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The answer of every upstream, and its form in Chat Completions, event by event. */
final class Answers {

    /** Sixty tokens, so that positions in the middle are easy to name. */
    static final String[] TOKENS = IntStream.rangeClosed(1, 60)
            .mapToObj(number -> (number == 1 ? "" : " ") + "word" + number)
            .toArray(String[]::new);

    static final String TEXT = String.join("", TOKENS);

    static final String[] OTHER = IntStream.rangeClosed(1, 60)
            .mapToObj(number -> (number == 1 ? "" : " ") + "other" + number)
            .toArray(String[]::new);

    /** Text of which most characters have three or four bytes. */
    static final String[] WIDE = {"火箭", "🚀升空", "，孩子们", "欢呼。", "👩‍🚀", "回到了", "地球，", "大家", "都很高兴", "。完"};

    static final String EVENTS = "text/event-stream";
    static final String JSON = "application/json";
    static final String DONE = "data: [DONE]\n\n";

    private static final String HEAD =
            "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1767225600,\"model\":\"gpt-5.6\",";

    private Answers() {}

    /** A server that always gives the answer. */
    static Consumer<ScriptedServer> sound() {
        return server -> server.always(answer());
    }

    static ScriptedReply answer() {
        return ScriptedReply.tokens(TOKENS).withUsage(Usage.of(12, 60));
    }

    static String delta(String json) {
        return HEAD + "\"choices\":[{\"index\":0,\"delta\":" + json + ",\"finish_reason\":null}]}\n\n";
    }

    static String text(String text) {
        return delta("{\"content\":\"" + text + "\"}");
    }

    static List<String> texts(String... tokens) {
        return Arrays.stream(tokens).map(Answers::text).toList();
    }

    static List<String> tokens(int from, int to) {
        return texts(Arrays.copyOfRange(TOKENS, from, to));
    }

    static String finish(String reason) {
        return HEAD + "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason + "\"}]}\n\n";
    }

    static String usage(int input, int output) {
        return HEAD + "\"choices\":[],\"usage\":{\"prompt_tokens\":" + input + ",\"completion_tokens\":" + output
                + ",\"total_tokens\":" + (input + output) + "}}\n\n";
    }

    /** All events of the answer. */
    static List<String> events() {
        return join(tokens(0, TOKENS.length), List.of(finish("stop"), usage(12, 60), DONE));
    }

    @SafeVarargs
    static List<String> join(List<String>... parts) {
        List<String> all = new ArrayList<>();
        for (List<String> part : parts) {
            all.addAll(part);
        }
        return all;
    }

    /** The answer as one JSON document. */
    static String json() {
        return json("{\"role\":\"assistant\",\"content\":\"" + TEXT + "\"}", "stop", 12, 60);
    }

    static String json(String message, String finish, int input, int output) {
        return "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1767225600,\"model\":\"gpt-5.6\","
                + "\"choices\":[{\"index\":0,\"message\":" + message + ",\"finish_reason\":\"" + finish
                + "\"}],\"usage\":{\"prompt_tokens\":" + input + ",\"completion_tokens\":" + output
                + ",\"total_tokens\":" + (input + output) + "}}";
    }

    static ScriptedReply stream(List<String> events) {
        return ScriptedReply.raw(
                200,
                EVENTS,
                events.stream()
                        .map(event -> event.getBytes(StandardCharsets.UTF_8))
                        .toArray(byte[][]::new));
    }

    /** Replies by the form of the request. */
    static Consumer<ScriptedServer> by(ScriptedReply whole, ScriptedReply stream) {
        return server ->
                server.rule(request -> request.streaming() ? stream : null).always(whole);
    }
}
