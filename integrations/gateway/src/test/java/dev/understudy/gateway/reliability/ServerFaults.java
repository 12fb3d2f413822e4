package dev.understudy.gateway.reliability;

import static dev.understudy.gateway.reliability.CommonFaults.backed;
import static dev.understudy.testing.ScriptedReply.FaultPoint.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** Peculiarities of servers and proxies in how they write events, statuses and times. */
final class ServerFaults {

    private static final String FIRST = "the answer of the first provider";
    private static final String SECOND = "the answer of the second provider";
    private static final String ANSWER = "the answer, without a gap or a repeat";

    private ServerFaults() {}

    static Stream<Fault> all() {
        return Stream.of(events(), times(), statuses(), dialects(), contents()).flatMap(faults -> faults);
    }

    private static Fault stream(String name, String upstream, List<String> events) {
        return backed(name, upstream, FIRST, server -> server.always(Answers.stream(events)))
                .only(Mode.STREAM)
                .ending(run -> run.whole().asked(0, 1).asked(1, 0));
    }

    private static List<String> edited(String what, String by) {
        return Answers.events().stream().map(event -> event.replace(what, by)).toList();
    }

    private static Stream<Fault> events() {
        List<String> all = Answers.events();
        return Stream.of(
                stream("no space after `data:`", "`data:{` instead of `data: {`", edited("data: ", "data:")),
                stream("lines that end with CR", "CR as the end of each line", edited("\n", "\r")),
                stream(
                        "an event in several data lines",
                        "the JSON of each event in two `data:` lines",
                        edited(",\"choices\"", ",\ndata: \"choices\"")),
                stream(
                        "empty finish reason in every event",
                        "`\"finish_reason\":\"\"` in every event with content",
                        edited("\"finish_reason\":null", "\"finish_reason\":\"\"")),
                stream(
                        "null usage in every event",
                        "`\"usage\":null` in every event with content",
                        edited("\"finish_reason\":null}]", "\"finish_reason\":null}],\"usage\":null")),
                stream(
                        "empty deltas",
                        "500 events with empty content between the tokens",
                        Answers.join(
                                all.subList(0, 30),
                                java.util.Collections.nCopies(500, Answers.text("")),
                                all.subList(30, all.size()))),
                stream(
                        "events without JSON objects",
                        "`data:` lines that are empty between the tokens",
                        Answers.join(all.subList(0, 30), List.of("data:\n\n", "\n\n"), all.subList(30, all.size()))),
                stream("all events in one packet", "the whole stream in one write", List.of(String.join("", all))),
                backed(
                                "contents as lists of parts",
                                "`\"content\":[{\"type\":\"text\",\"text\":…}]`",
                                FIRST,
                                server -> server.always(Answers.stream(Answers.join(
                                        Arrays.stream(Answers.TOKENS)
                                                .map(token -> Answers.delta(
                                                        "{\"content\":[{\"type\":\"text\",\"text\":\"" + token
                                                                + "\"}]}"))
                                                .toList(),
                                        List.of(Answers.finish("stop"), Answers.DONE)))))
                        .only(Mode.STREAM)
                        .ending(run -> run.whole().asked(1, 0)),
                backed(
                                "error after the finish reason",
                                "all tokens and the finish reason, then an error event",
                                "the answer, or all of it and one error",
                                server -> server.always(Answers.stream(Answers.join(
                                        Answers.tokens(0, 60),
                                        List.of(
                                                Answers.finish("stop"),
                                                "data: {\"error\":{\"message\":\"too late\"}}\n\n")))))
                        .only(Mode.STREAM)
                        .ending(Run::wholeOrHonest));
    }

    private static Stream<Fault> times() {
        return Stream.of(retryAfter("soon"), retryAfter("-5"), retryAfter("0"), retryAfter("99999999999"))
                .flatMap(faults -> faults);
    }

    private static Stream<Fault> retryAfter(String value) {
        return Stream.of(backed(
                        "Retry-After of " + value,
                        "429 with `Retry-After: " + value + "`, once",
                        "the answer within seconds",
                        server -> server.then(ScriptedReply.status(429).withHeader("retry-after", value))
                                .always(Answers.answer()))
                .ending(run -> run.whole().within(Duration.ofSeconds(60))));
    }

    private static Stream<Fault> statuses() {
        return Stream.of(405, 418, 421, 422, 451, 499, 501, 520, 524, 530, 599)
                .map(status -> backed(
                        String.valueOf(status),
                        "status " + status + " without an error object",
                        SECOND,
                        server -> server.always(ScriptedReply.raw(status, "text/plain", "error code: " + status))));
    }

