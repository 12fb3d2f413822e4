package dev.understudy.call;

import static dev.understudy.VirtualScenario.REQUEST;
import static dev.understudy.VirtualScenario.standing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.VirtualScenario;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.ContextWindow;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.RetryBudget;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.StepVerifier;

/** Resources of an attempt are released exactly once, however it ends. The limit is one concurrent call. */
class AttemptPermitTest {

    private static final Failure BROKEN =
            Failure.of(FailureKind.SERVER, "broken").withStatus(500, null);

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");

    /** Course of one call: the provider's answer, and the time of a cancellation. */
    enum CallCase {
        SUCCESS(ScriptedAnswer.text("one two three"), null),
        LATE_SUCCESS(
                ScriptedAnswer.text("one two three").beforeFirst(seconds(2)).between(seconds(1)), null),
        FAILURE(ScriptedAnswer.fail(BROKEN), null),
        FAILURE_THAT_SPEAKS_AGAINST_NOBODY(ScriptedAnswer.fail(FailureKind.INVALID_REQUEST), null),
        LATE_FAILURE(ScriptedAnswer.fail(BROKEN).beforeFirst(seconds(2)), null),
        FAILURE_AFTER_CONTENT(
                ScriptedAnswer.text("one two three").between(seconds(1)).failAfter(2, BROKEN), null),
        BUG(ScriptedAnswer.error(new IllegalStateException("bug")), null),
        THROWN_BUG(ScriptedAnswer.throwing(new IllegalStateException("bug")), null),
        EMPTY(ScriptedAnswer.empty(), null),
        NOTHING(ScriptedAnswer.nothing(), null),
        CUT_AFTER_CONTENT(ScriptedAnswer.text("one two three").cutAfter(2), null),
        SILENCE(ScriptedAnswer.hang(), null),
        SILENCE_AFTER_CONTENT(ScriptedAnswer.text("one two three").hangAfter(2), null),
        CANCELLED_BEFORE_CONTENT(ScriptedAnswer.hang(), seconds(3)),
        CANCELLED_AFTER_CONTENT(ScriptedAnswer.text("one two three").hangAfter(1), seconds(3)),
        CANCELLED_AT_ONCE(ScriptedAnswer.hang(), Duration.ZERO),
        CANCELLED_AFTER_THE_END(ScriptedAnswer.text("one two three"), seconds(3));

        final ScriptedAnswer scriptedAnswer;
        final Duration leaves;

        CallCase(ScriptedAnswer scriptedAnswer, Duration leaves) {
            this.scriptedAnswer = scriptedAnswer;
            this.leaves = leaves;
        }

        private static Duration seconds(int seconds) {
            return Duration.ofSeconds(seconds);
        }
    }

    static Stream<Arguments> callCases() {
        List<Arguments> callCases = new ArrayList<>();
        for (CallCase callCase : CallCase.values()) {
            callCases.add(Arguments.of(callCase, false));
            callCases.add(Arguments.of(callCase, true));
        }
        return callCases.stream();
    }

    @ParameterizedTest(name = "{0} streamed={1}")
    @MethodSource("callCases")
    void permitIsReleasedAtTheEndOfACall(CallCase callCase, boolean streamed) {
        Understudy understudy = understudy();
        for (int round = 0; round < 3; round++) {
            play(understudy, callCase, streamed);
            assertThat(standing(understudy, "a").inFlight()).isZero();
        }
        a.then(scenario.timed(ScriptedAnswer.hang()));
        VirtualScenario.CallResult one = ask(understudy, streamed);
        assertThat(standing(understudy, "a").inFlight()).isEqualTo(1);
        VirtualScenario.CallResult other = ask(understudy, streamed);
        scenario.advance(Duration.ofSeconds(1));
        assertThat(a.live()).as("exactly one place, neither none nor two").isEqualTo(1);
        one.call.dispose();
        other.call.dispose();
        assertThat(standing(understudy, "a").inFlight()).isZero();
    }

