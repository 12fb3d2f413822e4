package dev.understudy.guard;

import static dev.understudy.VirtualScenario.REQUEST;
import static dev.understudy.VirtualScenario.standing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.VirtualScenario;
import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Circuits in calls. A circuit opens at the second consecutive failure, for five seconds. */
class CircuitSimulationTest {

    private static final Failure BROKEN = Failure.of(FailureKind.SERVER, "broken");
    private static final CircuitPolicy TWO = CircuitPolicy.defaults()
            .withConsecutive(2)
            .withoutRate()
            .withJitter(0)
            .withPause(Duration.ofSeconds(5), Duration.ofSeconds(5));

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void openCircuitIsLoggedAsSkipped(boolean streamed) {
        Understudy understudy = both();
        a.always(ScriptedAnswer.fail(BROKEN));
        ask(understudy, streamed);
        ask(understudy, streamed);
        scenario.advance(Duration.ofSeconds(1));
        CallResult result = ask(understudy, streamed);
        assertThat(result.outcomes()).containsExactly("a:skipped", "b:served");
        AttemptLog.Attempt skipped = result.attemptLog().attempts().get(0);
        assertThat(skipped)
                .hasToString("provider=a model=m: skipped; error=circuit open (2 consecutive failures) for 4000 ms");
        assertThat(skipped.attempt()).isZero();
        assertThat(result.finish().servedBy().fallback()).isTrue();
        assertThat(result.finish().servedBy().requestedProvider()).isEqualTo("a");
        assertThat(a.subscriptions()).isEqualTo(2);
        assertThat(scenario.events(Event.RouteSkipped.class)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    void onlyCountedFailuresOpen(FailureKind kind) {
        if (kind == FailureKind.CONTENT_FILTERED) {
            return; // ends the call, see below
        }
        Understudy understudy = both();
        a.always(ScriptedAnswer.fail(kind));
        for (int i = 0; i < 5; i++) {
            assertThat(ask(understudy, false).by()).isEqualTo("b");
        }
        boolean counts = FailureRules.of(kind).countsForCircuit();
        assertThat(circuit(understudy, "a"))
                .isEqualTo(counts ? ProviderStatus.CircuitState.OPEN : ProviderStatus.CircuitState.CLOSED);
        assertThat(standing(understudy, "a").consecutiveFailures()).isEqualTo(counts ? 2 : 0);
    }

    @Test
    void filteredRequestsOpenNothing() {
        Understudy understudy = both();
        a.always(ScriptedAnswer.fail(FailureKind.CONTENT_FILTERED));
        for (int i = 0; i < 5; i++) {
            assertThat(ask(understudy, true).served()).isFalse();
        }
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.CLOSED);
        assertThat(b.subscriptions()).isZero();
    }

    @Test
    void timeoutsAndCutAnswersCount() {
        Understudy understudy = both();
        a.then(ScriptedAnswer.hang(), ScriptedAnswer.fail(FailureKind.TRUNCATED));
        ask(understudy, true);
        scenario.advance(Duration.ofSeconds(10));
        ask(understudy, true);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.OPEN);
    }

    @Test
    void routeWithJustOpenedCircuitIsNotRetried() {
        Understudy understudy = scenario.builder(a, b)
                .circuit(TWO)
                .retry(RetryPolicy.defaults().withRetries(5).withJitter(RetryPolicy.Jitter.NONE))
                .build();
        a.always(ScriptedAnswer.fail(BROKEN));
        CallResult result = ask(understudy, false);
        scenario.advance(Duration.ofMillis(500));
        assertThat(result.outcomes()).containsExactly("a:failed", "a:failed", "b:served");
        assertThat(result.endedAt).isEqualTo(Duration.ofMillis(500).toNanos());
    }

