package dev.understudy.gateway.reliability;

import static dev.understudy.gateway.reliability.CommonFaults.backed;
import static dev.understudy.testing.ScriptedReply.FaultPoint.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.FinishReason;
import dev.understudy.gateway.reliability.Outcome.Kind;
import dev.understudy.testing.ScriptedReply;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Answers in an unusual form, without content, or with an error in a body of status 200. */
final class AnswerFaults {

    private static final String ANSWER = "the answer";
    private static final String FIRST = "the answer of the first provider";
    private static final String SECOND = "the answer of the second provider";
    private static final String ERROR = "{\"error\":{\"message\":\"The engine failed\",\"type\":\"server_error\"}}";
    private static final String FULL = "Context size has been exceeded.";

    private static final Question TOOL = new Question(true, null);
    private static final String CALL = "weather{\"city\":\"Bern\"}";

    private AnswerFaults() {}

    static Stream<Fault> all() {
        return Stream.of(errors(), forms(), ends(), contents(), tools()).flatMap(faults -> faults);
    }

    private static Fault stream(String name, String upstream, String caller, List<String> events) {
        return backed(name, upstream, caller, server -> server.always(Answers.stream(events)))
                .only(Mode.STREAM);
    }

    private static Fault both(String name, String upstream, String caller, String whole, List<String> events) {
        return backed(
                name,
                upstream,
                caller,
                Answers.by(ScriptedReply.raw(200, Answers.JSON, whole), Answers.stream(events)));
    }

    private static Fault served(Fault fault) {
        return fault.ending(run -> run.whole().asked(0, 1).asked(1, 0));
    }

    private static Stream<Fault> errors() {
        return Stream.of(
                both(
                        "200 with an error object",
                        "200 with an error object, streamed as the first event",
                        SECOND,
                        ERROR,
                        List.of("data: " + ERROR + "\n\n")),
                backed(
                                "error inside the answer",
                                "30 tokens, then an error event",
                                ANSWER,
                                server -> server.always(
                                        Answers.answer().fail(tokens(30), "server_error", "The engine failed")))
                        .only(Mode.STREAM),
                Fault.of(
                                "overload inside the answer",
                                "30 tokens from a first provider of Anthropic's API, then `overloaded_error`",
                                ANSWER,
                                Slot.anthropic(mode -> Upstream.scripted(server -> server.always(
                                        Answers.answer().fail(tokens(30), "overloaded_error", "Overloaded")))),
                                Slot.openAi(mode -> Upstream.scripted(Answers.sound())))
                        .only(Mode.STREAM),
                backed(
                                "full cache inside the answer",
                                "30 tokens, then an error event \"Context size has been exceeded.\"",
                                ANSWER,
                                server -> server.always(Answers.answer().fail(tokens(30), "server_error", FULL)))
                        .only(Mode.STREAM));
    }

    private static Stream<Fault> forms() {
        List<String> events = Answers.events();
        return Stream.of(
                served(both(
                        "byte order mark",
                        "a byte order mark before the answer",
                        FIRST,
                        "\uFEFF" + Answers.json(),
                        bom())),
                served(backed(
                                "CR LF",
                                "lines that end with CR LF",
                                FIRST,
                                server -> server.always(Answers.answer().withCrlf()))
                        .only(Mode.STREAM)),
                served(stream(
                        "comments and unknown events",
                        "comments, pings, `event:`, `id:` and `retry:` lines between the tokens",
                        FIRST,
                        Answers.join(
                                List.of(": ping\n\n", "retry: 3000\nid: 7\nevent: heartbeat\ndata: {}\n\n"),
                                events.subList(0, 30),
                                List.of(": ping\n\n", "event: ping\ndata: {\"type\":\"ping\"}\n\n"),
                                events.subList(30, events.size())))),
                served(stream(
                        "unknown fields and null contents",
                        "deltas with `null` content, unknown fields, without `delta`, without choices",
                        FIRST,
                        Answers.join(
                                List.of(
                                        Answers.delta("{\"role\":\"assistant\",\"content\":null}"),
                                        Answers.delta("{\"x_debug\":{\"a\":[1,2]}}"),
                                        "data: {\"choices\":[{\"index\":0}]}\n\n",
                                        "data: {\"choices\":[]}\n\n"),
                                events))),
                served(backed(
                                "events as text/plain",
                                "a stream with the content type `text/plain`",
                                FIRST,
                                server -> server.always(ScriptedReply.raw(200, "text/plain", String.join("", events)))))
                        .only(Mode.STREAM),
                backed(
                                "a whole answer instead of a stream",
                                "one JSON document with `application/json` for a stream",
                                ANSWER,
                                server -> server.always(ScriptedReply.raw(200, Answers.JSON, Answers.json())))
                        .only(Mode.STREAM),
                backed(
                                "a stream instead of a whole answer",
                                "events with `text/event-stream` for a call that is not streamed",
                                ANSWER,
                                server -> server.always(Answers.stream(events)))
                        .only(Mode.CHAT),
                stream(
                        "event of 3 MiB",
                        "an event with 3 MiB of padding after 10 tokens",
                        ANSWER,
                        Answers.join(
                                events.subList(0, 10),
                                List.of(Answers.delta("{\"padding\":\"" + "x".repeat(3 << 20) + "\"}")),
                                events.subList(10, events.size()))),
                backed(
                                "invalid UTF-8",
                                "a token with a byte that is not UTF-8 after 10 tokens",
                                ANSWER,
                                server -> server.always(ScriptedReply.raw(200, Answers.EVENTS, invalid())))
                        .only(Mode.STREAM),
                stream(
                        "binary data between events",
                        "NUL bytes and control characters after 10 tokens",
                        ANSWER,
                        Answers.join(
                                events.subList(0, 10),
                                List.of("data: \u0000\u0001\u0002{[\n\n"),
                                events.subList(10, events.size()))));
    }

