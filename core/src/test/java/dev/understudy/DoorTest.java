package dev.understudy;

import static dev.understudy.VirtualStage.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualStage.Heard;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.event.Event;
import dev.understudy.policy.HealthCheckPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** What an understudy itself is: a provider with capabilities, a warm-up, a probe, a description and an end. */
class DoorTest {

    private final VirtualStage stage = new VirtualStage();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");

    @Test
    void imagesStreamingAndPrefillAreThereAsSoonAsAnybodyHasThemAndAllElseIsTheFirstOnes() {
        a.can(Capabilities.of(Feature.TOOLS).withWindow(8_000).withMaxOutput(100));
        b.can(Capabilities.of(Feature.VISION, Feature.STREAMING, Feature.JSON_SCHEMA, Feature.PREFILL)
                .withWindow(9_000));
        Capabilities together = stage.builder(a, b).build().capabilities("m");
        assertThat(together.features())
                .containsExactlyInAnyOrder(Feature.TOOLS, Feature.VISION, Feature.STREAMING, Feature.PREFILL);
        assertThat(together.window()).isEqualTo(8_000);
        assertThat(together.maxOutput()).isEqualTo(100);
    }

    @Test
    void whoDoesNotServeTheModelDoesNotCount() {
        a.can(Capabilities.of(Feature.TOOLS));
        b.can(Capabilities.of(Feature.VISION));
        Understudy understudy = stage.builder()
                .provider(a, Map.of("other", "o-1"))
                .provider(b, Map.of("m", "m-1"))
                .build();
        assertThat(understudy.capabilities("m").features()).containsExactly(Feature.VISION);
        assertThat(understudy.capabilities("other").features()).containsExactly(Feature.TOOLS);
        assertThat(understudy.capabilities("unknown").features()).isEmpty();
    }

    @Test
    void theFallbacksOfAModelCountToo() {
        a.can("n", Capabilities.of(Feature.TOOLS));
        b.can("v", Capabilities.of(Feature.VISION));
        Understudy understudy = stage.builder()
                .provider(a, Map.of("n", "n"))
                .provider(b, Map.of("v", "v"))
                .fallback("m", "n", "v")
                .build();
        assertThat(understudy.capabilities("m").features()).containsExactlyInAnyOrder(Feature.TOOLS, Feature.VISION);
    }

    @Test
    void warmingUpAsksAllAtOnceAndOneThatFailsIsAnEvent() {
        a.warming(() -> Mono.error(new ChatException.CallFailed(Failure.of(FailureKind.CONNECT, "refused"))));
        Understudy understudy = stage.builder(a, b).build();
        StepVerifier.create(understudy.warmup()).verifyComplete();
        assertThat(a.warmups()).isEqualTo(1);
        assertThat(b.warmups()).isEqualTo(1);
        assertThat(stage.events(Event.WarmupFailed.class))
                .containsExactly(new Event.WarmupFailed("understudy", "a", Failure.of(FailureKind.CONNECT, "refused")));
        assertThat(stage.chat(understudy).by()).isEqualTo("a");
    }

    @Test
    void aWarmUpThatThrowsIsAnEventToo() {
        a.warming(() -> {
            throw new IllegalStateException("bug");
        });
        Understudy understudy = stage.builder(a, b).build();
        StepVerifier.create(understudy.warmup()).verifyComplete();
        assertThat(stage.events(Event.WarmupFailed.class)).hasSize(1);
        assertThat(b.warmups()).isEqualTo(1);
    }

    @Test
    void itIsReachableAsLongAsAnybodyIs() {
        a.probing(() -> Mono.error(new ChatException.CallFailed(Failure.of(FailureKind.CONNECT, "refused"))));
        Understudy understudy = stage.builder(a, b).build();
        StepVerifier.create(understudy.probe()).verifyComplete();
        assertThat(b.probes()).isEqualTo(1);
        b.probing(() -> Mono.error(new ChatException.CallFailed(Failure.of(FailureKind.CONNECT, "refused too"))));
        StepVerifier.create(understudy.probe()).verifyError();
        a.probing(Mono::empty);
        StepVerifier.create(understudy.probe()).verifyComplete();
        assertThat(b.probes()).as("nobody else is asked then").isEqualTo(2);
    }

