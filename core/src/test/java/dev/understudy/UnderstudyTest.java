package dev.understudy;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.Message;
import dev.understudy.chat.Tool;
import dev.understudy.event.Event;
import dev.understudy.policy.HealthCheckPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Capabilities, warm-up, probe, description and closing of a client. */
class UnderstudyTest {

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");

    @Test
    void capabilitiesCombineProviders() {
        a.can(Capabilities.of(Feature.TOOLS).withWindow(8_000).withMaxOutput(100));
        b.can(Capabilities.of(Feature.VISION, Feature.STREAMING, Feature.JSON_SCHEMA, Feature.PREFILL)
                .withWindow(9_000));
        Capabilities together = scenario.builder(a, b).build().capabilities("m");
        assertThat(together.features())
                .containsExactlyInAnyOrder(
                        Feature.TOOLS, Feature.VISION, Feature.STREAMING, Feature.JSON_SCHEMA, Feature.PREFILL);
        assertThat(together.window()).isEqualTo(9_000);
        assertThat(together.maxOutput()).isEqualTo(100);
    }

    @Test
    void windowIsUnknownIfThatOfAnyProviderIs() {
        a.can(Capabilities.of(Feature.TOOLS).withWindow(8_000));
        b.can(Capabilities.of(Feature.TOOLS));
        assertThat(scenario.builder(a, b).build().capabilities("m").window()).isNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void innerClientIsAskedForWhatAnyOfItsProvidersCan(boolean streamed) {
        a.can(Capabilities.of(Feature.STREAMING));
        b.can(Capabilities.of(Feature.STREAMING, Feature.TOOLS, Feature.STREAMING_TOOLS));
        Understudy inner = scenario.builder(a, b).name("inner").build();
        Understudy outer = scenario.builder(inner).name("outer").build();
        ChatRequest tools = REQUEST.withTools(List.of(new Tool("clock", "The time", Map.of("type", "object"))));
        CallResult result = streamed ? scenario.stream(outer.stream(tools)) : scenario.chat(outer.chat(tools));
        assertThat(result.served()).isTrue();
        assertThat(b.subscriptions()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void conversationIsNotTrimmedForInnerClientWithLargerWindow(boolean streamed) {
        ChatRequest longer = REQUEST.plus(Message.assistant("x".repeat(4_000))).plus(Message.user("And then?"));
        a.can(Capabilities.assumed().withWindow(300)).always(ScriptedAnswer.fail(FailureKind.CONTEXT_OVERFLOW));
        b.can(Capabilities.assumed().withWindow(100_000));
        Understudy inner = scenario.builder(b, a).name("inner").build();
        Understudy outer = scenario.builder(inner).name("outer").build();
        CallResult result = streamed ? scenario.stream(outer.stream(longer)) : scenario.chat(outer.chat(longer));
        assertThat(result.served()).isTrue();
        assertThat(b.requests().get(0).messages()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tagOfInnerClientIsNotRequiredOfItsProviders(boolean streamed) {
        Understudy inner = scenario.builder(a).name("inner").build();
        Understudy outer = scenario.builder()
                .name("outer")
                .provider(inner, ProviderOptions.defaults().withTag("region", "eu"))
                .build();
        var eu = CallContext.require("region", "eu");
        CallResult result = streamed
                ? scenario.stream(outer.stream(REQUEST).contextWrite(eu))
                : scenario.chat(outer.chat(REQUEST).contextWrite(eu));
        assertThat(result.served()).isTrue();
        CallResult direct = streamed
                ? scenario.stream(inner.stream(REQUEST).contextWrite(eu))
                : scenario.chat(inner.chat(REQUEST).contextWrite(eu));
        assertThat(direct.error).isInstanceOf(ChatException.Rejected.class);
    }

    @Test
    void capabilitiesIgnoreProvidersWithoutTheModel() {
        a.can(Capabilities.of(Feature.TOOLS));
        b.can(Capabilities.of(Feature.VISION));
        Understudy understudy = scenario.builder()
                .provider(a, Map.of("other", "o-1"))
                .provider(b, Map.of("m", "m-1"))
                .build();
        assertThat(understudy.capabilities("m").features()).containsExactly(Feature.VISION);
        assertThat(understudy.capabilities("other").features()).containsExactly(Feature.TOOLS);
        assertThat(understudy.capabilities("unknown").features()).isEmpty();
    }

    @Test
    void capabilitiesIncludeFallbackModels() {
        a.can("n", Capabilities.of(Feature.TOOLS));
        b.can("v", Capabilities.of(Feature.VISION));
        Understudy understudy = scenario.builder()
                .provider(a, Map.of("n", "n"))
                .provider(b, Map.of("v", "v"))
                .fallback("m", "n", "v")
                .build();
        assertThat(understudy.capabilities("m").features()).containsExactlyInAnyOrder(Feature.TOOLS, Feature.VISION);
    }

    @Test
    void warmupFailureOfOneProviderIsAnEvent() {
        a.warming(() -> Mono.error(new ChatException.CallFailed(Failure.of(FailureKind.CONNECT, "refused"))));
        Understudy understudy = scenario.builder(a, b).build();
        StepVerifier.create(understudy.warmup()).verifyComplete();
        assertThat(a.warmups()).isEqualTo(1);
        assertThat(b.warmups()).isEqualTo(1);
        assertThat(scenario.events(Event.WarmupFailed.class))
                .containsExactly(new Event.WarmupFailed("understudy", "a", Failure.of(FailureKind.CONNECT, "refused")));
        assertThat(scenario.chat(understudy).by()).isEqualTo("a");
    }

    @Test
    void warmupThatThrowsIsAnEvent() {
        a.warming(() -> {
            throw new IllegalStateException("bug");
        });
        Understudy understudy = scenario.builder(a, b).build();
        StepVerifier.create(understudy.warmup()).verifyComplete();
        assertThat(scenario.events(Event.WarmupFailed.class)).hasSize(1);
        assertThat(b.warmups()).isEqualTo(1);
    }

    @Test
    void probeSucceedsIfAnyProviderIsReachable() {
        a.probing(() -> Mono.error(new ChatException.CallFailed(Failure.of(FailureKind.CONNECT, "refused"))));
        Understudy understudy = scenario.builder(a, b).build();
        StepVerifier.create(understudy.probe()).verifyComplete();
        assertThat(b.probes()).isEqualTo(1);
        b.probing(() -> Mono.error(new ChatException.CallFailed(Failure.of(FailureKind.CONNECT, "refused too"))));
        StepVerifier.create(understudy.probe()).verifyError();
        a.probing(Mono::empty);
        StepVerifier.create(understudy.probe()).verifyComplete();
        assertThat(b.probes()).as("nobody else is asked then").isEqualTo(2);
    }

    @Test
    void closeClosesProvidersAndEndsHealthChecks() {
        Understudy understudy = scenario.builder(a, b)
                .healthChecks(HealthCheckPolicy.every(Duration.ofSeconds(10)))
                .build();
        scenario.advance(Duration.ofSeconds(1));
        understudy.close();
        understudy.close();
        assertThat(a.closes()).isPositive();
        assertThat(b.closes()).isPositive();
        int probes = a.probes();
        scenario.advance(Duration.ofHours(1));
        assertThat(a.probes()).isEqualTo(probes);
    }

    @Test
    void failureToCloseOneProviderStillClosesOthers() {
        Stubborn stubborn = new Stubborn(a);
        Understudy understudy = scenario.builder(stubborn, b).build();
        try {
            understudy.close();
        } catch (IllegalStateException told) {
            assertThat(told).hasMessage("stuck");
        }
        assertThat(b.closes()).isEqualTo(1);
    }

    @Test
    void descriptionNamesProvidersChainsAndPolicies() {
        Understudy understudy = scenario.builder()
                .name("agents")
                .provider(a, "gpt-5")
                .provider(
                        b,
                        ProviderOptions.serving(Map.of("m", "m-1"))
                                .withWeight(3)
                                .withTag("region", "eu")
                                .withLimits(ProviderOptions.RateLimits.none().withConcurrent(4)))
                .fallback("m", "n", "o")
                .build();
        assertThat(understudy.describe())
                .startsWith("agents:\n  1. a, always asked for gpt-5\n")
                .contains("  2. b, serves {m=m-1}, weight 3, tags {region=eu}, RateLimits[")
                .contains("  m → n → o\n")
                .contains(
                        "RetryPolicy[",
                        "CallLimits[",
                        "RetryBudget[",
                        "TimeoutPolicy[",
                        "CircuitPolicy[",
                        "FailoverPolicy[",
                        "HedgingPolicy[");
        assertThat(understudy).hasToString("agents[a, b]");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nestedClientsKeepTheirOwnCursors(boolean streamed) {
        ScriptedProvider c = ScriptedProvider.named("c");
        ScriptedProvider d = ScriptedProvider.named("d");
        RetryPolicy twice = RetryPolicy.defaults().withRetries(1).withJitter(RetryPolicy.Jitter.NONE);
        Understudy inner = scenario.builder(a, b).name("inner").retry(twice).build();
        Understudy outer =
                scenario.builder(d, inner, c).name("outer").retry(twice).build();
        d.always(ScriptedAnswer.fail(FailureKind.SERVER));
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        CallResult result = streamed ? scenario.stream(outer) : scenario.chat(outer);
        scenario.advance(Duration.ofSeconds(5));
        assertThat(result.by()).isEqualTo("inner");
        assertThat(result.outcomes()).containsExactly("d:failed", "d:failed", "inner:served");
        assertThat(a.subscriptions())
                .as("the inner one begins at its first provider")
                .isEqualTo(2);
        assertThat(b.subscriptions()).isEqualTo(1);
        assertThat(c.subscriptions()).isZero();
    }

    @Test
    void exhaustedInnerClientFailsOver() {
        ScriptedProvider c = ScriptedProvider.named("c");
        Understudy inner = scenario.builder(a, b).name("inner").build();
        Understudy outer =
                scenario.builder(inner, c).retry(RetryPolicy.defaults()).build();
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        b.always(ScriptedAnswer.fail(FailureKind.OVERLOADED));
        CallResult result = scenario.stream(outer);
        scenario.advance(Duration.ofSeconds(5));
        assertThat(result.outcomes()).containsExactly("inner:failed", "c:served");
        assertThat(a.subscriptions()).isEqualTo(1);
    }

    @Test
    void eachSubscriptionIsANewCall() {
        Understudy understudy = scenario.builder(a, b).build();
        Mono<String> answer =
                understudy.chat(REQUEST).map(response -> response.servedBy().provider());
        assertThat(a.subscriptions()).isZero();
        assertThat(answer.block()).isEqualTo("a");
        understudy.control().switchTo("b");
        assertThat(answer.block()).isEqualTo("b");
        assertThat(scenario.events(Event.CallSucceeded.class))
                .extracting(event -> event.call().number())
                .containsExactly(1L, 2L);
    }

    /** Starts a call that waits for a cooldown of the only provider. */
    @Test
    void laterCallWaitsForRetryAfterToo() {
        a.then(ScriptedAnswer.fail(
                Failure.of(FailureKind.RATE_LIMITED, "slow down").withRetryAfter(Duration.ofSeconds(5))));
        a.always(ScriptedAnswer.text("well"));
        Understudy understudy = scenario.builder(a).retry(RetryPolicy.none()).build();
        assertThat(scenario.chat(understudy).served()).isFalse();
        scenario.advance(Duration.ofSeconds(1));
        CallResult patient = scenario.chat(understudy);
        CallResult hurried =
                scenario.chat(understudy.chat(REQUEST).contextWrite(CallContext.timeout(Duration.ofSeconds(2))));
        assertThat(hurried.error)
                .isInstanceOf(ChatException.Exhausted.class)
                .hasMessageStartingWith(
                        "All providers/models are cooling down; a could be asked in 4000 ms, after the time of the call is"
                                + " over");
        scenario.advance(Duration.ofMillis(3_999));
        assertThat(a.subscriptions()).isEqualTo(1);
        scenario.advance(Duration.ofMillis(501));
        assertThat(patient.served()).isTrue();
        assertThat(a.subscriptions()).isEqualTo(2);
    }

    @Test
    void waitForCooldownCanBeCancelled() {
        a.then(ScriptedAnswer.fail(
                Failure.of(FailureKind.RATE_LIMITED, "slow down").withRetryAfter(Duration.ofSeconds(5))));
        Understudy understudy = scenario.builder(a).build();
        scenario.chat(understudy);
        scenario.advance(Duration.ofSeconds(1));
        CallResult leaves = scenario.stream(understudy);
        scenario.advance(Duration.ofSeconds(3));
        leaves.call.dispose();
        scenario.advance(Duration.ofMinutes(1));
        assertThat(a.subscriptions()).isEqualTo(1);
        assertThat(scenario.events(Event.CallCancelled.class)).hasSize(1);
    }

    @Test
    void skippedRouteIsNoAttempt() {
        ScriptedProvider c = ScriptedProvider.named("c");
        Understudy understudy = scenario.builder()
                .provider(
                        a,
                        ProviderOptions.defaults()
                                .withLimits(ProviderOptions.RateLimits.none().withConcurrent(1)))
                .provider(b)
                .provider(c)
                .maxAttempts(2)
                .build();
        a.then(ScriptedAnswer.hang());
        scenario.chat(understudy);
        b.always(ScriptedAnswer.fail(FailureKind.SERVER));
        CallResult result = scenario.chat(understudy);
        assertThat(result.outcomes()).containsExactly("a:skipped", "b:failed", "c:served");
    }

    @Test
    void waitForRateLimitIsBounded() {
        Understudy understudy = scenario.builder()
                .provider(
                        a,
                        ProviderOptions.defaults()
                                .withLimits(ProviderOptions.RateLimits.none()
                                        .withConcurrent(1)
                                        .withQueueWait(Duration.ofSeconds(1))))
                .retry(RetryPolicy.defaults())
                .random(new FixedRandom(0))
                .build();
        a.then(
                scenario.timed(ScriptedAnswer.text("slow").beforeFirst(Duration.ofMillis(150))),
                ScriptedAnswer.text("well"));
        scenario.chat(understudy);
        CallResult second = scenario.chat(understudy);
        scenario.advance(Duration.ofMillis(200));
        assertThat(second.served()).isTrue();
        assertThat(second.outcomes()).containsExactly("a:skipped", "a:served");
        assertThat(second.attemptLog().attempts().get(1).attempt()).isEqualTo(1);

        a.then(ScriptedAnswer.hang());
        scenario.chat(understudy);
        CallResult third = scenario.chat(understudy);
        scenario.advance(Duration.ofSeconds(1));
        assertThat(third.error).as("the queue is bounded in time").isInstanceOf(ChatException.Exhausted.class);
        assertThat(third.outcomes()).containsExactly("a:skipped", "a:skipped");
    }

    /** Throws when it is closed. */
    private record Stubborn(ScriptedProvider inner) implements dev.understudy.chat.ChatProvider {
        @Override
        public String name() {
            return inner.name();
        }

        @Override
        public Mono<dev.understudy.chat.ChatResponse> chat(dev.understudy.chat.ChatRequest request) {
            return inner.chat(request);
        }

        @Override
        public reactor.core.publisher.Flux<dev.understudy.chat.StreamChunk> stream(
                dev.understudy.chat.ChatRequest request) {
            return inner.stream(request);
        }

        @Override
        public void close() {
            throw new IllegalStateException("stuck");
        }
    }
}