    private static byte[] invalid() {
        String events = String.join("", Answers.events());
        byte[] bytes = events.getBytes(StandardCharsets.UTF_8);
        bytes[events.indexOf("word10") + 2] = (byte) 0xFF;
        return bytes;
    }

    private static List<String> bom() {
        return Answers.join(List.of("\uFEFF"), Answers.events());
    }

    private static Stream<Fault> ends() {
        List<String> tokens = Answers.tokens(0, 60);
        String stop = Answers.finish("stop");
        return Stream.of(
                served(stream(
                        "finish reason twice",
                        "the event with the finish reason twice",
                        FIRST + ", with one end",
                        Answers.join(tokens, List.of(stop, stop, Answers.usage(12, 60), Answers.DONE)))),
                served(stream(
                                "usage in the last event only",
                                "usage in an event without choices after the finish reason",
                                FIRST + ", with the usage",
                                Answers.join(tokens, List.of(stop, Answers.usage(12, 60), Answers.DONE))))
                        .ending(run -> run.whole().usage(12, 60).asked(1, 0)),
                both(
                                "negative usage",
                                "usage with negative counts",
                                FIRST + ", without negative counts",
                                Answers.json(
                                        "{\"role\":\"assistant\",\"content\":\"" + Answers.TEXT + "\"}",
                                        "stop",
                                        -5,
                                        -1),
                                Answers.join(tokens, List.of(stop, Answers.usage(-5, -1), Answers.DONE)))
                        .ending(run -> {
                            run.whole().asked(1, 0);
                            Outcome.Tokens usage = run.outcome().usage();
                            assertThat(usage == null || (usage.input() >= 0 && usage.output() >= 0))
                                    .as(run.outcome().toString())
                                    .isTrue();
                        }),
                stream(
                                "no usage",
                                "an answer without usage",
                                FIRST + ", without usage",
                                Answers.join(tokens, List.of(stop, Answers.DONE)))
                        .ending(run -> {
                            run.whole().asked(1, 0);
                            assertThat(run.outcome().usage())
                                    .as(run.outcome().toString())
                                    .isNull();
                        }),
                served(stream(
                        "finish reason before the last tokens",
                        "the finish reason after 50 of 60 tokens, then the rest",
                        FIRST + ", with all tokens",
                        Answers.join(
                                Answers.tokens(0, 50),
                                List.of(stop),
                                Answers.tokens(50, 60),
                                List.of(Answers.usage(12, 60), Answers.DONE)))),
                served(stream(
                        "finish reason with the last token",
                        "the last token and the finish reason in one event",
                        FIRST,
                        Answers.join(
                                Answers.tokens(0, 59),
                                List.of(
                                        Answers.text(" word60")
                                                .replace("\"finish_reason\":null", "\"finish_reason\":\"stop\""),
                                        Answers.usage(12, 60),
                                        Answers.DONE)))),
                stream(
                        "`[DONE]` without a finish reason",
                        "40 tokens, then `[DONE]`",
                        ANSWER,
                        Answers.join(Answers.tokens(0, 40), List.of(Answers.DONE))),
                backed(
                        "end without a finish reason",
                        "a whole answer of 40 tokens without a finish reason",
                        ANSWER,
                        server -> server.always(ScriptedReply.tokens(java.util.Arrays.copyOf(Answers.TOKENS, 40))
                                .withoutFinish()
                                .withoutTerminal())));
    }

