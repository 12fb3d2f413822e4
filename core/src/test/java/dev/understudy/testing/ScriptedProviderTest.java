package dev.understudy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class ScriptedProviderTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final ChatRequest REQUEST = ChatRequest.of("m", "hi");

    private final ScriptedProvider provider = ScriptedProvider.named("p1");

    @Test
    void answersEquallyWholeAndStreamed() {
        provider.always(ScriptedAnswer.text("one two, three").withUsage(Usage.of(4, 3)));
        ChatResponse whole = chat();
        assertThat(whole.text()).isEqualTo("one two, three");
        assertThat(whole.usage()).isEqualTo(Usage.of(4, 3));
        assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(whole.servedBy().provider()).isEqualTo("p1");
        assertThat(whole.servedBy().model()).isEqualTo("m");
        StepVerifier.create(provider.stream(REQUEST))
                .expectNext(new StreamChunk.Text("one"), new StreamChunk.Text(" two,"), new StreamChunk.Text(" three"))
                .expectNext(whole.finish())
                .expectComplete()
                .verify(SOON);
    }

    @Test
    void saysHelloWithoutAScript() {
        assertThat(chat().text()).isEqualTo("Hello from p1.");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void callWhoseRuleThrowsHasFailed(boolean streamed) {
        provider.rule(request -> {
            throw new IllegalStateException("wrong request");
        });
        Publisher<?> answer = streamed ? provider.stream(REQUEST) : provider.chat(REQUEST);
        StepVerifier.create(answer).expectErrorMessage("wrong request").verify(SOON);
        assertThat(provider.live()).isZero();
        assertThat(provider.calls()).extracting(ReceivedCall::state).containsExactly(ReceivedCall.State.FAILED);
    }

    @Test
    void usesCuesInOrderAndThenTheLastForEver() {
        provider.then(ScriptedAnswer.text("a"), ScriptedAnswer.text("b")).then(ScriptedAnswer.text("c"));
        assertThat(List.of(chat().text(), streamed(), chat().text(), streamed(), chat().text()))
                .containsExactly("a", "b", "c", "c", "c");
    }

    @Test
    void fallsBackToWhatIsAlwaysSaidOnceTheQueueIsEmpty() {
        provider.then(ScriptedAnswer.text("a")).always(ScriptedAnswer.text("z"));
        assertThat(List.of(chat().text(), chat().text(), chat().text())).containsExactly("a", "z", "z");
        provider.then(ScriptedAnswer.text("b"));
        assertThat(List.of(chat().text(), chat().text())).containsExactly("b", "z");
    }

    @Test
    void asksRulesOnceAndFirst() {
        AtomicInteger asked = new AtomicInteger();
        provider.then(ScriptedAnswer.text("queued"))
                .when("other", ScriptedAnswer.fail(FailureKind.SERVER))
                .rule(request -> asked.incrementAndGet() == 1 ? ScriptedAnswer.text("ruled") : null);
        assertThat(List.of(chat().text(), chat().text())).containsExactly("ruled", "queued");
        assertThat(asked).hasValue(2);
        fails(provider.chat(REQUEST.withModel("other")), FailureKind.SERVER);
    }

    @Test
    void startsNothingBeforeSubscription() {
        provider.then(ScriptedAnswer.text("a"), ScriptedAnswer.text("b"));
        Mono<ChatResponse> chat = provider.chat(REQUEST);
        assertThat(provider.subscriptions()).isZero();
        assertThat(chat.map(ChatResponse::text).block(SOON)).isEqualTo("a");
        assertThat(chat.map(ChatResponse::text).block(SOON)).isEqualTo("b");
        assertThat(provider.subscriptions()).isEqualTo(2);
    }

    @Test
    void toolCallsAreSentInPartsAndWhole() {
        provider.always(
                ScriptedAnswer.toolCall("c1", "weather", "{\"city\":\"Oslo\"}").withReasoning("which city"));
        ChatResponse whole = chat();
        assertThat(whole.toolCalls()).containsExactly(new ToolCall("c1", "weather", "{\"city\":\"Oslo\"}"));
        assertThat(whole.reasoningBlocks()).containsExactly(ReasoningBlock.of("which city"));
        assertThat(whole.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        StepVerifier.create(provider.stream(REQUEST))
                .expectNext(new StreamChunk.Reasoning("which", null), new StreamChunk.Reasoning(" city", null))
                .expectNext(new StreamChunk.ToolCallPart(0, "c1", "weather", ""))
                .expectNext(new StreamChunk.ToolCallPart(0, "c1", "weather", "{\"city\":"))
                .expectNext(new StreamChunk.ToolCallPart(0, "c1", "weather", "\"Oslo\"}"))
                .expectNext(new StreamChunk.ToolCallDone(0, whole.toolCalls().get(0)))
                .expectNext(whole.finish())
                .expectComplete()
                .verify(SOON);
    }

    @Test
    void putsTogetherCallsThatAreGivenInPartsOnly() {
        provider.always(ScriptedAnswer.chunks(
                new StreamChunk.ToolCallPart(0, "c1", "f", "{\"a\""),
                new StreamChunk.ToolCallPart(0, "c1", "f", ":1}")));
        assertThat(chat().toolCalls()).containsExactly(new ToolCall("c1", "f", "{\"a\":1}"));
    }

    @Test
    void failsBeforeContent() {
        Failure failure = Failure.of(FailureKind.RATE_LIMITED, "slow down").withRetryAfter(Duration.ofSeconds(2));
        provider.always(ScriptedAnswer.fail(failure));
        StepVerifier.create(provider.chat(REQUEST))
                .expectErrorSatisfies(
                        error -> assertThat(((CallFailed) error).failure()).isSameAs(failure))
                .verify(SOON);
        StepVerifier.create(provider.stream(REQUEST))
                .expectErrorSatisfies(
                        error -> assertThat(((CallFailed) error).failure()).isSameAs(failure))
                .verify(SOON);
        assertThat(provider.calls())
                .extracting(ReceivedCall::state)
                .containsExactly(ReceivedCall.State.FAILED, ReceivedCall.State.FAILED);
    }

    @Test
    void failsAfterSoManyChunks() {
        provider.always(ScriptedAnswer.tokens("a", "b", "c").failAfter(2, Failure.of(FailureKind.SERVER, "broke")));
        StepVerifier.create(provider.stream(REQUEST).map(StreamChunk::text))
                .expectNext("a", "b")
                .expectError(CallFailed.class)
                .verify(SOON);
        fails(provider.chat(REQUEST), FailureKind.SERVER);
    }

    @Test
    void hangsAfterSoManyChunksAndSeesTheCancel() {
        provider.always(ScriptedAnswer.tokens("a", "b").hangAfter(1));
        StepVerifier.withVirtualTime(() -> provider.stream(REQUEST).map(StreamChunk::text))
                .expectNext("a")
                .expectNoEvent(Duration.ofDays(1))
                .then(() -> assertThat(provider.live()).isEqualTo(1))
                .thenCancel()
                .verify(SOON);
        StepVerifier.withVirtualTime(() -> provider.chat(REQUEST))
                .expectSubscription()
                .expectNoEvent(Duration.ofDays(1))
                .thenCancel()
                .verify(SOON);
        assertThat(provider.live()).isZero();
        assertThat(provider.cancelled()).isEqualTo(2);
    }

    @Test
    void completesWithoutFinishWhenItIsCut() {
        provider.always(ScriptedAnswer.tokens("a", "b").cutAfter(1));
        StepVerifier.create(provider.stream(REQUEST))
                .expectNext(new StreamChunk.Text("a"))
                .expectComplete()
                .verify(SOON);
        fails(provider.chat(REQUEST), FailureKind.TRUNCATED);
    }

    @Test
    void completesWithoutAnyWord() {
        provider.always(ScriptedAnswer.nothing());
        StepVerifier.create(provider.stream(REQUEST)).expectComplete().verify(SOON);
        StepVerifier.create(provider.chat(REQUEST)).expectComplete().verify(SOON);
        assertThat(provider.calls()).extracting(ReceivedCall::state).containsOnly(ReceivedCall.State.COMPLETED);
    }

    @Test
    void finishesWithoutContent() {
        provider.always(ScriptedAnswer.empty());
        assertThat(chat().isEmpty()).isTrue();
        StepVerifier.create(provider.stream(REQUEST))
                .expectNextMatches(StreamChunk.Finish.class::isInstance)
                .expectComplete()
                .verify(SOON);
    }

    @Test
    void throwsInsteadOfGivingAPublisher() {
        provider.then(ScriptedAnswer.throwing(new IllegalStateException("bug")), ScriptedAnswer.text("fine"));
        assertThatThrownBy(() -> provider.stream(REQUEST)).hasMessage("bug");
        assertThat(chat().text()).isEqualTo("fine");
        assertThat(provider.calls())
                .extracting(ReceivedCall::state)
                .containsExactly(ReceivedCall.State.FAILED, ReceivedCall.State.COMPLETED);
        assertThat(provider.live()).isZero();
    }

    @Test
    void signalsAForeignException() {
        provider.always(ScriptedAnswer.error(new ArithmeticException("bug")));
        StepVerifier.create(provider.chat(REQUEST))
                .expectError(ArithmeticException.class)
                .verify(SOON);
        StepVerifier.create(provider.stream(REQUEST))
                .expectError(ArithmeticException.class)
                .verify(SOON);
    }

    @Test
    void takesItsTimeInVirtualTime() {
        provider.always(ScriptedAnswer.tokens("a", "b", "c")
                .beforeFirst(Duration.ofSeconds(5))
                .between(Duration.ofSeconds(2)));
        StepVerifier.withVirtualTime(() -> provider.stream(REQUEST).map(StreamChunk::text))
                .expectSubscription()
                .expectNoEvent(Duration.ofSeconds(5))
                .expectNext("a")
                .expectNoEvent(Duration.ofSeconds(2))
                .expectNext("b")
                .expectNoEvent(Duration.ofSeconds(2))
                .expectNext("c", "")
                .expectComplete()
                .verify(SOON);
        StepVerifier.withVirtualTime(() -> provider.chat(REQUEST).map(ChatResponse::text))
                .expectSubscription()
                .expectNoEvent(Duration.ofSeconds(9))
                .expectNext("abc")
                .expectComplete()
                .verify(SOON);
    }

    @Test
    void failsAfterItsTime() {
        provider.always(ScriptedAnswer.fail(FailureKind.SERVER).beforeFirst(Duration.ofSeconds(3)));
        StepVerifier.withVirtualTime(() -> provider.stream(REQUEST))
                .expectSubscription()
                .expectNoEvent(Duration.ofSeconds(3))
                .expectError(CallFailed.class)
                .verify(SOON);
    }

    @Test
    void waitsOnTheSchedulerItIsGiven() {
        provider.always(
                ScriptedAnswer.text("a").beforeFirst(Duration.ofMillis(1)).on(Schedulers.single()));
        assertThat(provider.chat(REQUEST)
                        .map(answer -> Thread.currentThread().getName())
                        .block(SOON))
                .startsWith("single-");
    }

    @Test
    void emitsNoMoreThanWasAskedFor() {
        provider.then(ScriptedAnswer.tokens("a", "b", "c", "d", "e"))
                .always(ScriptedAnswer.tokens("a", "b", "c", "d", "e").between(Duration.ofSeconds(1)));
        StepVerifier.create(provider.stream(REQUEST).map(StreamChunk::text), 3)
                .expectNext("a", "b", "c")
                .thenRequest(1)
                .expectNext("d")
                .thenCancel()
                .verify(SOON);
        StepVerifier.withVirtualTime(() -> provider.stream(REQUEST).map(StreamChunk::text), 3)
                .expectSubscription()
                .thenAwait(Duration.ofMinutes(1))
                .expectNext("a", "b", "c")
                .expectNoEvent(Duration.ofMinutes(1))
                .thenCancel()
                .verify(SOON);
        assertThat(provider.calls()).extracting(ReceivedCall::peakDemand).containsExactly(3L, 3L);
        assertThat(provider.calls()).extracting(ReceivedCall::requested).containsExactly(4L, 3L);
        assertThat(provider.calls()).extracting(ReceivedCall::emitted).containsExactly(4L, 3L);
        assertThat(provider.peakDemand()).isEqualTo(3);
    }

    @Test
    void remembersRequestAndContext() {
        provider.stream(REQUEST)
                .contextWrite(context -> context.put("who", "me"))
                .blockLast(SOON);
        ReceivedCall call = provider.calls().get(0);
        assertThat(call.request()).isSameAs(REQUEST);
        assertThat(call.streamed()).isTrue();
        assertThat(call.context().<String>get("who")).isEqualTo("me");
        assertThat(call.requested()).isEqualTo(Long.MAX_VALUE);
        assertThat(provider.requests()).containsExactly(REQUEST);
        assertThat(call.toString()).isEqualTo("stream m COMPLETED");
    }

    @Test
    void knowsItsModelsAndWhatTheyCan() {
        provider.models("small", "large")
                .can(Capabilities.of(Feature.STREAMING))
                .can("large", Capabilities.of(Feature.VISION))
                .then(ScriptedAnswer.text("a"));
        fails(provider.chat(REQUEST), FailureKind.MODEL_NOT_FOUND);
        assertThat(provider.chat(REQUEST.withModel("small"))
                        .map(ChatResponse::text)
                        .block(SOON))
                .isEqualTo("a");
        assertThat(provider.capabilities("small").features()).containsExactly(Feature.STREAMING);
        assertThat(provider.capabilities("large").features()).containsExactly(Feature.VISION);
    }

    @Test
    void countsProbesAndWarmUps() {
        AtomicInteger probed = new AtomicInteger();
        provider.probing(() -> probed.incrementAndGet() == 1
                        ? Mono.error(new CallFailed(Failure.of(FailureKind.CONNECT, "down")))
                        : Mono.empty())
                .warming(() -> Mono.error(new IllegalStateException("cold")));
        fails(provider.probe(), FailureKind.CONNECT);
        StepVerifier.create(provider.probe()).expectComplete().verify(SOON);
        StepVerifier.create(provider.warmup()).expectErrorMessage("cold").verify(SOON);
        provider.close();
        assertThat(List.of(provider.probes(), provider.warmups(), provider.closes()))
                .containsExactly(2, 1, 1);
    }

    @Test
    void losesNothingUnderManyThreads() {
        provider.then(java.util.stream.IntStream.range(0, 500)
                .mapToObj(i -> ScriptedAnswer.text("n" + i))
                .toArray(ScriptedAnswer[]::new));
        List<String> all = Flux.range(0, 500)
                .flatMap(i -> provider.chat(REQUEST).map(ChatResponse::text).subscribeOn(Schedulers.parallel()), 16)
                .collectList()
                .block(SOON);
        assertThat(all).hasSize(500).doesNotHaveDuplicates();
        assertThat(provider.calls()).hasSize(500);
        assertThat(provider.live()).isZero();
    }

    private ChatResponse chat() {
        return provider.chat(REQUEST).blockOptional(SOON).orElseThrow();
    }

    private String streamed() {
        return provider.stream(REQUEST)
                .map(StreamChunk::text)
                .collect(java.util.stream.Collectors.joining())
                .blockOptional(SOON)
                .orElseThrow();
    }

    private static void fails(Mono<?> call, FailureKind kind) {
        StepVerifier.create(call)
                .expectErrorSatisfies(error ->
                        assertThat(((CallFailed) error).failure().kind()).isEqualTo(kind))
                .verify(SOON);
    }
}
