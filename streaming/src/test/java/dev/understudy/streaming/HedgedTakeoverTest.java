package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.understudy.Understudy;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ForwardingChatProvider;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.event.Event;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Takeovers that begin beside a silent stream, before its idle limit. */
class HedgedTakeoverTest {

    private static final ChatRequest ASKED = ChatRequest.of("m", "Tell me a story");
    private static final Duration SILENCE = Duration.ofSeconds(2);
    private static final ResumePolicy POLICY = ResumePolicy.exact()
            .withHedging(ResumePolicy.Hedging.defaults().withAtLeast(SILENCE).withMaxExtra(1));
    private static final String[] TOKENS = {"Once", " upon", " a time", " there was", " a cat."};
    private static final String TEXT = String.join("", TOKENS);

    private final ScriptedProvider one = ScriptedProvider.named("one");
    private final ScriptedProvider two = ScriptedProvider.named("two");
    private final List<Event> events = new ArrayList<>();

    private ChatProvider over(ResumePolicy policy, ChatProvider... providers) {
        var builder = Understudy.builder()
                .retry(RetryPolicy.defaults().withRetries(0))
                .listener(events::add);
        for (ChatProvider provider : providers) {
            builder.provider(provider);
        }
        return ResumingProvider.over(builder.build(), policy);
    }