    @Test
    void firstContentOfTrialClosesTheCircuit() {
        Understudy understudy = opened();
        scenario.advance(Duration.ofSeconds(5));
        a.then(scenario.timed(ScriptedAnswer.text("one two three")
                .beforeFirst(Duration.ofSeconds(1))
                .between(Duration.ofSeconds(5))));
        CallResult result = ask(understudy, true);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.HALF_OPEN);
        scenario.advance(Duration.ofSeconds(1));
        assertThat(result.text()).isEqualTo("one");
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.CLOSED);
        scenario.advance(Duration.ofSeconds(10));
        assertThat(result.by()).isEqualTo("a");
    }

    @Test
    void halfOpenPermitsOneTrial() {
        Understudy understudy = opened();
        scenario.advance(Duration.ofSeconds(5));
        a.then(
                scenario.timed(ScriptedAnswer.text("well").beforeFirst(Duration.ofSeconds(3))),
                ScriptedAnswer.text("well"));
        CallResult trial = ask(understudy, true);
        for (int i = 0; i < 10; i++) {
            assertThat(ask(understudy, true).outcomes()).containsExactly("a:skipped", "b:served");
        }
        scenario.advance(Duration.ofSeconds(3));
        assertThat(trial.by()).isEqualTo("a");
        assertThat(ask(understudy, true).outcomes()).containsExactly("a:served");
    }

    @Test
    void failedTrialReopensAndFailsOverAtOnce() {
        Understudy understudy = opened();
        scenario.advance(Duration.ofSeconds(5));
        long before = scenario.nanos();
        CallResult result = ask(understudy, false);
        assertThat(result.outcomes()).containsExactly("a:failed", "b:served");
        assertThat(result.endedAt).isEqualTo(before);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.OPEN);
    }

    @Test
    void streamThatFailsAfterContentCountsAsOneFailure() {
        Understudy understudy = both();
        a.always(ScriptedAnswer.text("one two three").failAfter(2, BROKEN));
        CallResult first = ask(understudy, true);
        assertThat(first.error).isInstanceOf(ChatException.PartialAnswer.class);
        assertThat(first.text()).isEqualTo("one two");
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.CLOSED);
        assertThat(standing(understudy, "a").consecutiveFailures()).isEqualTo(1);
        ask(understudy, true);
        assertThat(circuit(understudy, "a")).as("two in a row").isEqualTo(ProviderStatus.CircuitState.OPEN);

        Understudy byShare = scenario.builder(a, b)
                .circuit(TWO.withConsecutive(0).withRate(0.5, 4, Duration.ofSeconds(60)))
                .build();
        for (int i = 0; i < 3; i++) {
            ask(byShare, true);
        }
        assertThat(circuit(byShare, "a")).as("three outcomes").isEqualTo(ProviderStatus.CircuitState.CLOSED);
        ask(byShare, true);
        assertThat(circuit(byShare, "a")).as("four outcomes").isEqualTo(ProviderStatus.CircuitState.OPEN);
    }

    @Test
    void streamThatGoesOnEndsARowOfStreamsThatWereCut() {
        Understudy understudy = both();
        a.then(scenario.timed(ScriptedAnswer.text("one two three four five").between(Duration.ofSeconds(1))));
        CallResult healthy = ask(understudy, true);
        scenario.advance(Duration.ofMillis(500));
        for (int i = 1; i <= 3; i++) {
            a.then(ScriptedAnswer.text("one two three").failAfter(2, BROKEN));
            ask(understudy, true);
            assertThat(standing(understudy, "a").circuits()).containsEntry("m", ProviderStatus.CircuitState.CLOSED);
            scenario.advance(Duration.ofSeconds(1));
        }
        scenario.advance(Duration.ofSeconds(1));
        assertThat(healthy.text()).isEqualTo("one two three four five");
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.CLOSED);
    }

    @Test
    void interruptedTrialIsTheFirstFailure() {
        Understudy understudy = opened();
        scenario.advance(Duration.ofSeconds(5));
        a.then(ScriptedAnswer.text("one two").failAfter(1, BROKEN), ScriptedAnswer.fail(BROKEN));
        ask(understudy, true);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.CLOSED);
        ask(understudy, true);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.OPEN);
    }

    @Test
    void streamFromBeforeOpeningCannotClose() {
        Understudy understudy = both();
        a.then(
                scenario.timed(ScriptedAnswer.text("late but well").beforeFirst(Duration.ofSeconds(8))),
                ScriptedAnswer.fail(BROKEN));
        CallResult old = ask(understudy, true);
        ask(understudy, true);
        ask(understudy, true);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.OPEN);
        scenario.advance(Duration.ofSeconds(6));
        a.then(ScriptedAnswer.hang());
        ask(understudy, true);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.HALF_OPEN);
        scenario.advance(Duration.ofSeconds(2));
        assertThat(old.by()).isEqualTo("a");
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.HALF_OPEN);
    }

    @Test
    void streamFromBeforeOpeningCannotReopen() {
        Understudy understudy = both();
        a.then(
                scenario.timed(ScriptedAnswer.fail(BROKEN).beforeFirst(Duration.ofSeconds(6))),
                ScriptedAnswer.fail(BROKEN),
                ScriptedAnswer.fail(BROKEN));
        a.always(ScriptedAnswer.text("well"));
        ask(understudy, true);
        ask(understudy, true);
        ask(understudy, true);
        scenario.advance(Duration.ofSeconds(5));
        assertThat(ask(understudy, true).by()).isEqualTo("a");
        scenario.advance(Duration.ofSeconds(1)); // the earlier stream fails now
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.CLOSED);
        a.then(ScriptedAnswer.fail(BROKEN), ScriptedAnswer.text("well"));
        ask(understudy, true);
        assertThat(circuit(understudy, "a"))
                .as("one failure of this generation")
                .isEqualTo(ProviderStatus.CircuitState.CLOSED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancellingIsNeutral(boolean streamed) {
        Understudy understudy = both();
        a.always(ScriptedAnswer.hang());
        for (int i = 0; i < 20; i++) {
            CallResult result = ask(understudy, streamed);
            scenario.advance(Duration.ofSeconds(1));
            result.call.dispose();
        }
        ProviderStatus providerStatus = standing(understudy, "a");
        assertThat(providerStatus.circuits()).containsEntry("m", ProviderStatus.CircuitState.CLOSED);
        assertThat(providerStatus.health()).isEqualTo(ProviderStatus.Health.UNKNOWN);
        assertThat(providerStatus.consecutiveFailures()).isZero();
        assertThat(providerStatus.lastFailure()).isNull();
    }

    @Test
    void deadlineOfCallerIsNeutral() {
        Understudy understudy = scenario.builder(a, b)
                .circuit(TWO)
                .callTimeout(Duration.ofSeconds(2))
                .build();
        a.always(ScriptedAnswer.hang());
        for (int i = 0; i < 5; i++) {
            CallResult result = ask(understudy, true);
            scenario.advance(Duration.ofSeconds(3));
            assertThat(result.by()).isEqualTo("b");
        }
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.CLOSED);
        assertThat(standing(understudy, "a").consecutiveFailures()).isZero();
    }

    @Test
    void allOpenPermitsOneRequestAtATime() {
        a.always(ScriptedAnswer.fail(BROKEN));
        b.always(ScriptedAnswer.fail(BROKEN));
        Understudy understudy = both();
        ask(understudy, false);
        scenario.advance(Duration.ofSeconds(1));
        ask(understudy, false); // both opened at one instant
        understudy.control().hold("b", "m", Duration.ofSeconds(30)); // so a reopens first
        scenario.advance(Duration.ofSeconds(1));
        a.then(
                ScriptedAnswer.fail(BROKEN),
                scenario.timed(ScriptedAnswer.text("well again").beforeFirst(Duration.ofSeconds(2))));
        assertThat(a.subscriptions()).isEqualTo(2);
        List<CallResult> crowd = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            crowd.add(ask(understudy, false));
        }
        assertThat(crowd.stream().filter(result -> result.error != null))
                .as("nobody waits")
                .isNotEmpty();
        for (CallResult result : crowd) {
            if (result.error != null) {
                assertThat(result.error).isInstanceOf(ChatException.Exhausted.class);
                assertThat(result.error.getMessage())
                        .contains("provider=b model=m: skipped; error=circuit forced open for 29000 ms")
                        .containsPattern("provider=a model=m: skipped; error=circuit (open|half open) .*for \\d+ ms");
            }
        }
        assertThat(b.subscriptions()).isEqualTo(2);
    }

    @Test
    void allOpenRequestMayCloseItsCircuit() {
        Understudy understudy = bothOpen();
        a.always(scenario.timed(ScriptedAnswer.text("well again").beforeFirst(Duration.ofSeconds(2))));
        int asked = a.subscriptions();
        List<CallResult> crowd = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            crowd.add(ask(understudy, true));
        }
        assertThat(a.subscriptions() - asked).isEqualTo(1);
        assertThat(crowd.stream().filter(result -> result.error != null)).hasSize(9);
        scenario.advance(Duration.ofSeconds(2));
        assertThat(crowd.get(0).by()).isEqualTo("a");
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.CLOSED);
        assertThat(ask(understudy, false).error).isNull();
    }

    @Test
    void allOpenFailedTrialIsNotRepeated() {
        Understudy understudy = scenario.builder(a)
                .circuit(TWO)
                .retry(RetryPolicy.defaults().withRetries(4))
                .build();
        a.always(ScriptedAnswer.fail(BROKEN));
        ask(understudy, false);
        scenario.advance(Duration.ofSeconds(2));
        int asked = a.subscriptions();
        CallResult result = ask(understudy, false);
        assertThat(result.error).isInstanceOf(ChatException.Exhausted.class);
        assertThat(result.endedAt).as("at once").isEqualTo(scenario.nanos());
        assertThat(a.subscriptions()).isEqualTo(asked + 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void openCircuitIsTheLastResort(boolean streamed) {
        Understudy understudy = opened();
        a.always(ScriptedAnswer.text("well again"));
        b.always(ScriptedAnswer.fail(BROKEN));
        CallResult result = ask(understudy, streamed);
        assertThat(result.outcomes()).containsExactly("a:skipped", "b:failed", "a:served");
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.CLOSED);
    }

    @Test
    void lastResortIsTriedByOneCallAtATime() {
        Understudy understudy = opened();
        a.always(ScriptedAnswer.hang());
        b.always(ScriptedAnswer.fail(FailureKind.AUTH));
        int asked = a.subscriptions();
        List<CallResult> crowd = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            crowd.add(ask(understudy, true));
        }
        assertThat(a.subscriptions() - asked).isEqualTo(1);
        assertThat(crowd.stream().filter(result -> result.error != null)).hasSize(9);
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureKind.class,
            names = {"INVALID_REQUEST", "CONTENT_FILTERED", "CONTEXT_OVERFLOW"})
    void invalidRequestIsNotTriedOnAnOpenCircuit(FailureKind kind) {
        Understudy understudy = opened();
        int asked = a.subscriptions();
        b.always(ScriptedAnswer.fail(kind));
        assertThat(ask(understudy, false).served()).isFalse();
        assertThat(a.subscriptions()).isEqualTo(asked);
    }

    @Test
    void coolingRouteComesBeforeOpenCircuit() {
        Understudy understudy = scenario.builder(a, b)
                .circuit(TWO)
                .retry(RetryPolicy.defaults().withRetries(1))
                .build();
        a.always(ScriptedAnswer.fail(BROKEN));
        b.then(
                ScriptedAnswer.text("well"),
                ScriptedAnswer.fail(Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofSeconds(4))),
                ScriptedAnswer.text("well again"));
        ask(understudy, false);
        scenario.advance(Duration.ofSeconds(1));
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.OPEN);
        CallResult result = ask(understudy, false);
        scenario.advance(Duration.ofMillis(4_500));
        assertThat(result.outcomes()).containsExactly("a:skipped", "b:failed", "b:served");
        assertThat(a.subscriptions()).isEqualTo(2);
    }

    @Test
    void oneTrialAtATimeAcrossRoutes() {
        Understudy understudy = bothOpen();
        a.always(ScriptedAnswer.hang());
        b.always(ScriptedAnswer.hang());
        int asked = a.subscriptions() + b.subscriptions();
        for (int i = 0; i < 10; i++) {
            ask(understudy, true);
        }
        assertThat(a.subscriptions() + b.subscriptions() - asked).isEqualTo(1);
    }

    @Test
    void heldProviderIsNotAskedUntilReleased() {
        Understudy understudy = both();
        understudy.control().hold("a", null);
        CallResult result = ask(understudy, false);
        assertThat(result.outcomes()).containsExactly("a:skipped", "b:served");
        assertThat(result.attemptLog().attempts().get(0))
                .hasToString("provider=a model=m: skipped; error=is held for maintenance");
        assertThat(understudy.control().status())
                .extracting(ProviderStatus::hold)
                .containsExactly(new ProviderStatus.Hold(null), null);
        scenario.advance(Duration.ofDays(9));
        assertThat(ask(understudy, false).by()).isEqualTo("b");
        understudy.control().release("a");
        assertThat(ask(understudy, false).by()).isEqualTo("a");
    }

    @Test
    void holdExpires() {
        Understudy understudy = both();
        understudy.control().hold("a", Duration.ofMinutes(5));
        scenario.advance(Duration.ofMinutes(4));
        assertThat(ask(understudy, false).attemptLog().attempts().get(0))
                .hasToString("provider=a model=m: skipped; error=is held for maintenance for 60000 ms");
        assertThat(understudy.control().status().get(0).hold())
                .isEqualTo(new ProviderStatus.Hold(Instant.EPOCH.plus(Duration.ofMinutes(5))));
        scenario.advance(Duration.ofMinutes(1));
        assertThat(understudy.control().status().get(0).hold()).isNull();
        assertThat(ask(understudy, false).outcomes()).containsExactly("a:served");
    }

    @Test
    void holdOfAModelLeavesOtherModels() {
        Understudy understudy = both();
        understudy.control().hold("a", "m", Duration.ofMinutes(5));
        assertThat(ask(understudy, false).attemptLog().attempts().get(0))
                .hasToString("provider=a model=m: skipped; error=circuit forced open for 300000 ms");
        assertThat(scenario.chat(understudy.chat(REQUEST.withModel("n"))).by()).isEqualTo("a");
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.FORCED_OPEN);
        scenario.advance(Duration.ofMinutes(5));
        assertThat(ask(understudy, false).by()).isEqualTo("a");
        understudy.control().hold("a", "m", null);
        assertThat(ask(understudy, false).by()).isEqualTo("b");
        understudy.control().release("a");
        assertThat(ask(understudy, false).by()).isEqualTo("a");
    }

    @Test
    void allHeldFailsAtOnce() {
        Understudy understudy = both();
        understudy.control().hold("a", null);
        understudy.control().hold("b", Duration.ofSeconds(5));
        CallResult result = ask(understudy, false);
        assertThat(result.error)
                .isInstanceOf(ChatException.Rejected.class)
                .hasMessageContaining("held back")
                .satisfies(error -> assertThat(
                                ((ChatException.Rejected) error).attemptLog().attempts())
                        .last()
                        .hasToString("provider=b model=m: skipped; error=is held for maintenance for 5000 ms"));
        assertThat(a.subscriptions() + b.subscriptions()).isZero();
        scenario.advance(Duration.ofSeconds(5));
        assertThat(ask(understudy, false).by()).isEqualTo("b");
    }

    @Test
    void holdDoesNotCancelCallsInFlight() {
        Understudy understudy = both();
        a.then(scenario.timed(ScriptedAnswer.text("one two").between(Duration.ofSeconds(1))));
        CallResult result = ask(understudy, true);
        understudy.control().hold("a", null);
        scenario.advance(Duration.ofSeconds(1));
        assertThat(result.by()).isEqualTo("a");
        assertThat(ask(understudy, true).by()).isEqualTo("b");
    }

    private CallResult ask(Understudy understudy, boolean streamed) {
        return streamed ? scenario.stream(understudy) : scenario.chat(understudy);
    }

    private Understudy both() {
        return scenario.builder(a, b)
                .circuit(TWO)
                .failover(FailoverPolicy.defaults().withMaxConsecutiveFailures(1_000))
                .build();
    }

    /** Returns a client whose circuit of a is open. */
    private Understudy opened() {
        Understudy understudy = both();
        a.then(ScriptedAnswer.fail(BROKEN));
        ask(understudy, false);
        ask(understudy, false);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.OPEN);
        return understudy;
    }

    /** Returns a client with both circuits open, that of a one second longer. */
    private Understudy bothOpen() {
        Understudy understudy = both();
        a.always(ScriptedAnswer.fail(BROKEN));
        b.then(ScriptedAnswer.fail(BROKEN), ScriptedAnswer.text("well"), ScriptedAnswer.fail(BROKEN));
        ask(understudy, false);
        ask(understudy, false);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.OPEN);
        scenario.advance(Duration.ofSeconds(1));
        ask(understudy, false);
        ask(understudy, false);
        assertThat(circuit(understudy, "b")).isEqualTo(ProviderStatus.CircuitState.OPEN);
        return understudy;
    }

    private static ProviderStatus.CircuitState circuit(Understudy understudy, String provider) {
        return standing(understudy, provider).circuits().get("m");
    }
}
