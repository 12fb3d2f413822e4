package dev.understudy.gateway.reliability;

import static dev.understudy.testing.ScriptedReply.FaultPoint.nothing;
import static dev.understudy.testing.ScriptedReply.FaultPoint.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Usage;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Faults that every client of a model meets: limits, overload, silence, interruptions. */
final class CommonFaults {

    private static final Duration OUTAGE = Duration.ofSeconds(60);

    /** Calls, one each three seconds, until half a minute after the outage. */
    private static final int CALLS = 33;

    private CommonFaults() {}

    static Stream<Fault> all() {
        return Stream.concat(refusals(), interruptions());
    }

    /** A first provider with this script, and a second one that answers. */
    static Fault backed(String name, String upstream, String caller, Consumer<ScriptedServer> script) {
        return Fault.of(
                name,
                upstream,
                caller,
                Slot.openAi(mode -> Upstream.scripted(script)),
                Slot.anthropic(mode -> Upstream.scripted(Answers.sound())));
    }

    private static Stream<Fault> refusals() {
        return Stream.of(
                backed(
                                "429 with Retry-After, once",
                                "429 with `Retry-After: 2`, then answers",
                                "the answer; the provider is not asked again before 2 s",
                                server -> server.then(ScriptedReply.rateLimited(Duration.ofSeconds(2)))
                                        .always(Answers.answer()))
                        .ending(run -> run.whole().notSoonerThan(Duration.ofSeconds(2))),
                backed(
                        "429 always",
                        "429 without a time",
                        "the answer of the second provider",
                        server -> server.always(ScriptedReply.status(429))),
                backed("500 once", "500, then answers", "the answer", server -> server.then(ScriptedReply.status(500))
                        .always(Answers.answer())),
                backed(
                        "503 always",
                        "503",
                        "the answer of the second provider",
                        server -> server.always(ScriptedReply.status(503))),
                backed(
                        "reset before the headers, once",
                        "RST instead of a response, then answers",
                        "the answer",
                        server -> server.then(Answers.answer().reset(nothing())).always(Answers.answer())),
                backed(
                                "context overflow",
                                "400 `context_length_exceeded`",
                                "the answer of the second provider, after one call of the first",
                                server -> server.always(overflow()))
                        .ending(run -> run.whole().asked(0, 1).asked(1, 1)),
                backed(
                                "policy refusal",
                                "400 `content_policy_violation`",
                                "one error `content_policy_violation`; nobody else is asked",
                                server -> server.always(ScriptedReply.error(
                                        400, "invalid_request_error", "content_policy_violation", "Refused by policy")))
                        .ending(run -> run.error("content_policy_violation")
                                .asked(0, 1)
                                .asked(1, 0)),
                backed(
                                "model and usage of the fallback",
                                "503; the second provider answers",
                                "model `claude-sonnet-5` and the usage that it reported",
                                server -> server.always(ScriptedReply.status(503)))
                        .ending(run -> {
                            run.whole().usage(12, 60);
                            assertThat(run.outcome().model()).isEqualTo("claude-sonnet-5");
                        }),
                outage());
    }

    static ScriptedReply overflow() {
        return ScriptedReply.error(
                400,
                "invalid_request_error",
                "context_length_exceeded",
                "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.");
    }

    private static Stream<Fault> interruptions() {
        return Stream.of(
                backed(
                                "silence for 120 s",
                                "nothing for 120 s, then answers",
                                "the answer",
                                server -> server.always(Answers.answer().beforeHeaders(Duration.ofSeconds(120))))
                        .waiting(),
                backed(
                                "first token after 20 s",
                                "headers at once, the first token after 20 s",
                                "the answer",
                                server -> server.always(Answers.answer().beforeFirst(Duration.ofSeconds(20))))
                        .ending(run -> run.whole().within(Duration.ofSeconds(60)))
                        .waiting(),
                backed(
                        "cut after 40 of 60 tokens",
                        "FIN after 40 tokens",
                        "the answer, without a gap or a repeat",
                        server -> server.always(Answers.answer().cut(tokens(40)))),
                Fault.of(
                                "30 s of silence after 20 tokens",
                                "20 tokens, 30 s of silence, 40 tokens",
                                "the answer",
                                Slot.openAi(mode -> RawUpstream.of(exchange -> exchange.ok()
                                        .send(Answers.tokens(0, 20))
                                        .rest(Duration.ofSeconds(30))
                                        .send(Answers.events()
                                                .subList(20, Answers.events().size())))),
                                Slot.anthropic(mode -> Upstream.scripted(Answers.sound())))
                        .only(Mode.STREAM)
                        .ending(run -> run.whole().within(Duration.ofSeconds(60)))
                        .waiting(),
                backed(
                                "tenth event is not JSON",
                                "nine tokens, then an event that is no JSON",
                                "the answer",
                                server -> server.always(Answers.answer().garble(tokens(9))))
                        .only(Mode.STREAM),
                backed(
                                "no `[DONE]`",
                                "all tokens and the finish reason, then FIN",
                                "the answer, after one call",
                                server -> server.always(Answers.answer().withoutTerminal()))
                        .ending(run -> run.whole().asked(0, 1).asked(1, 0))
                        .only(Mode.STREAM),
                Fault.of(
                        "cut, and the fallback refuses prefill",
                        "FIN after 40 tokens; the second provider answers 400 to a trailing assistant message",
                        "the answer",
                        Slot.openAi(mode -> Upstream.scripted(
                                server -> server.always(Answers.answer().cut(tokens(40))))),
                        Slot.anthropic(mode -> Upstream.scripted(
                                server -> server.rule(request -> request.text().contains("\"role\":\"assistant\"")
                                                ? ScriptedReply.error(
                                                        400,
                                                        "invalid_request_error",
                                                        "This model does not support assistant message prefill.")
                                                : null)
                                        .always(Answers.answer())))));
    }

    /** The first provider fails for a minute from its third call on. */
    private static Fault outage() {
        return backed(
                        "primary down for 60 s",
                        "503 for 60 s while a call comes every 3 s",
                        "every answer; the first provider is used again within 30 s after the outage",
                        server -> {
                            AtomicReference<Duration> begin = new AtomicReference<>();
                            server.rule(request -> {
                                        if (request.number() == 3) {
                                            begin.set(request.at());
                                        }
                                        Duration down = begin.get();
                                        return down != null
                                                        && request.at()
                                                                        .minus(down)
                                                                        .compareTo(OUTAGE)
                                                                < 0
                                                ? ScriptedReply.status(503)
                                                : null;
                                    })
                                    .always(ScriptedReply.tokens(Answers.TOKENS).withUsage(Usage.of(12, 60)));
                        })
                .playing(CommonFaults::callDuringOutage)
                .waiting();
    }

    private static void callDuringOutage(Fixture fixture) throws InterruptedException {
        long start = System.nanoTime();
        List<Boolean> first = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            int before = fixture.upstream(1).calls().size();
            fixture.call().whole();
            first.add(fixture.upstream(1).calls().size() == before);
            long next = start + Duration.ofSeconds(3).toNanos() * (i + 1);
            Thread.sleep(Math.max(0, (next - System.nanoTime()) / 1_000_000));
        }
        assertThat(first.subList(20, CALLS))
                .as("answered by the first provider after the outage: %s", first)
                .contains(true);
        assertThat(first.get(CALLS - 1)).isTrue();
    }
}