    @Test
    void closingClosesAllProvidersAndEndsTheProbes() {
        Understudy understudy = stage.builder(a, b)
                .healthChecks(HealthCheckPolicy.every(Duration.ofSeconds(10)))
                .build();
        stage.advance(Duration.ofSeconds(1));
        understudy.close();
        understudy.close();
        assertThat(a.closes()).isPositive();
        assertThat(b.closes()).isPositive();
        int probes = a.probes();
        stage.advance(Duration.ofHours(1));
        assertThat(a.probes()).isEqualTo(probes);
    }

    @Test
    void aProviderThatCannotBeClosedDoesNotKeepTheOthersOpen() {
        Stubborn stubborn = new Stubborn(a);
        Understudy understudy = stage.builder(stubborn, b).build();
        try {
            understudy.close();
        } catch (IllegalStateException told) {
            assertThat(told).hasMessage("stuck");
        }
        assertThat(b.closes()).isEqualTo(1);
    }

    @Test
    void theDescriptionNamesProvidersChainsAndPolicies() {
        Understudy understudy = stage.builder()
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
                .contains("  2. b, serves {m=m-1}, weight 3, tags {region=eu}, ProviderOptions.RateLimits[")
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
    void anUnderstudyMayStandInAnUnderstudyAndEachKeepsItsOwnPlace(boolean streamed) {
        ScriptedProvider c = ScriptedProvider.named("c");
        ScriptedProvider d = ScriptedProvider.named("d");
        RetryPolicy twice = RetryPolicy.defaults().withRetries(1).withJitter(RetryPolicy.Jitter.NONE);
        Understudy inner = stage.builder(a, b).name("inner").retry(twice).build();
        Understudy outer = stage.builder(d, inner, c).name("outer").retry(twice).build();
        d.always(ScriptedAnswer.fail(FailureKind.SERVER));
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        Heard heard = streamed ? stage.stream(outer) : stage.chat(outer);
        stage.advance(Duration.ofSeconds(5));
        assertThat(heard.by()).isEqualTo("inner");
        assertThat(heard.outcomes()).containsExactly("d:failed", "d:failed", "inner:served");
        assertThat(a.subscriptions())
                .as("the inner one begins at its first provider")
                .isEqualTo(2);
        assertThat(b.subscriptions()).isEqualTo(1);
        assertThat(c.subscriptions()).isZero();
    }

    @Test
    void whenTheInnerOneIsExhaustedTheOuterOneGoesOn() {
        ScriptedProvider c = ScriptedProvider.named("c");
        Understudy inner = stage.builder(a, b).name("inner").build();
        Understudy outer = stage.builder(inner, c).retry(RetryPolicy.defaults()).build();
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        b.always(ScriptedAnswer.fail(FailureKind.OVERLOADED));
        Heard heard = stage.stream(outer);
        stage.advance(Duration.ofSeconds(5));
        assertThat(heard.outcomes()).containsExactly("inner:failed", "c:served");
        assertThat(a.subscriptions()).isEqualTo(1);
    }

    @Test
    void eachSubscriptionIsACallOfItsOwnThatPlansAnew() {
        Understudy understudy = stage.builder(a, b).build();
        Mono<String> answer =
                understudy.chat(REQUEST).map(response -> response.served().provider());
        assertThat(a.subscriptions()).isZero();
        assertThat(answer.block()).isEqualTo("a");
        understudy.control().switchTo("b");
        assertThat(answer.block()).isEqualTo("b");
        assertThat(stage.events(Event.CallSucceeded.class))
                .extracting(event -> event.call().number())
                .containsExactly(1L, 2L);
    }

    /** Waits for a gate that a vendor has shut, as nobody else is there. */
    @Test
    void aCallThatComesLaterWaitsForTheTimeThatTheVendorNamedToo() {
        a.then(ScriptedAnswer.fail(
                Failure.of(FailureKind.RATE_LIMITED, "slow down").withRetryAfter(Duration.ofSeconds(20))));
        a.always(ScriptedAnswer.text("well"));
        Understudy understudy = stage.builder(a).retry(RetryPolicy.none()).build();
        assertThat(stage.chat(understudy).served()).isFalse();
        stage.advance(Duration.ofSeconds(5));
        Heard patient = stage.chat(understudy);
        Heard hurried = stage.chat(understudy.chat(REQUEST).contextWrite(CallContext.timeout(Duration.ofSeconds(10))));
        assertThat(hurried.error)
                .isInstanceOf(ChatException.Exhausted.class)
                .hasMessageStartingWith(
                        "All providers/models are cooling down; a could be asked in 15000 ms, after the time of the call is"
                                + " over");
        stage.advance(Duration.ofMillis(14_999));
        assertThat(a.subscriptions()).isEqualTo(1);
        stage.advance(Duration.ofMillis(1));
        assertThat(patient.served()).isTrue();
        assertThat(a.subscriptions()).isEqualTo(2);
    }

    @Test
    void waitingForAGateCanBeCancelled() {
        a.then(ScriptedAnswer.fail(
                Failure.of(FailureKind.RATE_LIMITED, "slow down").withRetryAfter(Duration.ofSeconds(20))));
        Understudy understudy = stage.builder(a).build();
        stage.chat(understudy);
        Heard leaves = stage.stream(understudy);
        stage.advance(Duration.ofSeconds(3));
        leaves.call.dispose();
        stage.advance(Duration.ofMinutes(1));
        assertThat(a.subscriptions()).isEqualTo(1);
        assertThat(stage.events(Event.CallCancelled.class)).hasSize(1);
    }

    @Test
    void nobodyHangsForLongerThanTheLongestWait() {
        a.then(ScriptedAnswer.fail(
                Failure.of(FailureKind.RATE_LIMITED, "slow down").withRetryAfter(Duration.ofHours(2))));
        a.always(ScriptedAnswer.text("well"));
        Understudy understudy = stage.builder(a).build();
        stage.chat(understudy);
        Heard heard = stage.chat(understudy);
        stage.advance(Duration.ofSeconds(30));
        assertThat(heard.served()).isTrue();
    }

    @Test
    void aTurnThatWasPassedOverIsNoAttempt() {
        ScriptedProvider c = ScriptedProvider.named("c");
        Understudy understudy = stage.builder()
                .provider(
                        a,
                        ProviderOptions.any()
                                .withLimits(ProviderOptions.RateLimits.none().withConcurrent(1)))
                .provider(b)
                .provider(c)
                .maxAttempts(2)
                .build();
        a.then(ScriptedAnswer.hang());
        stage.chat(understudy);
        b.always(ScriptedAnswer.fail(FailureKind.SERVER));
        Heard heard = stage.chat(understudy);
        assertThat(heard.outcomes()).containsExactly("a:skipped", "b:failed", "c:served");
    }

    @Test
    void aProviderAtItsLimitIsWaitedForBrieflyWhenNobodyElseIsLeftAndNeverQueuedForLong() {
        Understudy understudy = stage.builder()
                .provider(
                        a,
                        ProviderOptions.any()
                                .withLimits(ProviderOptions.RateLimits.none().withConcurrent(1)))
                .retry(RetryPolicy.defaults())
                .random(new FixedDice(0))
                .build();
        a.then(
                stage.timed(ScriptedAnswer.text("slow").beforeFirst(Duration.ofMillis(150))),
                ScriptedAnswer.text("well"));
        stage.chat(understudy);
        Heard second = stage.chat(understudy);
        stage.advance(Duration.ofMillis(200));
        assertThat(second.served()).isTrue();
        assertThat(second.outcomes()).containsExactly("a:skipped", "a:skipped", "a:served");
        assertThat(second.trail().attempts().get(2).attempt()).isEqualTo(1);

        a.then(ScriptedAnswer.hang());
        stage.chat(understudy);
        Heard third = stage.chat(understudy);
        stage.advance(Duration.ofSeconds(1));
        assertThat(third.error).as("three turns and no more").isInstanceOf(ChatException.Exhausted.class);
        assertThat(third.outcomes()).hasSize(3);
    }

    /** Closes with a bang. */
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