    private static Slot responses(ScriptedReply always) {
        return new Slot(
                "openai-responses",
                Question.MODEL,
                List.of("key-canary-1"),
                mode -> Upstream.scripted(server -> server.always(always)));
    }

    private static Slot openAi(ScriptedReply always) {
        return Slot.openAi(mode -> Upstream.scripted(server -> server.always(always)));
    }

    private static Slot anthropic(ScriptedReply always) {
        return Slot.anthropic(mode -> Upstream.scripted(server -> server.always(always)));
    }

    private static Stream<Fault> dialects() {
        return Stream.of(
                Fault.of(
                        "cut in the Responses API",
                        "FIN after 40 tokens from a first provider of the Responses API",
                        ANSWER,
                        responses(Answers.answer().between(Duration.ofMillis(5)).cut(tokens(40))),
                        anthropic(Answers.answer())),
                Fault.of(
                                "failure event of the Responses API",
                                "30 tokens, then an error event",
                                ANSWER,
                                responses(Answers.answer().fail(tokens(30), "server_error", "The engine failed")),
                                anthropic(Answers.answer()))
                        .only(Mode.STREAM),
                Fault.of(
                                "no `message_stop`",
                                "all tokens and the stop reason of Anthropic's API, then FIN",
                                FIRST,
                                anthropic(Answers.answer().withoutTerminal()),
                                openAi(Answers.answer()))
                        .only(Mode.STREAM)
                        .ending(run -> run.whole().asked(0, 1).asked(1, 0)),
                Fault.of(
                        "error before the content in Anthropic's API",
                        "an error event as the first event",
                        SECOND,
                        anthropic(Answers.answer().fail(tokens(0), "api_error", "Internal server error")),
                        openAi(Answers.answer())),
                Fault.of(
                        "Anthropic's API with an OpenAI answer",
                        "answers of Chat Completions at the address of Anthropic's API",
                        SECOND,
                        Slot.anthropic(mode -> RawUpstream.of(RawUpstream.Exchange::answer)),
                        openAi(Answers.answer())));
    }

