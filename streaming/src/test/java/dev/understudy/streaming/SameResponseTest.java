package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.CallContext;
import dev.understudy.Understudy;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Answers that the vendor keeps, over sockets: what was cut is told to its end by the one that began it. */
class SameResponseTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final ChatRequest ASKED = ChatRequest.of("m", "Tell me a story");
    private static final String[] TOKENS = {
        "Once", " upon", " a ti", "me there", " was a \u8336", "\u9928 that", " drank", " \uD83C\uDF75", " all", " day."
    };
    private static final String TRUTH = String.join("", TOKENS);
    private static final ScriptedReply WHOLE = ScriptedReply.tokens(TOKENS).withUsage(Usage.of(7, 23));

    private enum Fault {
        FIN,
        RST,
        STALL,
        GARBLED,
        NO_FINISH;

        ScriptedReply in(ScriptedReply whole, ScriptedReply.FaultPoint faultPoint) {
            return switch (this) {
                case FIN -> whole.cut(faultPoint);
                case RST -> whole.reset(faultPoint);
                case STALL -> whole.stall(faultPoint);
                case GARBLED -> whole.garble(faultPoint);
                case NO_FINISH -> whole.withoutFinish();
            };
        }
    }

    private final ScriptedServer one = ScriptedServer.start();
    private final ScriptedServer two = ScriptedServer.start();
    private final ChatProvider kept = Providers.openAiBackground(Endpoint.of("kept", one.url(), "key-one", "key-two"));
    private final ChatProvider other = Providers.openAiCompatible(
            Endpoint.of("other", two.url(), "key-three")
                    .withModel("m", Capabilities.assumed().withFeature(Feature.PREFILL)),
            OpenAiCompatibility.defaults());
    private final List<Event> events = new ArrayList<>();

    @AfterEach
    void close() {
        kept.close();
        other.close();
        one.close();
        two.close();
    }

    /** One that has not yet learned that its first provider is not well. */
    private Understudy understudy() {
        return Understudy.builder()
                .retry(RetryPolicy.defaults().withRetries(0))
                .timeouts(TimeoutPolicy.defaults().withIdle(Duration.ofSeconds(1)))
                .listener(events::add)
                .provider(kept)
                .provider(other)
                .build();
    }

    private List<StreamChunk> play(ChatProvider provider, ChatRequest request) {
        return ResumingProvider.over(provider).stream(request).collectList().block(LONG);
    }

    private List<StreamChunk> play() {
        return play(understudy(), ASKED);
    }

    private static ChatResponse answer(List<StreamChunk> chunks) {
        return ChatResponseAggregator.collect(Flux.fromIterable(chunks)).block();
    }

    private List<RecordedRequest> again() {
        return one.requests().stream()
                .filter(asked -> asked.method().equals("GET"))
                .toList();
    }

    private static boolean isGet(RecordedRequest asked) {
        return asked.method().equals("GET");
    }

    @ParameterizedTest
    @EnumSource
    void theVendorGoesOnItselfWhereverItIsCut(Fault fault) {
        for (int tokens = 1; tokens <= TOKENS.length; tokens += fault == Fault.STALL ? 4 : 1) {
            int before = again().size();
            one.then(fault.in(WHOLE, ScriptedReply.FaultPoint.tokens(tokens)));
            List<StreamChunk> chunks = play();
            assertThat(ResumingProviderTest.text(chunks))
                    .as("cut after %d tokens", tokens)
                    .isEqualTo(TRUTH);
            assertThat(again()).hasSizeGreaterThan(before);
            assertThat(answer(chunks).usage()).isEqualTo(Usage.of(7, 23));
            assertThat(chunks).noneMatch(StreamChunk.Resumable.class::isInstance);
        }
        assertThat(two.calls()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsLostOrDoubledAtAnyByte(boolean behindADoor) {
        int saved = 0;
        for (int bytes = 40; bytes < 4_000; bytes += 61) {
            one.then(
                    bytes % 2 == 0
                            ? WHOLE.cut(ScriptedReply.FaultPoint.bytes(bytes))
                            : WHOLE.reset(ScriptedReply.FaultPoint.bytes(bytes)));
            ChatProvider alone = behindADoor
                    ? Understudy.builder()
                            .retry(RetryPolicy.defaults().withRetries(0))
                            .provider(kept)
                            .build()
                    : kept;
            List<StreamChunk> chunks = new ArrayList<>();
            Throwable end = ResumingProvider.over(alone).stream(ASKED)
                    .doOnNext(chunks::add)
                    .then()
                    .materialize()
                    .block(LONG)
                    .getThrowable();
            // Before the first content nobody resumes streams: that is the understudy's matter, and here it may not
            // retry.
            assertThat(ResumingProviderTest.text(chunks))
                    .as("cut after %d bytes: %s", bytes, end)
                    .isEqualTo(end == null ? TRUTH : "");
            saved += end == null && !again().isEmpty() ? 1 : 0;
        }
        assertThat(saved).isGreaterThan(30);
        assertThat(one.calls()).hasSize(65);
    }

    @Test
    void onlyWhatIsMissingIsAskedForAndWithTheKeyThatBeganIt() {
        one.then(WHOLE.reset(ScriptedReply.FaultPoint.tokens(4)));
        List<StreamChunk> chunks = play();
        RecordedRequest begun = one.calls().get(0);
        assertThat(begun.text()).contains("\"background\":true", "\"store\":true", "\"stream\":true");
        RecordedRequest again = again().get(0);
        assertThat(again.path()).startsWith("/v1/responses/resp_stage");
        assertThat(again.query("stream")).isEqualTo("true");
        // created, in_progress, item added, part added, and four tokens: numbers 0 to 7
        assertThat(again.query("starting_after")).isEqualTo("7");
        assertThat(again.key()).isEqualTo(begun.key());
        assertThat(chunks).contains(new StreamChunk.Switched("kept", "kept", FailureKind.TRUNCATED, 16));
        assertThat(ResumingProviderTest.text(chunks.subList(0, 3))).isEqualTo("Once upon a time");
    }

    @Test
    void storedAnswerIsBilledOnceAndLoggedTwice() {
        one.then(WHOLE.cut(ScriptedReply.FaultPoint.tokens(3)));
        ChatResponse answer = answer(play());
        AttemptLog attemptLog = answer.servedBy().attemptLog();
        assertThat(attemptLog.attempts())
                .extracting(AttemptLog.Attempt::outcome)
                .containsExactly(AttemptLog.Outcome.PARTIAL, AttemptLog.Outcome.SKIPPED, AttemptLog.Outcome.SERVED);
        assertThat(attemptLog.attempts().get(0).usage()).isEqualTo(Usage.none());
        assertThat(answer.usage()).isEqualTo(Usage.of(7, 23));
        assertThat(answer.servedBy().fallback()).isFalse();
    }

    @Test
    void aToolCallThatIsCutAnywhereComesWholeAndOnce() {
        ScriptedReply calls = ScriptedReply.chunks(
                new StreamChunk.Text("Let me"),
                new StreamChunk.Text(" look."),
                new StreamChunk.ToolCallDone(0, new ToolCall("call_1", "weather", "{\"city\":\"Ulm\",\"days\":3}")),
                new StreamChunk.Text(" And"),
                new StreamChunk.Text(" there."),
                new StreamChunk.ToolCallDone(1, new ToolCall("call_2", "weather", "{\"city\":\"Bonn\"}")));
        for (int events = 5; events < 30; events++) {
            one.then(calls.cut(ScriptedReply.FaultPoint.events(events)));
            List<StreamChunk> chunks = play();
            ChatResponse answer = answer(chunks);
            assertThat(answer.text()).as("cut after %d events", events).isEqualTo("Let me look. And there.");
            assertThat(answer.toolCalls())
                    .extracting(call -> call.withVendorData(null))
                    .containsExactly(
                            new ToolCall("call_1", "weather", "{\"city\":\"Ulm\",\"days\":3}"),
                            new ToolCall("call_2", "weather", "{\"city\":\"Bonn\"}"));
            assertThat(chunks.stream().filter(StreamChunk.ToolCallDone.class::isInstance))
                    .hasSize(2);
            assertThat(answer.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        }
        assertThat(two.calls()).isEmpty();
    }

    @Test
    void reasoningThatIsCutAnywhereGoesOnToo() {
        ReasoningBlock.Signature reasoningSignature = new ReasoningBlock.Signature("sealed", true, "openai-responses");
        ScriptedReply thinks = ScriptedReply.chunks(
                new StreamChunk.Reasoning("First", null),
                new StreamChunk.Reasoning(" this.", null),
                new StreamChunk.Reasoning("", reasoningSignature),
                new StreamChunk.Text("It is"),
                new StreamChunk.Text(" so,"),
                new StreamChunk.Reasoning("Then", null),
                new StreamChunk.Reasoning(" that.", null),
                new StreamChunk.Text(" and not"),
                new StreamChunk.Text(" otherwise."));
        for (int events = 5; events < 22; events++) {
            one.then(thinks.reset(ScriptedReply.FaultPoint.events(events)));
            ChatResponse answer = answer(play());
            assertThat(answer.text()).as("cut after %d events", events).isEqualTo("It is so, and not otherwise.");
            assertThat(answer.reasoningBlocks())
                    .extracting(block -> block.withVendorData(null))
                    .as("cut after %d events", events)
                    .containsExactly(
                            new ReasoningBlock("First this.", reasoningSignature), ReasoningBlock.of("Then that."));
        }
        assertThat(two.calls()).isEmpty();
    }

    @Test
    void aRefusalThatComesBehindTheCutIsTheSameAnswersRefusal() {
        ScriptedReply refuses = ScriptedReply.chunks(
                new StreamChunk.Reasoning("May I", null),
                new StreamChunk.Reasoning(" say this?", null),
                new StreamChunk.Refusal("I cannot"),
                new StreamChunk.Refusal(" say."));
        for (int events = 5; events < 8; events++) {
            one.then(refuses.reset(ScriptedReply.FaultPoint.events(events)));
            ChatResponse answer = answer(play());
            assertThat(answer.refusal()).as("cut after %d events", events).isEqualTo("I cannot say.");
            assertThat(answer.text()).isEmpty();
        }
        assertThat(two.calls()).isEmpty();
    }

    @Test
    void aConnectionThatIsLostAgainAndAgainIsTakenUpAgainAndAgain() {
        AtomicInteger times = new AtomicInteger();
        one.rule(asked ->
                isGet(asked) && times.incrementAndGet() < 6 ? WHOLE.cut(ScriptedReply.FaultPoint.tokens(1)) : null);
        one.then(WHOLE.cut(ScriptedReply.FaultPoint.tokens(2)));
        List<StreamChunk> chunks = ResumingProvider.over(
                        understudy(), ResumePolicy.exact().withTakeovers(0))
                .stream(ASKED)
                .collectList()
                .block(LONG);
        assertThat(ResumingProviderTest.text(chunks)).isEqualTo(TRUTH);
        assertThat(again()).hasSizeGreaterThan(3);
        assertThat(one.calls()).hasSize(1);
        assertThat(answer(chunks).usage()).isEqualTo(Usage.of(7, 23));
    }

    @Test
    void resumptionWithoutNewContentLeadsToTheNextStrategy() {
        one.rule(asked -> isGet(asked) ? WHOLE.withPings(1).cut(ScriptedReply.FaultPoint.events(1)) : null);
        one.then(WHOLE.cut(ScriptedReply.FaultPoint.tokens(2)));
        two.then(ScriptedReply.text(" a time."));
        assertThat(ResumingProviderTest.text(play())).isEqualTo("Once upon a time.");
        assertThat(two.calls()).hasSize(1);
    }

    @Test
    void missingStoredAnswerLeadsToTheNextStrategy() {
        one.rule(asked -> isGet(asked) ? ScriptedReply.status(404) : null);
        one.then(WHOLE.cut(ScriptedReply.FaultPoint.tokens(2)), WHOLE);
        two.then(ScriptedReply.text(" a time."));
        Understudy understudy = understudy();
        List<StreamChunk> chunks = play(understudy, ASKED);
        assertThat(ResumingProviderTest.text(chunks)).isEqualTo("Once upon a time.");
        assertThat(events).anySatisfy(event -> assertThat(event)
                .isInstanceOfSatisfying(Event.TakeoverFailed.class, failed -> assertThat(failed.strategy())
                        .isEqualTo("same_response")));
        assertThat(ResumingProviderTest.text(play(understudy, ASKED))).isEqualTo(TRUTH);
        assertThat(one.calls()).as("the model is not left alone for it").hasSize(2);
    }

    @Test
    void withoutOtherWaysTheFirstErrorIsReported() {
        one.rule(asked -> isGet(asked) ? ScriptedReply.status(404) : null);
        one.then(WHOLE.reset(ScriptedReply.FaultPoint.tokens(2)));
        two.always(ScriptedReply.status(500));
        one.always(ScriptedReply.status(500));
        StepVerifier.create(ResumingProvider.over(understudy()).stream(ASKED).thenMany(Flux.empty()))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(ChatException.PartialAnswer.class, partial -> {
                            assertThat(partial.failure().kind()).isEqualTo(FailureKind.TRUNCATED);
                            assertThat(partial.partial().text()).isEqualTo("Once");
                            assertThat(partial.getSuppressed()).hasSize(3);
                        }))
                .verify(LONG);
    }

    @Test
    void anAnswerThatFailedAtTheVendorIsNotAskedForAgain() {
        one.then(WHOLE.fail(ScriptedReply.FaultPoint.tokens(2), "server_error", "The model had an error."));
        two.then(ScriptedReply.text(" a time."));
        assertThat(ResumingProviderTest.text(play())).isEqualTo("Once upon a time.");
        assertThat(again()).isEmpty();
    }

    @Test
    void theDeadlineHoldsWhileItIsAskedForAgain() {
        one.rule(asked -> isGet(asked) ? WHOLE.stall(ScriptedReply.FaultPoint.nothing()) : null);
        one.then(WHOLE.reset(ScriptedReply.FaultPoint.tokens(2)));
        Understudy patient = Understudy.builder()
                .provider(kept)
                .retry(RetryPolicy.defaults().withRetries(0))
                .build();
        one.then(WHOLE.reset(ScriptedReply.FaultPoint.tokens(2)));
        StepVerifier.create(ResumingProvider.over(patient).stream(ASKED)
                        .contextWrite(CallContext.deadline(Duration.ofSeconds(2))))
                .thenConsumeWhile(chunk -> true)
                .expectError(ChatException.PartialAnswer.class)
                .verify(LONG);
    }

    @Test
    void cancelWhileReconnectingClosesTheConnection() {
        one.rule(asked -> isGet(asked) ? WHOLE.stall(ScriptedReply.FaultPoint.tokens(1)) : null);
        one.then(WHOLE.reset(ScriptedReply.FaultPoint.tokens(2)));
        StepVerifier.create(ResumingProvider.over(kept).stream(ASKED).map(StreamChunk::text), 3)
                .expectNext("Once")
                .expectNext("")
                .expectNext(" upon a")
                .thenCancel()
                .verify(LONG);
        RecordedRequest again = one.arrivals().filter(SameResponseTest::isGet).blockFirst(LONG);
        assertThat(again.ended().block(LONG).ending()).isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
        assertThat(one.requests()).hasSize(2);
    }

    @Test
    void anAnswerInJsonThatNobodyHasSeenYetIsStillTheSameAnswer() {
        ScriptedReply json = ScriptedReply.tokens("{\"a\":", "[1,2,", "3]}");
        one.then(json.cut(ScriptedReply.FaultPoint.tokens(2)));
        List<StreamChunk> chunks = play(understudy(), ASKED.withFormat(ResponseFormat.json()));
        assertThat(ResumingProviderTest.text(chunks)).isEqualTo("{\"a\":[1,2,3]}");
        assertThat(one.calls()).hasSize(1);
        assertThat(again()).hasSize(1);
    }

    @Test
    void aRequestCanDoWithout() {
        one.then(WHOLE.cut(ScriptedReply.FaultPoint.tokens(2)));
        two.then(ScriptedReply.text(" a time."));
        ChatRequest plain = ASKED.withExtra("openai-responses", "background", false);
        assertThat(ResumingProviderTest.text(play(understudy(), plain))).isEqualTo("Once upon a time.");
        assertThat(again()).isEmpty();
    }

    @Test
    void ofTwoThatKeepAnswersTheOneThatBeganItIsAsked() {
        try (ScriptedServer three = ScriptedServer.start();
                ChatProvider first = Providers.openAiBackground(Endpoint.of("first", three.url(), "key-four"))) {
            three.always(ScriptedReply.status(500));
            one.then(WHOLE.cut(ScriptedReply.FaultPoint.tokens(2)));
            Understudy understudy = Understudy.builder()
                    .retry(RetryPolicy.defaults().withRetries(0))
                    .provider(first)
                    .provider(kept)
                    .build();
            assertThat(ResumingProviderTest.text(play(understudy, ASKED))).isEqualTo(TRUTH);
            assertThat(three.requests()).hasSize(1);
        }
    }

    @Test
    void listenersReceiveTakeoverEvents() {
        List<Event> own = new ArrayList<>();
        one.then(WHOLE.cut(ScriptedReply.FaultPoint.tokens(2)));
        ResumingProvider.over(understudy()).stream(ASKED)
                .contextWrite(CallContext.listener(own::add).andThen(CallContext.tag("tenant", "acme"))::apply)
                .blockLast(LONG);
        for (List<Event> heard : List.of(events, own)) {
            assertThat(Stream.of(Event.StreamTakenOver.class)
                            .flatMap(type -> heard.stream().filter(type::isInstance)))
                    .singleElement()
                    .isInstanceOfSatisfying(Event.StreamTakenOver.class, told -> {
                        assertThat(told.takeover().strategy()).isEqualTo("same_response");
                        assertThat(told.from())
                                .isEqualTo(told.to())
                                .extracting(Event.Route::provider)
                                .isEqualTo("kept");
                        assertThat(told.call().number()).isEqualTo(1);
                        assertThat(told.call().tags()).containsEntry("tenant", "acme");
                    });
        }
    }
}
