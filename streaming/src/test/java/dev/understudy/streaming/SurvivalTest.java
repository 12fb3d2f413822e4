package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.streaming.seam.Anchor;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Random answers, interrupted at any chunk by any failure, of servers that would give one and the same answer. */
class SurvivalTest {

    private static final FailureKind[] KINDS = {
        FailureKind.CONNECT,
        FailureKind.TRUNCATED,
        FailureKind.TIMEOUT,
        FailureKind.SERVER,
        FailureKind.OVERLOADED,
        FailureKind.PROTOCOL,
        FailureKind.RATE_LIMITED
    };

    private enum Behaviour {
        FINE,
        FAILING,
        CUT,
        CUT_SILENTLY,
        SILENT
    }

    /** Circumstances of a case. */
    private enum Setting {
        ONE_THREAD,
        THREAD_OF_EACH_SERVER,
        /** Virtual time: servers are silent for a while or for good, and takeovers begin beside them. */
        HEDGED
    }

    /** One server: how it continues an answer, and how its next calls end. */
    private record Server(ScriptedProvider provider, boolean prefill, boolean echo, List<Behaviour> behaviours) {}

    private final Map<String, Integer> saved = new TreeMap<>();
    private int whole;
    private int partial;
    private int nothing;
    private int besides; // requests that began beside a silent one

    @Test
    void deliveredTextIsAPrefixAndWholeOnCompletion() {
        Cases.play("survival of text", random -> {
            String truth = Texts.any(random);
            play(random, List.of(new StreamChunk.Text(truth)), truth, ResponseFormat.text(), Setting.ONE_THREAD);
        });
        SuiteFigures.write(
                "survival of text, outcomes",
                "%d whole, %d partial, %d never begun; saved by %s%n".formatted(whole, partial, nothing, saved));
        if (System.getProperty("seed", "").isBlank()) {
            assertThat(whole).isPositive();
            assertThat(partial).isPositive();
            assertThat(saved).containsKeys("asking afresh", "PREFILL", "REPLAY", "RESTART");
            assertThat(saved.keySet()).isSubsetOf("asking afresh", "PREFILL", "REPLAY", "RESTART", "ANCHORED");
            if (whole + partial > 20_000) { // ANCHORED continues about one answer in a thousand
                assertThat(saved).containsKey("ANCHORED");
            }
        }
    }

    @Test
    void toolCallsAndReasoningAreDeliveredOnce() {
        Cases.play("survival of tool calls and reasoning", random -> {
            List<StreamChunk> truth = new ArrayList<>();
            if (random.nextBoolean()) {
                truth.add(new StreamChunk.Reasoning(Texts.any(random), null));
            }
            String text = random.nextInt(4) == 0 ? "" : Texts.any(random);
            if (!text.isEmpty()) {
                truth.add(new StreamChunk.Text(text));
            }
            int calls = random.nextInt(3) + (truth.isEmpty() ? 1 : 0);
            for (int i = 0; i < calls; i++) {
                truth.add(new StreamChunk.ToolCallDone(
                        i,
                        new dev.understudy.chat.ToolCall("call" + i, "tool" + random.nextInt(2), "{\"a\":" + i + "}")));
            }
            play(random, truth, text, ResponseFormat.text(), Setting.ONE_THREAD);
        });
    }

    @Test
    void structuredAnswersAreDeliveredCompleteOrNotAtAll() {
        Cases.play("survival of structured answers", 4, random -> {
            String truth = "{\"text\": \"" + Texts.prose(random, 10) + "\"}";
            RecordingSubscriber heard = play(
                    random, List.of(new StreamChunk.Text(truth)), truth, ResponseFormat.json(), Setting.ONE_THREAD);
            if (heard.answer.length() > 0) {
                assertThat(heard.answer.text()).isEqualTo(truth);
            }
        });
    }

    @Test
    void deliveredTextIsAPrefixWithAThreadForEachServer() {
        Cases.play("survival on many threads", 10, random -> {
            String truth = Texts.any(random);
            play(
                    random,
                    List.of(new StreamChunk.Text(truth)),
                    truth,
                    ResponseFormat.text(),
                    Setting.THREAD_OF_EACH_SERVER);
        });
    }

    @Test
    void hedgedTakeoversDeliverTextOnce() {
        Cases.play("survival with hedged takeovers", 5, random -> {
            VirtualTimeScheduler.getOrSet();
            try {
                String truth = Texts.any(random);
                play(random, List.of(new StreamChunk.Text(truth)), truth, ResponseFormat.text(), Setting.HEDGED);
            } finally {
                VirtualTimeScheduler.reset();
            }
        });
        SuiteFigures.write(
                "survival with hedged takeovers, outcomes",
                "%d whole, %d partial, %d never begun; %d requests beside others%n"
                        .formatted(whole, partial, nothing, besides));
        if (System.getProperty("seed", "").isBlank()) {
            assertThat(whole).isPositive();
            assertThat(besides).as("requests beside a silent one").isPositive();
        }
    }