    private static Stream<Fault> contents() {
        return Stream.of(
                backed(
                        "empty answer",
                        "finish reason `stop` without content",
                        SECOND,
                        server -> server.always(ScriptedReply.empty())),
                both(
                        "no choices",
                        "200 with an empty list of choices",
                        SECOND,
                        "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"choices\":[]}",
                        List.of("data: {\"id\":\"chatcmpl-1\",\"choices\":[]}\n\n", Answers.DONE)),
                backed(
                        "JSON of something else",
                        "200 with `{\"status\":\"ok\"}`",
                        SECOND,
                        server -> server.always(ScriptedReply.raw(200, Answers.JSON, "{\"status\":\"ok\"}"))),
                backed(
                                "limit reached without words",
                                "finish reason `length` without content",
                                "an empty answer with finish reason `length`, after one call",
                                server -> server.always(ScriptedReply.empty().withFinish(FinishReason.LENGTH)))
                        .asking(new Question(false, 16))
                        .ending(run -> {
                            run.finished("length").asked(0, 1).asked(1, 0);
                            assertThat(run.outcome().text()).isEmpty();
                        }),
                backed(
                                "content filter in the middle",
                                "20 tokens, then the finish reason `content_filter`",
                                "the 20 tokens with finish reason `content_filter`, or one error; nobody else is asked",
                                server ->
                                        server.always(ScriptedReply.tokens(java.util.Arrays.copyOf(Answers.TOKENS, 20))
                                                .withFinish(FinishReason.CONTENT_FILTER)))
                        .ending(run -> {
                            run.asked(1, 0);
                            if (run.outcome().kind() == Kind.ANSWER) {
                                run.finished("content_filter");
                                assertThat(Answers.TEXT)
                                        .startsWith(run.outcome().text());
                            } else {
                                assertThat(run.outcome().kind())
                                        .as(run.outcome().toString())
                                        .isIn(Kind.PARTIAL, Kind.ERROR);
                                assertThat(run.outcome().code()).isEqualTo("content_policy_violation");
                            }
                        }));
    }

    private static ScriptedReply call() {
        return ScriptedReply.toolCall("call_1", "weather", "{\"city\":\"Bern\"}");
    }

    private static Stream<Fault> tools() {
        return Stream.of(
                Fault.of(
                                "cut inside the arguments of a tool call",
                                "FIN after the second fragment of the arguments",
                                "the tool call once, complete",
                                Slot.openAi(mode -> Upstream.scripted(server -> server.always(call().cut(tokens(2))))),
                                Slot.anthropic(mode -> Upstream.scripted(server -> server.always(call()))))
                        .asking(TOOL)
                        .ending(run -> run.called(CALL)),
                Fault.of(
                                "tool call with broken arguments",
                                "a tool call whose arguments are no JSON, with finish reason `tool_calls`",
                                "the tool call with the arguments that the model wrote",
                                Slot.openAi(mode -> Upstream.scripted(server ->
                                        server.always(ScriptedReply.toolCall("call_1", "weather", "{\"city\":\"Be")))),
                                Slot.anthropic(mode -> Upstream.scripted(server -> server.always(call()))))
                        .asking(TOOL)
                        .ending(run -> run.called("weather{\"city\":\"Be").asked(1, 0)),
                Fault.of(
                                "tool call cut by the limit of tokens",
                                "a tool call whose arguments end early, with finish reason `length`",
                                "the tool call as far as the model wrote it, with finish reason `length`",
                                Slot.openAi(mode -> Upstream.scripted(server ->
                                        server.always(ScriptedReply.toolCall("call_1", "weather", "{\"city\":\"Be")
                                                .withFinish(FinishReason.LENGTH)))),
                                Slot.anthropic(mode -> Upstream.scripted(server -> server.always(call()))))
                        .asking(TOOL)
                        .ending(run -> {
                            run.finished("length").asked(1, 0);
                            assertThat(run.outcome().toolCalls()).containsExactly("weather{\"city\":\"Be");
                        }),
                Fault.of(
                                "tool call refused by the vendor",
                                "400 `tool_use_failed`",
                                "the tool call of the second provider",
                                Slot.openAi(mode -> Upstream.scripted(server -> server.always(ScriptedReply.error(
                                        400,
                                        "invalid_request_error",
                                        "tool_use_failed",
                                        "Failed to call a function. Please adjust your prompt.")))),
                                Slot.anthropic(mode -> Upstream.scripted(server -> server.always(call()))))
                        .asking(TOOL)
                        .ending(run -> run.called(CALL)));
    }
}
