package dev.understudy.gateway.reliability;

import static dev.understudy.testing.ScriptedReply.FaultPoint.bytes;
import static dev.understudy.testing.ScriptedReply.FaultPoint.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Usage;
import dev.understudy.testing.ScriptedReply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Interruptions that another provider has to continue, and continuations that differ. */
final class TakeoverFaults {

    private static final String ANSWER = "the answer, without a gap or a repeat";
    private static final String HONEST = "a beginning of the answer, then one error";

    private TakeoverFaults() {}

    static Stream<Fault> all() {
        return Stream.of(continued(), differing(), silent()).flatMap(faults -> faults);
    }

    private static Slot openAi(ScriptedReply always) {
        return Slot.openAi(mode -> Upstream.scripted(server -> server.always(always)));
    }

    private static Slot anthropic(ScriptedReply always) {
        return Slot.anthropic(mode -> Upstream.scripted(server -> server.always(always)));
    }

    /** The answer at a pace at which its beginning is delivered before the fault. */
    private static ScriptedReply paced() {
        return Answers.answer().between(Duration.ofMillis(5));
    }

    private static Stream<Fault> continued() {
        String wide = String.join("", Answers.WIDE);
        ScriptedReply wideAnswer = ScriptedReply.tokens(Answers.WIDE).withUsage(Usage.of(12, 10));
        return Stream.of(
                Fault.of(
                        "the other dialect first",
                        "FIN after 40 tokens from a first provider of Anthropic's API",
                        ANSWER,
                        anthropic(paced().cut(tokens(40))),
                        openAi(Answers.answer())),
                Fault.of(
                                "reset in the middle",
                                "RST after 40 tokens",
                                ANSWER,
                                openAi(paced().resetConnection(tokens(40))),
                                anthropic(Answers.answer()))
                        .only(Mode.STREAM),
                Fault.of(
                                "cut inside a character",
                                "FIN inside the bytes of a character of three or four bytes",
                                "the answer, with every character whole",
                                Slot.openAi(mode -> RawUpstream.of(TakeoverFaults::cutInsideCharacter)),
                                anthropic(wideAnswer))
                        .only(Mode.STREAM)
                        .ending(run -> run.whole(wide)),
                Fault.of(
                                "three providers die in turn",
                                "FIN after 20, 40 and 50 tokens from three providers",
                                HONEST + ", or the answer",
                                openAi(paced().cut(tokens(20))),
                                anthropic(Answers.answer().cut(tokens(40))),
                                openAi(Answers.answer().cut(tokens(50))).withModel("gpt-5.4"))
                        .only(Mode.STREAM)
                        .ending(Run::wholeOrHonest),
                Fault.of(
                        "two providers die in turn",
                        "FIN after 20 and after 40 tokens; a third provider answers",
                        ANSWER,
                        openAi(paced().cut(tokens(20))),
                        anthropic(Answers.answer().cut(tokens(40))),
                        openAi(Answers.answer()).withModel("gpt-5.4")),
                Fault.of(
                        "the only provider is cut once",
                        "FIN after 40 tokens, then answers; there is no second provider",
                        ANSWER,
                        Slot.openAi(mode -> Upstream.scripted(
                                server -> server.then(paced().cut(tokens(40))).always(Answers.answer())))),
                Fault.of(
                        "the fallback is down during the takeover",
                        "FIN after 40 tokens; the second provider answers 503, the third answers",
                        ANSWER,
                        openAi(paced().cut(tokens(40))),
                        anthropic(ScriptedReply.status(503)),
                        openAi(Answers.answer()).withModel("gpt-5.4")),
                Fault.of(
                                "cut in the middle of an event",
                                "FIN in the middle of the line of an event",
                                ANSWER,
                                openAi(paced().cut(bytes(5_003))),
                                anthropic(Answers.answer()))
                        .only(Mode.STREAM));
    }