    private RecordingSubscriber play(
            Random random, List<StreamChunk> truth, String text, ResponseFormat format, Setting setting)
            throws InterruptedException {
        boolean hedging = setting == Setting.HEDGED;
        boolean deterministic = random.nextBoolean();
        ChatRequest request = ChatRequest.of("m", "q").withFormat(format);
        request = deterministic ? request.withTemperature(0) : request;
        ResumePolicy policy = hedging ? policy(random).withHedging(hedging(random)) : policy(random);
        // Other answers differ by a letter that the right one must not have, or they would be continuations of its
        // beginning.
        boolean lies = !policy.strategies().contains(ResumePolicy.Strategy.RESTART)
                && random.nextInt(4) == 0
                && !text.contains("ß");
        RecordingSubscriber[] recording = new RecordingSubscriber[1];
        List<Server> servers = new ArrayList<>();
        int count = (hedging ? 2 : 1) + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            // Another answer is given only after the right one was delivered, so that the expected text is known.
            Supplier<String> heardBefore = () -> lies && random.nextBoolean() ? recording[0].answer.text() : "";
            servers.add(server("p" + i, random, truth, text, heardBefore, hedging));
        }
        UnderstudyBuilder understudy =
                Understudy.builder().retry(RetryPolicy.defaults().withRetries(0));
        servers.forEach(server -> understudy.provider(
                switch (setting) {
                    case ONE_THREAD -> server.provider;
                    case THREAD_OF_EACH_SERVER -> onItsOwnThread(server.provider);
                    case HEDGED -> pausing(server.provider, random, servers);
                }));
        boolean alone = count == 1 && setting == Setting.ONE_THREAD && random.nextBoolean();
        ChatProvider company = alone ? servers.get(0).provider : understudy.build();
        ChatProvider provider = ResumingProvider.over(company, policy);

        RecordingSubscriber heard = new RecordingSubscriber(
                random, random.nextInt(3) == 0, random.nextInt(5) == 0 ? random.nextInt(20) : -1, () -> live(servers));
        recording[0] = heard;
        provider.stream(request).subscribe(heard);
        if (hedging) {
            VirtualTimeScheduler.get().advanceTimeBy(Duration.ofHours(1));
        }
        assertThat(heard.over.await(10, TimeUnit.SECONDS)).as("it ends").isTrue();

