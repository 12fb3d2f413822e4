package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.Message;
import dev.understudy.chat.StreamChunk;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Which route continues an interrupted stream, in which way, and what is remembered of refusals. */
class TakeoverOrderTest {

    private static final ChatRequest ASKED = ChatRequest.of("m", "Tell me a story");
    private static final ChatRequest GREEDY = ASKED.withTemperature(0);
    private static final Failure RESET = Failure.of(FailureKind.CONNECT, "connection reset");
    private static final Failure BAD_REQUEST =
            Failure.of(FailureKind.INVALID_REQUEST, "invalid messages").withStatus(400, "invalid_request_error");
    private static final Capabilities PREFILL = Capabilities.assumed().withFeature(Feature.PREFILL);
    private static final ScriptedAnswer WHOLE = ScriptedAnswer.tokens("Once", " upon", " a time", " there was.");
    private static final ScriptedAnswer CUT = WHOLE.failAfter(3, RESET);
    private static final String TEXT = "Once upon a time there was.";

    private final ScriptedProvider one = ScriptedProvider.named("one").can(PREFILL);
    private final ScriptedProvider two = ScriptedProvider.named("two");
    private final ScriptedProvider three = ScriptedProvider.named("three");

    private static ChatProvider over(ResumePolicy policy, ChatProvider... providers) {
        UnderstudyBuilder builder = Understudy.builder();
        for (ChatProvider provider : providers) {
            builder.provider(provider);
        }
        return ResumingProvider.over(builder.build(), policy);
    }

    private static ChatResponse answer(ChatProvider provider, ChatRequest request) {
        return ChatResponseAggregator.collect(provider.stream(request)).block(Duration.ofSeconds(20));
    }

    private static boolean isPrefill(ChatRequest asked) {
        return asked.messages().get(asked.messages().size() - 1) instanceof Message.Assistant;
    }

    @Test
    void untriedRoutesPrecedeTheInterruptedOne() {
        one.then(CUT).always(ScriptedAnswer.fail(FailureKind.SERVER));
        two.always(WHOLE);
        ChatResponse answer = answer(over(ResumePolicy.exact().withTakeovers(1), one, two), ASKED);
        assertThat(answer.text()).isEqualTo(TEXT);
        assertThat(answer.servedBy().provider()).isEqualTo("two");
        assertThat(one.subscriptions()).as("the broken one").isEqualTo(1);
    }

    @Test
    void understudyNamedLikeAProviderHasOtherRoutes() {
        one.then(CUT).always(ScriptedAnswer.fail(FailureKind.SERVER));
        two.always(WHOLE);
        Understudy understudy =
                Understudy.builder().name("one").provider(one).provider(two).build();
        ChatResponse answer = answer(ResumingProvider.over(understudy, ResumePolicy.exact()), ASKED);
        assertThat(answer.text()).isEqualTo(TEXT);
        assertThat(one.subscriptions()).isEqualTo(1);
    }

    @Test
    void aReplayContinuesTheLatestBlockWhateverItsNumbers() {
        one.then(numbered(1).failAfter(2, RESET)).always(ScriptedAnswer.fail(FailureKind.SERVER));
        two.always(numbered(0).failAfter(3, RESET));
        three.always(numbered(1));
        ChatResponse answer = answer(over(ResumePolicy.exact(), one, two, three), ASKED);
        assertThat(answer.text()).isEqualTo(TEXT);
        assertThat(answer.servedBy().provider()).isEqualTo("three");
    }

    private static ScriptedAnswer numbered(int block) {
        return ScriptedAnswer.chunks(Stream.of("Once", " upon", " a time", " there was.")
                .map(text -> new StreamChunk.Text(text, block))
                .toArray(StreamChunk[]::new));
    }

    @Test
    void aSilentPrimaryIsNotAskedAndCostsNoSecondWait() {
        one.then(WHOLE.hangAfter(3)).always(ScriptedAnswer.hang());
        two.always(WHOLE);
        StepVerifier.withVirtualTime(() -> over(ResumePolicy.exact(), one, two).stream(ASKED)
                        .reduce("", (text, chunk) -> text + chunk.text()))
                .expectSubscription()
                .thenAwait(Duration.ofSeconds(21))
                .expectNext(TEXT)
                .verifyComplete();
        assertThat(one.subscriptions()).isEqualTo(1);
    }