    private static void cutInsideCharacter(RawUpstream.Exchange exchange) throws java.io.IOException {
        exchange.ok().send(Answers.texts(Arrays.copyOf(Answers.WIDE, 5)));
        byte[] next = Answers.text(Answers.WIDE[5]).getBytes(StandardCharsets.UTF_8);
        int character = new String(next, StandardCharsets.ISO_8859_1)
                .indexOf(new String(Answers.WIDE[5].getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
        exchange.send(Arrays.copyOf(next, character + 2));
    }

    private static Stream<Fault> differing() {
        List<String> polite = new ArrayList<>(List.of("Sure,", " here", " it", " is", " again:", " "));
        polite.addAll(Arrays.asList(Answers.TOKENS));
        String[] diverging = Answers.TOKENS.clone();
        for (int i = 20; i < diverging.length; i++) {
            diverging[i] = " other" + (i + 1);
        }
        return Stream.of(
                differing("the fallback gives another answer", "another answer", ScriptedReply.tokens(Answers.OTHER)),
                differing(
                        "the fallback diverges after 20 tokens",
                        "an answer that is equal up to its 20th token",
                        ScriptedReply.tokens(diverging)),
                differing(
                        "the fallback begins with a preamble",
                        "a preamble, then the answer from its beginning",
                        ScriptedReply.tokens(polite.toArray(String[]::new))),
                differing(
                        "the fallback continues without an overlap",
                        "only the tokens that were missing",
                        ScriptedReply.tokens(Arrays.copyOfRange(Answers.TOKENS, 40, 60))),
                differing(
                        "the fallback gives a shorter answer",
                        "the first 30 tokens, as a complete answer",
                        ScriptedReply.tokens(Arrays.copyOf(Answers.TOKENS, 30))),
                differing("the fallback gives an empty answer", "an empty answer", ScriptedReply.empty()));
    }

    private static Fault differing(String name, String upstream, ScriptedReply fallback) {
        return Fault.of(
                        name,
                        "FIN after 40 tokens; the second provider gives " + upstream,
                        HONEST,
                        openAi(paced().cut(tokens(40))),
                        anthropic(fallback))
                .only(Mode.STREAM)
                .ending(run -> {
                    run.honest();
                    // all complete words of the forty tokens; the last one may be incomplete
                    assertThat(run.outcome().text()).contains("word39");
                });
    }

    private static Stream<Fault> silent() {
        return Stream.of(
                Fault.of(
                                "pings only",
                                "headers, then a comment each second and no content",
                                "the answer of the second provider",
                                Slot.openAi(mode -> RawUpstream.of(exchange -> {
                                    exchange.head("200 OK", "content-type: " + Answers.EVENTS);
                                    for (int i = 0; i < 600; i++) {
                                        exchange.send(": ping\n\n").rest(Duration.ofSeconds(1));
                                    }
                                })),
                                anthropic(Answers.answer()))
                        .only(Mode.STREAM)
                        .ending(run -> run.whole().within(Duration.ofSeconds(130)))
                        .waiting(),
                Fault.of(
                                "pings only in the middle",
                                "20 tokens, then a comment each second and no content",
                                ANSWER,
                                Slot.openAi(mode -> RawUpstream.of(exchange -> {
                                    exchange.ok().send(Answers.tokens(0, 20));
                                    for (int i = 0; i < 600; i++) {
                                        exchange.send(": ping\n\n").rest(Duration.ofSeconds(1));
                                    }
                                })),
                                anthropic(Answers.answer()))
                        .only(Mode.STREAM)
                        .ending(run -> run.whole().within(Duration.ofSeconds(130)))
                        .waiting(),
                Fault.of(
                                "silence of the other dialect",
                                "20 tokens from a first provider of Anthropic's API, then silence",
                                ANSWER,
                                anthropic(Answers.answer().stall(tokens(20))),
                                openAi(Answers.answer()))
                        .ending(run -> run.whole().within(Duration.ofSeconds(130)))
                        .withFirstModel("claude-opus-4-6")
                        .waiting(),
                Fault.of(
                                "one token each two seconds",
                                "an answer of 20 tokens with 2 s between them",
                                "the answer of the first provider",
                                openAi(ScriptedReply.tokens(Arrays.copyOf(Answers.TOKENS, 20))
                                        .between(Duration.ofSeconds(2))),
                                anthropic(ScriptedReply.tokens(Answers.OTHER)))
                        .only(Mode.STREAM)
                        .ending(run -> run.whole(String.join("", Arrays.copyOf(Answers.TOKENS, 20))))
                        .waiting());
    }
}