        String shown = heard.answer.text();
        assertThat(text).as("what was shown is a beginning of the truth").startsWith(shown);
        assertThat(heard.ends).as("terminal signals").isEqualTo(heard.left ? 0 : 1);
        assertThat(heard.mostLive).as("live upstreams").isLessThanOrEqualTo(1);
        assertThat(live(servers)).as("left running").isZero();
        for (Server server : servers) {
            assertThat(server.provider.peakDemand())
                    .as("asked for ahead")
                    .isLessThanOrEqualTo(heard.asked == Long.MAX_VALUE ? Long.MAX_VALUE : 1);
        }
        assertThat(heard.chunks.stream()
                        .filter(chunk -> chunk instanceof StreamChunk.Switched switched && switched.atOffset() > 0)
                        .count())
                .as("takeovers behind text")
                .isLessThanOrEqualTo(policy.takeovers());
        assertThat(heard.chunks).noneMatch(StreamChunk.ToolCallPart.class::isInstance);
        if (!heard.left && heard.error == null) {
            whole++;
            assertThat(heard.answer.isFinished()).isTrue();
            assertThat(shown).isEqualTo(text);
            ChatResponse answer = heard.answer.response();
            assertThat(doneSince(heard))
                    .as("each tool call is told once")
                    .isEqualTo(answer.toolCalls().size());
            assertThat(answer.toolCalls()).hasSize((int) truth.stream()
                    .filter(StreamChunk.ToolCallDone.class::isInstance)
                    .count());
            check(servers, answer, heard);
        } else if (!heard.left) {
            assertThat(heard.error).isInstanceOf(ChatException.class);
            boolean told = heard.error instanceof ChatException.PartialAnswer;
            partial += told ? 1 : 0;
            nothing += told ? 0 : 1;
            assertThat(told).isEqualTo(!heard.answer.isEmpty());
            if (heard.error instanceof ChatException.PartialAnswer cut) {
                assertThat(cut.partial().text()).isEqualTo(shown);
                assertThat(cut.partial().toolCalls()).isEqualTo(heard.answer.toolCalls());
            }
        }
        return heard;
    }

    private static int doneSince(RecordingSubscriber heard) {
        int calls = 0;
        for (StreamChunk chunk : heard.chunks) {
            calls = chunk instanceof StreamChunk.Reset
                    ? 0
                    : calls + (chunk instanceof StreamChunk.ToolCallDone ? 1 : 0);
        }
        return calls;
    }

    /** Usage, trail and switches of an answer that came through. */
    private void check(List<Server> servers, ChatResponse answer, RecordingSubscriber heard) {
        List<StreamChunk.Switched> switches = heard.chunks.stream()
                .filter(StreamChunk.Switched.class::isInstance)
                .map(StreamChunk.Switched.class::cast)
                .toList();
        List<AttemptLog.Attempt> entries = answer.servedBy().attemptLog().attempts();
        if (!entries.isEmpty()) {
            assertThat(entries.get(entries.size() - 1).outcome()).isEqualTo(AttemptLog.Outcome.SERVED);
            assertThat(answer.usage()).isEqualTo(answer.servedBy().attemptLog().usage());
            long visible = entries.stream()
                    .filter(attempt -> attempt.outcome() == AttemptLog.Outcome.PARTIAL)
                    .count();
            assertThat(visible).isLessThanOrEqualTo(switches.size());
            assertThat(answer.usage().estimated())
                    .isEqualTo(entries.stream()
                            .anyMatch(attempt -> attempt.outcome() == AttemptLog.Outcome.PARTIAL
                                    || (attempt.outcome() == AttemptLog.Outcome.WASTED)));
        }
        if (!switches.isEmpty()) {
            saved.merge(way(servers, heard, switches.get(switches.size() - 1)), 1, Integer::sum);
            assertThat(switches.get(switches.size() - 1).to())
                    .isEqualTo(answer.servedBy().provider());
        }
    }

    /** Observed by the last question, for nobody tells which way a takeover was. */
    private static String way(List<Server> servers, RecordingSubscriber heard, StreamChunk.Switched last) {
        List<ChatRequest> asked = servers.stream()
                .filter(server -> server.provider.name().equals(last.to()))
                .findFirst()
                .orElseThrow()
                .provider
                .requests();
        int messages = asked.get(asked.size() - 1).messages().size();
        if (messages > 1) {
            return messages == 2 ? "PREFILL" : "ANCHORED";
        }
        int at = heard.chunks.indexOf(last);
        if (last.atOffset() == 0 && at == 0) {
            return "asking afresh";
        }
        return heard.chunks.get(at + 1) instanceof StreamChunk.Reset ? "RESTART" : "REPLAY";
    }

    private static ResumePolicy policy(Random random) {
        ResumePolicy policy =
                switch (random.nextInt(5)) {
                    case 0 -> ResumePolicy.exact();
                    case 1 -> ResumePolicy.anchored();
                    case 2 -> ResumePolicy.restarting();
                    case 3 -> ResumePolicy.of(ResumePolicy.Strategy.REPLAY);
                    default -> ResumePolicy.of(ResumePolicy.Strategy.PREFILL, ResumePolicy.Strategy.RESTART);
                };
        if (random.nextInt(4) == 0) {
            policy = policy.withBuffer(StreamBuffer.tokens(random.nextInt(8)));
        }
        ResumePolicy.Limits limits = ResumePolicy.Limits.defaults();
        return policy.withTakeovers(random.nextInt(4))
                .withLimits(new ResumePolicy.Limits(1 + random.nextInt(80), limits.anchor(), limits.search()));
    }

    private static ResumePolicy.Hedging hedging(Random random) {
        return ResumePolicy.Hedging.defaults()
                .withAtLeast(Duration.ofMillis(200 + random.nextInt(5_000)))
                .withMaxExtra(1);
    }

    private static Server server(
            String name, Random random, List<StreamChunk> truth, String text, Supplier<String> lieTo, boolean silent) {
        boolean prefill = random.nextBoolean();
        List<Behaviour> behaviours = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int draw = random.nextInt(8);
            Behaviour cut = silent && random.nextBoolean() ? Behaviour.SILENT : Behaviour.CUT;
            behaviours.add(
                    draw < 4
                            ? cut
                            : draw == 4 ? Behaviour.CUT_SILENTLY : draw == 5 ? Behaviour.FAILING : Behaviour.FINE);
        }
        ScriptedProvider provider = ScriptedProvider.named(name);
        provider.can(prefill ? Capabilities.assumed().withFeature(Feature.PREFILL) : Capabilities.assumed());
        Server server = new Server(provider, prefill, random.nextBoolean(), behaviours);
        provider.rule(asked -> cue(server, asked, random, truth, text, lieTo.get()));
        return server;
    }

    private static ScriptedAnswer cue(
            Server server, ChatRequest asked, Random random, List<StreamChunk> truth, String text, String lieTo) {
        List<StreamChunk> told = new ArrayList<>();
        List<Message> messages = asked.messages();
        Message last = messages.get(messages.size() - 1);
        if (!lieTo.isEmpty() && messages.size() != 2) {
            int at = random.nextInt(lieTo.length());
            String lie = lieTo.substring(0, at) + "ß" + lieTo.substring(at) + "ßßß";
            told.addAll(inPieces(new StreamChunk.Text(messages.size() == 1 ? lie : "ß".repeat(500)), random));
        } else if (messages.size() == 1) {
            truth.forEach(chunk -> told.addAll(inPieces(chunk, random)));
        } else if (last instanceof Message.Assistant prefix) {
            assertThat(server.prefill)
                    .as("prefill is asked only of those who can")
                    .isTrue();
            assertThat(text).startsWith(prefix.text());
            String rest = text.substring(prefix.text().length());
            told.addAll(inPieces(new StreamChunk.Text(server.echo ? prefix.text() + rest : rest), random));
            truth.stream()
                    .filter(StreamChunk.ToolCallDone.class::isInstance)
                    .forEach(call -> told.addAll(inPieces(call, random)));
        } else {
            String shown = ((Message.Assistant) messages.get(1)).text();
            String anchor = Anchor.of(shown, 40);
            String lead = random.nextInt(4) == 0 && anchor.length() >= 16 ? "Sure, going on:\n" : "";
            told.addAll(inPieces(new StreamChunk.Text(lead + anchor + text.substring(shown.length())), random));
            truth.stream()
                    .filter(StreamChunk.ToolCallDone.class::isInstance)
                    .forEach(call -> told.addAll(inPieces(call, random)));
        }
        told.add(new StreamChunk.Finish(
                FinishReason.STOP,
                Usage.of(10, 5),
                VendorMetadata.none(),
                ServedBy.by(server.provider.name(), asked.model())));
        ScriptedAnswer scriptedAnswer = ScriptedAnswer.chunks(told.toArray(StreamChunk[]::new));
        Behaviour behaviour = server.behaviours.isEmpty() ? Behaviour.FINE : server.behaviours.remove(0);
        int after = random.nextInt(told.size());
        FailureKind kind = KINDS[random.nextInt(KINDS.length)];
        Failure failure = kind == FailureKind.TIMEOUT
                ? Failure.timeout(Failure.Phase.IDLE, Duration.ofSeconds(20))
                : Failure.of(kind, "scripted");
        return switch (behaviour) {
            case FINE -> scriptedAnswer;
            case FAILING -> ScriptedAnswer.fail(failure);
            case CUT -> scriptedAnswer.failAfter(after, failure);
            case CUT_SILENTLY -> scriptedAnswer.cutAfter(after);
            case SILENT -> scriptedAnswer.hangAfter(after);
        };
    }

    private static List<StreamChunk> inPieces(StreamChunk chunk, Random random) {
        if (chunk instanceof StreamChunk.Text words) {
            return Texts.pieces(words.text(), random).stream()
                    .<StreamChunk>map(StreamChunk.Text::new)
                    .toList();
        }
        if (chunk instanceof StreamChunk.Reasoning thought) {
            return Texts.pieces(thought.thought(), random).stream()
                    .<StreamChunk>map(piece -> new StreamChunk.Reasoning(piece, null))
                    .toList();
        }
        StreamChunk.ToolCallDone done = (StreamChunk.ToolCallDone) chunk;
        List<StreamChunk> parts = new ArrayList<>();
        for (String piece : Texts.pieces(done.call().arguments(), random)) {
            parts.add(new StreamChunk.ToolCallPart(
                    done.index(), done.call().id(), done.call().name(), piece));
        }
        parts.add(done);
        return parts;
    }

    private static ChatProvider onItsOwnThread(ChatProvider provider) {
        return new ForwardingChatProvider(provider) {
            @Override
            public Flux<StreamChunk> stream(ChatRequest request) {
                return delegate().stream(request).publishOn(Schedulers.parallel(), 1);
            }
        };
    }

    /** A provider that pauses before one chunk in twenty. */
    private ChatProvider pausing(ChatProvider provider, Random random, List<Server> servers) {
        return new ForwardingChatProvider(provider) {
            @Override
            public Flux<StreamChunk> stream(ChatRequest request) {
                return delegate().stream(request)
                        .doOnSubscribe(subscription -> besides += live(servers) > 1 ? 1 : 0)
                        .concatMap(
                                chunk -> {
                                    int longest = random.nextInt(20) == 0 ? 25_000 : 100;
                                    return Mono.delay(Duration.ofMillis(random.nextInt(longest)))
                                            .thenReturn(chunk);
                                },
                                1);
            }
        };
    }

    private static int live(List<Server> servers) {
        return servers.stream().mapToInt(server -> server.provider.live()).sum();
    }
}