    /** A provider that says the tokens, silent for a time before one of them. */
    private static ChatProvider pausing(String name, int before, Duration silence, AtomicInteger live) {
        return new ChatProvider() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Mono<ChatResponse> chat(ChatRequest request) {
                return ChatResponseAggregator.collect(stream(request));
            }

            @Override
            public Flux<StreamChunk> stream(ChatRequest request) {
                return Flux.defer(() -> {
                    live.incrementAndGet();
                    List<Flux<StreamChunk>> parts = new ArrayList<>();
                    for (int i = 0; i < TOKENS.length; i++) {
                        StreamChunk chunk = new StreamChunk.Text(TOKENS[i]);
                        Duration wait = i == before ? silence : Duration.ofMillis(10);
                        parts.add(Mono.delay(wait).map(tick -> chunk).flux());
                    }
                    parts.add(Flux.just(new StreamChunk.Finish(
                            FinishReason.STOP,
                            Usage.of(10, 5),
                            VendorMetadata.none(),
                            ServedBy.by(name, request.model()))));
                    return Flux.concat(parts).doFinally(end -> live.decrementAndGet());
                });
            }
        };
    }

    private static String text(List<StreamChunk> chunks) {
        return ResumingProviderTest.text(chunks);
    }

    private static List<AttemptLog.Attempt> attempts(List<StreamChunk> chunks) {
        StreamChunk last = chunks.get(chunks.size() - 1);
        return ((StreamChunk.Finish) last).servedBy().attemptLog().attempts();
    }

    @Test
    void anotherRouteTakesOverFromASilentStreamBeforeItsIdleLimit() {
        one.always(ScriptedAnswer.tokens(TOKENS).hangAfter(3));
        two.always(ScriptedAnswer.tokens(TOKENS));
        StepVerifier.withVirtualTime(() -> over(POLICY, one, two).stream(ASKED).collectList())
                .expectSubscription()
                .expectNoEvent(SILENCE.minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .assertNext(chunks -> {
                    assertThat(text(chunks)).isEqualTo(TEXT);
                    assertThat(chunks)
                            .filteredOn(StreamChunk.Switched.class::isInstance)
                            .containsExactly(new StreamChunk.Switched("one", "two", FailureKind.TIMEOUT, 11));
                    assertThat(attempts(chunks))
                            .extracting(AttemptLog.Attempt::provider, AttemptLog.Attempt::outcome)
                            .containsExactly(
                                    tuple("one", AttemptLog.Outcome.PARTIAL), tuple("two", AttemptLog.Outcome.SERVED));
                })
                .verifyComplete();
        assertThat(one.cancelled()).isEqualTo(1);
        assertThat(events).filteredOn(Event.StreamTakenOver.class::isInstance).hasSize(1);
    }

    @Test
    void withoutHedgingTheIdleLimitIsWaitedFor() {
        one.always(ScriptedAnswer.tokens(TOKENS).hangAfter(3));
        two.always(ScriptedAnswer.tokens(TOKENS));
        StepVerifier.withVirtualTime(
                        () -> over(ResumePolicy.exact(), one, two).stream(ASKED).collectList())
                .expectSubscription()
                .expectNoEvent(Duration.ofSeconds(20).minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .assertNext(chunks -> assertThat(text(chunks)).isEqualTo(TEXT))
                .verifyComplete();
    }

    @Test
    void silentStreamThatSendsFirstGoesOnAndOtherIsCancelled() {
        AtomicInteger live = new AtomicInteger();
        two.always(ScriptedAnswer.hang());
        StepVerifier.withVirtualTime(
                        () -> over(POLICY, pausing("one", 3, SILENCE.multipliedBy(2), live), two).stream(ASKED)
                                .collectList())
                .thenAwait(SILENCE.multipliedBy(2).plusMillis(50))
                .assertNext(chunks -> {
                    assertThat(text(chunks)).isEqualTo(TEXT);
                    assertThat(chunks).noneMatch(StreamChunk.Switched.class::isInstance);
                    assertThat(attempts(chunks))
                            .extracting(AttemptLog.Attempt::provider, AttemptLog.Attempt::outcome)
                            .containsExactly(
                                    tuple("two", AttemptLog.Outcome.WASTED), tuple("one", AttemptLog.Outcome.SERVED));
                })
                .verifyComplete();
        assertThat(two.subscriptions()).isEqualTo(1);
        assertThat(two.cancelled()).isEqualTo(1);
        assertThat(live).hasValue(0);
    }

    @Test
    void otherAnswerIsAbandonedAndTheSilentStreamGoesOn() {
        AtomicInteger live = new AtomicInteger();
        two.always(ScriptedAnswer.tokens("Long", " ago", " there", " was."));
        StepVerifier.withVirtualTime(
                        () -> over(POLICY, pausing("one", 3, SILENCE.multipliedBy(2), live), two).stream(ASKED)
                                .collectList())
                .thenAwait(SILENCE.multipliedBy(2).plusMillis(50))
                .assertNext(chunks -> assertThat(text(chunks)).isEqualTo(TEXT))
                .verifyComplete();
        assertThat(two.subscriptions()).isEqualTo(1);
        assertThat(events).noneMatch(Event.StreamLost.class::isInstance);
    }

    @Test
    void silentStreamThatFailsLeavesTheAnswerToTheOther() {
        AtomicInteger live = new AtomicInteger();
        ChatProvider cut = new ForwardingChatProvider(pausing("one", -1, SILENCE, live)) {
            @Override
            public Flux<StreamChunk> stream(ChatRequest request) {
                Failure reset = Failure.of(FailureKind.CONNECT, "connection reset");
                return delegate().stream(request)
                        .take(3)
                        .concatWith(Mono.delay(SILENCE.multipliedBy(2))
                                .then(Mono.error(new ChatException.CallFailed(reset))));
            }
        };
        ChatProvider slow = pausing("two", 0, SILENCE.multipliedBy(3), live);
        StepVerifier.withVirtualTime(() -> over(POLICY, cut, slow).stream(ASKED).collectList())
                .thenAwait(SILENCE.multipliedBy(4).plusMillis(100))
                .assertNext(chunks -> assertThat(text(chunks)).isEqualTo(TEXT))
                .verifyComplete();
        assertThat(live).hasValue(0);
    }

    @Test
    void answerIsLostOnceWhenBothStaySilent() {
        one.always(ScriptedAnswer.tokens(TOKENS).hangAfter(3));
        AtomicInteger live = new AtomicInteger();
        StepVerifier.withVirtualTime(
                        () -> over(POLICY, one, pausing("two", 0, Duration.ofSeconds(30), live)).stream(ASKED)
                                .collectList())
                .thenAwait(Duration.ofSeconds(33))
                .expectErrorSatisfies(error -> assertThat(error).isInstanceOf(ChatException.PartialAnswer.class))
                .verify();
        assertThat(events).filteredOn(Event.StreamLost.class::isInstance).hasSize(1);
        assertThat(live).hasValue(0);
    }

    @Test
    void hedgedTakeoversAreBoundedByTheBudget() {
        one.always(ScriptedAnswer.tokens(TOKENS).hangAfter(3));
        two.always(ScriptedAnswer.tokens(TOKENS));
        ResumePolicy policy = ResumePolicy.exact().withHedging(POLICY.hedging().withMaxExtra(0.05));
        VirtualTimeScheduler time = VirtualTimeScheduler.getOrSet();
        try {
            ChatProvider provider = over(policy, one, two);
            List<Integer> after = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                AtomicInteger seconds = new AtomicInteger();
                AtomicInteger ended = new AtomicInteger(-1);
                provider.stream(ASKED).collectList().subscribe(chunks -> ended.set(seconds.get()));
                for (int s = 0; s < 25; s++) {
                    time.advanceTimeBy(Duration.ofSeconds(1));
                    seconds.incrementAndGet();
                }
                after.add(ended.get());
            }
            assertThat(after.get(0)).isLessThan(3);
            assertThat(after.get(1)).as("the budget of two streams").isGreaterThanOrEqualTo(19);
        } finally {
            VirtualTimeScheduler.reset();
        }
    }

    @Test
    void silenceInAToolCallIsNotSuspicious() {
        one.always(ScriptedAnswer.chunks(
                        new StreamChunk.Text("I write. "), new StreamChunk.ToolCallPart(0, "id", "write", "{"))
                .hangAfter(2));
        StepVerifier.withVirtualTime(() -> over(POLICY, one, two).stream(ASKED))
                .expectSubscription()
                .expectNoEvent(Duration.ofMinutes(2))
                .thenCancel()
                .verify();
        assertThat(two.subscriptions()).isZero();
    }

    @Test
    void timeWithoutDemandIsNotSuspicious() {
        one.always(ScriptedAnswer.tokens(TOKENS).hangAfter(3));
        two.always(ScriptedAnswer.tokens(TOKENS));
        StepVerifier.withVirtualTime(() -> over(POLICY, one, two).stream(ASKED), 1)
                .expectNextCount(1)
                .expectNoEvent(Duration.ofMinutes(1))
                .then(() -> assertThat(two.subscriptions()).isZero())
                .thenRequest(Long.MAX_VALUE)
                .thenAwait(SILENCE.multipliedBy(2))
                .thenConsumeWhile(chunk -> true)
                .verifyComplete();
        assertThat(two.subscriptions()).isEqualTo(1);
    }

    @Test
    void cancellationReachesBothRequests() {
        one.always(ScriptedAnswer.tokens(TOKENS).hangAfter(3));
        two.always(ScriptedAnswer.hang());
        StepVerifier.withVirtualTime(() -> over(POLICY, one, two).stream(ASKED))
                .expectNextCount(2)
                .thenAwait(SILENCE)
                .then(() -> assertThat(two.subscriptions()).isEqualTo(1))
                .thenCancel()
                .verify();
        assertThat(one.cancelled()).isEqualTo(1);
        assertThat(two.cancelled()).isEqualTo(1);
    }

    @Test
    void singleProviderIsNotAskedBesideItself() {
        one.always(ScriptedAnswer.tokens(TOKENS).hangAfter(3));
        StepVerifier.withVirtualTime(() -> ResumingProvider.over(one, POLICY).stream(ASKED))
                .expectNextCount(2)
                .expectNoEvent(Duration.ofMinutes(1))
                .thenCancel()
                .verify();
        assertThat(one.subscriptions()).isEqualTo(1);
    }

    /** Every silence of the first against every silence of the second, with a demand of one at a time and of all. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void textIsDeliveredOnceWhicheverAttemptIsFirst(boolean oneByOne) {
        for (int first = 1; first < TOKENS.length; first++) {
            for (int second = 0; second < TOKENS.length; second++) {
                for (long silence = 1_900; silence <= 6_300; silence += 400) {
                    play(first, second, Duration.ofMillis(silence), oneByOne);
                }
            }
        }
    }

    private void play(int first, int second, Duration silence, boolean oneByOne) {
        AtomicInteger live = new AtomicInteger();
        VirtualTimeScheduler time = VirtualTimeScheduler.getOrSet();
        try {
            List<StreamChunk> heard = new ArrayList<>();
            List<@Nullable Throwable> ends = new ArrayList<>();
            Flux<StreamChunk> stream = over(
                    POLICY, pausing("one", first, silence, live), pausing("two", second, Duration.ofSeconds(1), live))
                    .stream(ASKED);
            (oneByOne ? stream.limitRate(1) : stream).subscribe(heard::add, ends::add, () -> ends.add(null));
            time.advanceTimeBy(Duration.ofSeconds(30));
            assertThat(text(heard)).as("%d %d %s", first, second, silence).isEqualTo(TEXT);
            assertThat(ends).containsExactly((Throwable) null);
            assertThat(live).as("left running").hasValue(0);
        } finally {
            VirtualTimeScheduler.reset();
        }
    }

    /** Two sources that speak at the same moment on threads of their own: one of them is delivered. */
    @Test
    void textIsDeliveredOnceWhenBothAttemptsSendAtOnce() {
        Random random = new Random(7);
        ResumePolicy policy = ResumePolicy.exact().withHedging(POLICY.hedging().withAtLeast(Duration.ofMillis(4)));
        for (int i = 0; i < 150; i++) {
            AtomicInteger live = new AtomicInteger();
            Duration silence = Duration.ofNanos(4_000_000 + random.nextInt(3_000_000));
            ChatProvider both = over(
                    policy,
                    fast("one", 3, silence, live),
                    fast("two", 0, Duration.ofNanos(random.nextInt(1_500_000)), live));
            List<StreamChunk> chunks = both.stream(ASKED).collectList().block(Duration.ofSeconds(30));
            assertThat(text(chunks)).isEqualTo(TEXT);
        }
    }

    /** A provider that says the tokens at once, except for one silence. */
    private static ChatProvider fast(String name, int before, Duration silence, AtomicInteger live) {
        ChatProvider slow = pausing(name, before, silence, live);
        return new ForwardingChatProvider(slow) {
            @Override
            public Mono<ChatResponse> chat(ChatRequest request) {
                return slow.chat(request);
            }

            @Override
            public Flux<StreamChunk> stream(ChatRequest request) {
                StreamChunk finish = new StreamChunk.Finish(
                        FinishReason.STOP, Usage.of(10, 5), VendorMetadata.none(), ServedBy.by(name, request.model()));
                List<StreamChunk> chunks = new ArrayList<>();
                for (String token : TOKENS) {
                    chunks.add(new StreamChunk.Text(token));
                }
                chunks.add(finish);
                return Flux.concat(
                        Flux.fromIterable(chunks.subList(0, before)),
                        Mono.delay(silence).thenMany(Flux.fromIterable(chunks.subList(before, chunks.size()))));
            }
        };
    }

    @Test
    void failureOfTheSilentStreamAfterAFailedHedgeIsTakenOverAsUsual() {
        one.always(ScriptedAnswer.tokens(TOKENS).hangAfter(3));
        two.then(ScriptedAnswer.fail(Failure.of(FailureKind.OVERLOADED, "busy")))
                .always(ScriptedAnswer.tokens(TOKENS));
        StepVerifier.withVirtualTime(() -> over(POLICY, one, two).stream(ASKED).collectList())
                .thenAwait(Duration.ofSeconds(25))
                .assertNext(chunks -> assertThat(text(chunks)).isEqualTo(TEXT))
                .verifyComplete();
    }

    @Test
    void takeoverBesideASilentTakeoverEndsBothSilentOnes() {
        AtomicInteger live = new AtomicInteger();
        ChatProvider first = pausing("one", 3, Duration.ofSeconds(9), live);
        ChatProvider second = pausing("two", 1, Duration.ofSeconds(15), live);
        ChatProvider third = slow("three", Duration.ofSeconds(1), live);
        StepVerifier.withVirtualTime(
                        () -> over(POLICY, first, second, third).stream(ASKED).collectList())
                .thenAwait(Duration.ofSeconds(60))
                .assertNext(chunks -> {
                    assertThat(text(chunks)).isEqualTo(TEXT);
                    assertThat(attempts(chunks))
                            .extracting(AttemptLog.Attempt::provider)
                            .containsExactlyInAnyOrder("one", "two", "three");
                })
                .verifyComplete();
        assertThat(live).as("left running").hasValue(0);
    }

    @Test
    void attemptsBesideAWastedTakeoverAreWastedToo() {
        AtomicInteger live = new AtomicInteger();
        ChatProvider first = pausing("one", 3, Duration.ofSeconds(6), live);
        ChatProvider second = pausing("two", 1, Duration.ofSeconds(15), live);
        ChatProvider third = pausing("three", 1, Duration.ofSeconds(15), live);
        StepVerifier.withVirtualTime(
                        () -> over(POLICY, first, second, third).stream(ASKED).collectList())
                .thenAwait(Duration.ofSeconds(60))
                .assertNext(chunks -> {
                    assertThat(text(chunks)).isEqualTo(TEXT);
                    assertThat(attempts(chunks))
                            .extracting(AttemptLog.Attempt::provider, AttemptLog.Attempt::outcome)
                            .containsExactlyInAnyOrder(
                                    tuple("one", AttemptLog.Outcome.SERVED),
                                    tuple("two", AttemptLog.Outcome.WASTED),
                                    tuple("three", AttemptLog.Outcome.WASTED));
                })
                .verifyComplete();
        assertThat(live).as("left running").hasValue(0);
    }

    /** A provider with an equal time before each token. */
    private static ChatProvider slow(String name, Duration wait, AtomicInteger live) {
        ChatProvider fast = pausing(name, -1, wait, live);
        return new ForwardingChatProvider(fast) {
            @Override
            public Flux<StreamChunk> stream(ChatRequest request) {
                return fast.stream(request).concatMap(chunk -> Mono.delay(wait).thenReturn(chunk), 1);
            }
        };
    }
}