    @ParameterizedTest(name = "{0} streamed={1}")
    @MethodSource("callCases")
    void trialIsDecidedOrReleased(CallCase callCase, boolean streamed) {
        Understudy understudy = builder(CircuitPolicy.defaults()
                        .withConsecutive(1)
                        .withJitter(0)
                        .withoutRate())
                .build();
        a.then(ScriptedAnswer.fail(FailureKind.SERVER));
        scenario.chat(understudy);
        assertThat(circuit(understudy)).isEqualTo(ProviderStatus.CircuitState.OPEN);
        scenario.advance(Duration.ofSeconds(5));
        play(understudy, callCase, streamed);
        ProviderStatus.CircuitState state = circuit(understudy);
        scenario.advance(Duration.ofSeconds(20)); // below the lease of a trial
        a.then(ScriptedAnswer.text("well"));
        assertThat(ask(understudy, streamed).served()).as("after " + state).isTrue();
        assertThat(circuit(understudy)).isEqualTo(ProviderStatus.CircuitState.CLOSED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tokenCounterThatThrowsReleasesThePermit(boolean streamed) {
        ContextWindow broken = ContextWindow.keep(10).withCounter(message -> {
            throw new IllegalStateException("the caller's bug");
        });
        Understudy understudy = understudy();
        VirtualScenario.CallResult result = streamed
                ? scenario.stream(understudy.stream(REQUEST).contextWrite(broken))
                : scenario.chat(understudy.chat(REQUEST).contextWrite(broken));
        assertThat(result.error)
                .isInstanceOf(ChatException.Rejected.class)
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(standing(understudy, "a").inFlight()).isZero();
        assertThat(ask(understudy, streamed).served()).isTrue();
    }

    @Test
    void tokensOfRefusedRequestAreReturned() {
        Understudy understudy = understudy(ProviderOptions.RateLimits.none().withTokensPerMinute(1_000));
        a.then(
                ScriptedAnswer.fail(BROKEN),
                ScriptedAnswer.fail(BROKEN),
                ScriptedAnswer.fail(BROKEN),
                scenario.timed(ScriptedAnswer.hang()),
                ScriptedAnswer.text("well"));
        for (int i = 0; i < 3; i++) {
            assertThat(scenario.chat(understudy).outcomes()).containsExactly("a:failed");
        }
        scenario.chat(understudy); // estimated at 510 of 1000 tokens
        scenario.advance(Duration.ofMillis(1));
        assertThat(scenario.chat(understudy).served())
                .as("the rest is not enough for one more")
                .isFalse();
        assertThat(a.subscriptions()).isEqualTo(4);
    }

    @Test
    void usageCorrectsTheEstimate() {
        Understudy understudy = understudy(ProviderOptions.RateLimits.none().withTokensPerMinute(1_000));
        a.always(ScriptedAnswer.text("well").withUsage(Usage.of(5, 5)));
        for (int i = 0; i < 20; i++) {
            assertThat(scenario.chat(understudy).served()).isTrue();
        }
        a.always(ScriptedAnswer.text("well").withUsage(Usage.of(5, 2_000)));
        assertThat(scenario.chat(understudy).served()).isTrue();
        VirtualScenario.CallResult refused = scenario.chat(understudy);
        assertThat(refused.served()).isFalse();
        assertThat(a.subscriptions()).isEqualTo(21);
    }

    @ParameterizedTest
    @EnumSource(CallCase.class)
    void failureIsCountedOnce(CallCase callCase) {
        Understudy understudy = understudy();
        play(understudy, callCase, true);
        ProviderStatus providerStatus = standing(understudy, "a");
        assertThat(providerStatus.consecutiveFailures()).isLessThanOrEqualTo(1);
        assertThat(scenario.events.stream().filter(AttemptPermitTest::isEnd)).hasSize(1);
    }

    /** The three events that end a call. */
    private static boolean isEnd(Event event) {
        return event instanceof Event.CallSucceeded
                || event instanceof Event.CallFailed
                || event instanceof Event.CallCancelled;
    }

    private void play(Understudy understudy, CallCase callCase, boolean streamed) {
        a.then(scenario.timed(callCase.scriptedAnswer));
        VirtualScenario.CallResult result = ask(understudy, streamed);
        if (callCase.leaves != null) {
            scenario.advance(callCase.leaves);
            result.call.dispose();
            assertThat(a.live()).isZero();
        }
        scenario.advance(Duration.ofMinutes(2)); // longer than any timeout
        assertThat(a.live()).isZero();
    }

    private VirtualScenario.CallResult ask(Understudy understudy, boolean streamed) {
        return streamed ? scenario.stream(understudy) : scenario.chat(understudy);
    }

    private Understudy understudy() {
        return builder(CircuitPolicy.none()).build();
    }

    private Understudy understudy(ProviderOptions.RateLimits limits) {
        return scenario.builder()
                .provider(a, ProviderOptions.defaults().withLimits(limits))
                .retry(VirtualScenario.ONCE)
                .circuit(CircuitPolicy.none())
                .retryBudget(RetryBudget.defaults())
                .build();
    }

    private UnderstudyBuilder builder(CircuitPolicy circuit) {
        return scenario.builder()
                .provider(
                        a,
                        ProviderOptions.defaults()
                                .withLimits(ProviderOptions.RateLimits.none().withConcurrent(1)))
                .circuit(circuit)
                .failover(FailoverPolicy.defaults());
    }

    private static ProviderStatus.CircuitState circuit(Understudy understudy) {
        return standing(understudy, "a").circuits().get("m");
    }

    @Test
    void usageOfStreamIsCountedOnce() {
        Understudy understudy = understudy(ProviderOptions.RateLimits.none().withTokensPerMinute(1_000));
        a.always(ScriptedAnswer.text("one two").withUsage(Usage.of(10, 2)));
        for (int i = 0; i < 40; i++) {
            StepVerifier.create(understudy.stream(REQUEST)).expectNextCount(3).verifyComplete();
        }
        assertThat(a.subscriptions()).isEqualTo(40);
    }

    /** A rate limit causes no cooldown, because a correction may free tokens at once. */
    @Test
    void providerAtRateLimitDoesNotCoolDown() {
        ScriptedProvider b = ScriptedProvider.named("b");
        Understudy understudy = scenario.builder()
                .provider(
                        a,
                        ProviderOptions.defaults()
                                .withLimits(ProviderOptions.RateLimits.none().withTokensPerMinute(800)))
                .provider(b)
                .build();
        a.then(scenario.timed(
                ScriptedAnswer.text("brief").beforeFirst(Duration.ofSeconds(1)).withUsage(Usage.of(5, 5))));
        a.then(ScriptedAnswer.text("well"));
        VirtualScenario.CallResult first = scenario.chat(understudy);
        VirtualScenario.CallResult skipped = scenario.chat(understudy);
        assertThat(skipped.outcomes()).containsExactly("a:skipped", "b:served");
        assertThat(skipped.attemptLog().attempts().get(0).failure().message()).startsWith("is at its rate limit for 1");
        scenario.advance(Duration.ofSeconds(1));
        assertThat(first.by()).isEqualTo("a");
        assertThat(scenario.chat(understudy).outcomes()).containsExactly("a:served");
    }
}