    @Test
    void takeoverWaitsForAServerThatRestarts() {
        StepVerifier.withVirtualTime(() -> {
                    long restarted = virtualMillis() + 1_500;
                    one.then(CUT)
                            .rule(asked -> one.subscriptions() > 1 && virtualMillis() < restarted
                                    ? ScriptedAnswer.fail(Failure.of(FailureKind.CONNECT, "connection refused")
                                            .withPhase(Failure.Phase.CONNECT))
                                    : null)
                            .always(WHOLE);
                    return over(ResumePolicy.exact(), one).stream(ASKED)
                            .reduce("", (text, chunk) -> text + chunk.text());
                })
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(1_500))
                .thenAwait(Duration.ofSeconds(1))
                .expectNext(TEXT)
                .verifyComplete();
    }

    private static long virtualMillis() {
        return Schedulers.parallel().now(TimeUnit.MILLISECONDS);
    }

    @Test
    void brokenRoutesAreAskedLastAndOnce() {
        one.then(CUT).always(ScriptedAnswer.fail(FailureKind.SERVER));
        two.always(ScriptedAnswer.tokens("Long", " ago"));
        StepVerifier.withVirtualTime(() -> over(ResumePolicy.of(ResumePolicy.Strategy.REPLAY), one, two).stream(ASKED))
                .expectNextCount(2)
                .verifyErrorSatisfies(error -> assertThat(error).isInstanceOf(ChatException.PartialAnswer.class));
        assertThat(two.subscriptions()).isEqualTo(1);
        assertThat(one.subscriptions()).as("no retries of its own").isEqualTo(2);
    }

    @Test
    void interruptedRouteIsAskedByEachStrategyAtLast() {
        one.then(CUT, ScriptedAnswer.fail(BAD_REQUEST), WHOLE);
        two.always(ScriptedAnswer.tokens("Long", " ago"));
        ChatResponse answer = answer(over(ResumePolicy.exact(), one, two), ASKED);
        assertThat(answer.text()).isEqualTo(TEXT);
        assertThat(one.requests()).extracting(TakeoverOrderTest::isPrefill).containsExactly(false, true, false);
        assertThat(two.subscriptions()).isEqualTo(1);
    }

    @Test
    void aDeterministicReplayIsTriedAtEachFreshRoute() {
        one.then(CUT).always(ScriptedAnswer.fail(FailureKind.SERVER));
        two.always(ScriptedAnswer.tokens("Long", " ago"));
        three.always(WHOLE);
        ChatResponse answer = answer(over(ResumePolicy.exact(), one, two, three), GREEDY);
        assertThat(answer.text()).isEqualTo(TEXT);
        assertThat(answer.servedBy().provider()).isEqualTo("three");
        assertThat(one.subscriptions()).isEqualTo(1);
    }

    @Test
    void plain400ToAPrefillLeavesTheRouteToOtherStrategies() {
        one.then(CUT).always(ScriptedAnswer.fail(FailureKind.SERVER));
        two.can(PREFILL).rule(asked -> isPrefill(asked) ? ScriptedAnswer.fail(BAD_REQUEST) : WHOLE);
        ChatResponse answer = answer(over(ResumePolicy.exact(), one, two), ASKED);
        assertThat(answer.text()).isEqualTo(TEXT);
        assertThat(answer.servedBy().provider()).isEqualTo("two");
    }

    @Test
    void aPlain400ToAQuoteLeavesTheRouteToRestart() {
        one.then(CUT).always(ScriptedAnswer.fail(FailureKind.SERVER));
        two.rule(asked ->
                asked.messages().size() > 1 ? ScriptedAnswer.fail(BAD_REQUEST) : ScriptedAnswer.tokens("Long", " ago"));
        ChatResponse answer = answer(
                over(ResumePolicy.of(ResumePolicy.Strategy.ANCHORED, ResumePolicy.Strategy.RESTART), one, two), ASKED);
        assertThat(answer.text()).isEqualTo("Long ago");
    }

    @Test
    void aPrefix400OfARouteThatThenAnswersIsRemembered() {
        one.then(CUT, CUT).always(ScriptedAnswer.fail(FailureKind.SERVER));
        two.can(PREFILL).rule(asked -> isPrefill(asked) ? ScriptedAnswer.fail(BAD_REQUEST) : WHOLE);
        ChatProvider provider = over(ResumePolicy.exact(), one, two);
        for (int i = 0; i < 2; i++) {
            assertThat(answer(provider, ASKED).text()).isEqualTo(TEXT);
        }
        assertThat(two.requests().stream().filter(TakeoverOrderTest::isPrefill)).hasSize(1);
    }

    @Test
    void aRefusalOfPrefillIsForgottenAfterAnHour() {
        Failure refusal = Failure.of(FailureKind.UNSUPPORTED, "no prefill").withRefusedParameter("prefill");
        one.then(CUT, CUT, CUT).always(ScriptedAnswer.fail(FailureKind.SERVER));
        two.can(PREFILL).rule(asked -> isPrefill(asked) ? ScriptedAnswer.fail(refusal) : WHOLE);
        StepVerifier.withVirtualTime(() -> {
                    ChatProvider provider = over(ResumePolicy.exact(), one, two);
                    Mono<String> answer = Mono.defer(() -> ChatResponseAggregator.collect(provider.stream(ASKED))
                            .map(ChatResponse::text));
                    return answer.concatWith(answer).concatWith(answer.delaySubscription(PrefillRefusals.MEMORY));
                })
                .expectNext(TEXT, TEXT)
                .then(() -> assertThat(two.requests().stream().filter(TakeoverOrderTest::isPrefill))
                        .hasSize(1))
                .thenAwait(PrefillRefusals.MEMORY)
                .expectNext(TEXT)
                .verifyComplete();
        assertThat(two.requests().stream().filter(TakeoverOrderTest::isPrefill)).hasSize(2);
    }

    @Test
    void anExactStreamWithoutPrefillAndTemperatureIsReplayed() {
        ScriptedProvider plain = ScriptedProvider.named("plain").then(CUT);
        two.always(WHOLE);
        assertThat(answer(over(ResumePolicy.defaults(), plain, two), ASKED).text())
                .isEqualTo(TEXT);
        assertThat(two.requests()).containsExactly(ASKED);
    }

    @Test
    void twoTakeoversAreAllowedByDefault() {
        ScriptedProvider plain = ScriptedProvider.named("plain").then(CUT);
        two.always(ScriptedAnswer.tokens("Once", " upon", " a time", " there", " wa")
                .failAfter(5, RESET));
        three.always(WHOLE);
        assertThat(answer(over(ResumePolicy.defaults(), plain, two, three), ASKED)
                        .text())
                .isEqualTo(TEXT);
    }
}