    private static Stream<Fault> contents() {
        ScriptedReply calls = ScriptedReply.toolCall("call_1", "weather", "{\"city\":\"Bern\"}")
                .withToolCall("call_2", "weather", "{\"city\":\"Ulm\"}");
        List<String> pieces = new ArrayList<>();
        for (int i = 0; i < Answers.TEXT.length(); i += 3) {
            pieces.add(Answers.TEXT.substring(i, Math.min(Answers.TEXT.length(), i + 3)));
        }
        return Stream.of(
                Fault.of(
                                "cut after reasoning",
                                "reasoning, then FIN before the first token of the answer",
                                "the answer",
                                openAi(Answers.answer()
                                        .withReasoning("They want sixty words.")
                                        .cut(tokens(1))),
                                anthropic(Answers.answer().withReasoning("They want sixty words.")))
                        .only(Mode.STREAM)
                        .ending(Run::wholeOrHonest),
                Fault.of(
                                "cut inside the second of two tool calls",
                                "a complete tool call, then FIN inside the arguments of another",
                                "both tool calls once, complete",
                                openAi(calls.cut(tokens(4))),
                                anthropic(calls))
                        .asking(new Question(true, null))
                        .ending(run -> {
                            assertThat(run.outcome().toolCalls())
                                    .as(run.outcome().toString())
                                    .containsExactly("weather{\"city\":\"Bern\"}", "weather{\"city\":\"Ulm\"}");
                            run.finished("tool_calls");
                        }),
                Fault.of(
                                "text, then a cut inside a tool call",
                                "a text, then FIN inside the arguments of a tool call",
                                "the text and the tool call once, complete",
                                openAi(withCall("I look it up.").cut(tokens(6))),
                                anthropic(withCall("I look it up.")))
                        .asking(new Question(true, null))
                        .ending(run -> {
                            run.called("weather{\"city\":\"Bern\"}");
                            assertThat(run.outcome().text()).isEqualTo("I look it up.");
                        }),
                Fault.of(
                        "the fallback has other tokens",
                        "FIN after 40 tokens; the second provider sends the same text in other pieces",
                        ANSWER,
                        openAi(Answers.answer().between(Duration.ofMillis(5)).cut(tokens(40))),
                        anthropic(ScriptedReply.tokens(pieces.toArray(String[]::new)))),
                Fault.of(
                        "the fallback dies before the point of the cut",
                        "FIN after 40 tokens; the second provider is cut after 20, the third answers",
                        ANSWER,
                        openAi(Answers.answer().between(Duration.ofMillis(5)).cut(tokens(40))),
                        anthropic(Answers.answer().cut(tokens(20))),
                        openAi(Answers.answer()).withModel("gpt-5.4")),
                Fault.of(
                                "cut with a limit of tokens",
                                "FIN after 40 tokens of an answer that is limited to 60; the second provider ends with `length`",
                                "the answer with finish reason `length`",
                                openAi(Answers.answer()
                                        .between(Duration.ofMillis(5))
                                        .cut(tokens(40))),
                                anthropic(Answers.answer().withFinish(FinishReason.LENGTH)))
                        .asking(new Question(false, 60))
                        .ending(run -> {
                            run.finished("length");
                            assertThat(run.outcome().text()).isEqualTo(Answers.TEXT);
                        }),
                Fault.of(
                                "the only provider restarts in the middle",
                                "FIN after 40 tokens, then connections are refused for 1.5 s; there is no second provider",
                                ANSWER,
                                Slot.openAi(mode ->
                                        new RestartingUpstream(Duration.ofMillis(1_500), exchange -> exchange.ok()
                                                .send(Answers.tokens(0, 40)))))
                        .only(Mode.STREAM),
                Fault.of(
                                "pooled connection closed",
                                "answers, then closes the connection that it kept open when it is used again",
                                "the second answer too, without the second provider",
                                Slot.openAi(mode -> RawUpstream.of(exchange -> {
                                    if (!exchange.isReused()) {
                                        exchange.answer();
                                    }
                                })),
                                anthropic(Answers.answer()))
                        .playing(fixture -> {
                            fixture.call().whole();
                            fixture.call().whole().asked(1, 0);
                        }),
                Fault.of(
                                "HTTP/1.0",
                                "a response of HTTP/1.0 that ends with the connection",
                                FIRST,
                                Slot.openAi(mode ->
                                        RawUpstream.of(exchange -> exchange.send("HTTP/1.0 200 OK\r\ncontent-type: "
                                                        + (exchange.streaming() ? Answers.EVENTS : Answers.JSON)
                                                        + "\r\n\r\n")
                                                .send(exchange.body()))),
                                anthropic(Answers.answer()))
                        .ending(run -> run.whole().asked(1, 0)),
                Fault.of(
                                "TLS handshake hangs",
                                "accepts the connection of an https address and sends nothing",
                                SECOND,
                                Slot.openAi(mode -> new PlainBehindTls(RawUpstream.silent())),
                                anthropic(Answers.answer()))
                        .waiting(),
                Fault.of(
                                "twenty callers at a rate limit",
                                "429 with `Retry-After: 1` for a second, then answers",
                                "every answer",
                                Slot.openAi(mode -> Upstream.scripted(server -> limited(server))),
                                anthropic(Answers.answer()))
                        .playing(fixture -> fixture.callers(20).forEach(Run::whole)),
                Fault.of(
                                "five callers at the rate limit of the only provider",
                                "429 with `Retry-After: 1` for a second, then answers; there is no second provider",
                                "every answer",
                                Slot.openAi(mode -> Upstream.scripted(server -> limited(server))))
                        .playing(fixture -> fixture.callers(5).forEach(Run::whole)),
                Fault.of(
                                "twenty callers at the only provider, which fails",
                                "500 to every request; there is no second provider",
                                "one error each within seconds, and at most 40 requests together",
                                Slot.openAi(
                                        mode -> Upstream.scripted(server -> server.always(ScriptedReply.status(500)))))
                        .playing(
                                fixture -> fixture.callers(20).forEach(run -> run.error("upstream_server", "overloaded")
                                        .within(Duration.ofSeconds(20))
                                        .askedAtMost(0, 40))));
    }

    /** Answers 429 for a second from the first call on. */
    private static void limited(ScriptedServer server) {
        AtomicReference<Duration> first = new AtomicReference<>();
        server.rule(request -> {
                    if (!request.method().equals("POST")) {
                        return null;
                    }
                    first.compareAndSet(null, request.at());
                    return request.at().minus(first.get()).compareTo(Duration.ofSeconds(1)) < 0
                            ? ScriptedReply.rateLimited(Duration.ofSeconds(1))
                            : null;
                })
                .always(Answers.answer());
    }

    private static ScriptedReply withCall(String text) {
        return ScriptedReply.chunks(Arrays.stream(text.split("(?= )"))
                        .map(StreamChunk.Text::new)
                        .toArray(StreamChunk[]::new))
                .withToolCall("call_1", "weather", "{\"city\":\"Bern\"}")
                .withUsage(Usage.of(12, 20));
    }
}
