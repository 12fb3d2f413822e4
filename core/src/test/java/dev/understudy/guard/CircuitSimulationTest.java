package dev.understudy.guard;

import static dev.understudy.VirtualStage.REQUEST;
import static dev.understudy.VirtualStage.standing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.VirtualStage;
import dev.understudy.VirtualStage.Heard;
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

/** Calls meet circuits. A circuit opens at the second failure in a row, for five seconds. */
class CircuitSimulationTest {

    private static final Failure BROKEN = Failure.of(FailureKind.SERVER, "broken");
    private static final CircuitPolicy TWO = CircuitPolicy.defaults()
            .withConsecutive(2)
            .withoutRate()
            .withJitter(0)
            .withPause(Duration.ofSeconds(5), Duration.ofSeconds(5));

    private final VirtualStage stage = new VirtualStage();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anOpenCircuitIsSkippedAndStandsInTheTrail(boolean streamed) {
        Understudy understudy = both();
        a.always(ScriptedAnswer.fail(BROKEN));
        ask(understudy, streamed);
        ask(understudy, streamed);
        stage.advance(Duration.ofSeconds(1));
        Heard heard = ask(understudy, streamed);
        assertThat(heard.outcomes()).containsExactly("a:skipped", "b:served");
        AttemptLog.Attempt skipped = heard.trail().attempts().get(0);
        assertThat(skipped)
                .hasToString("provider=a model=m: skipped; error=circuit open (2 consecutive failures) for 4000 ms");
        assertThat(skipped.attempt()).isZero();
        assertThat(heard.finish().servedBy().fallback()).isTrue();
        assertThat(heard.finish().servedBy().requestedProvider()).isEqualTo("a");
        assertThat(a.subscriptions()).isEqualTo(2);
        assertThat(stage.events(Event.RouteSkipped.class)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    void onlyWhatTheTableCountsOpensIt(FailureKind kind) {
        if (kind == FailureKind.CONTENT_FILTERED || kind == FailureKind.CONTEXT_OVERFLOW) {
            return; // these end a call, see below
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

    @ParameterizedTest
    @EnumSource(
            value = FailureKind.class,
            names = {"CONTENT_FILTERED", "CONTEXT_OVERFLOW"})
    void whatIsTheCallersOwnAffairOpensNothing(FailureKind kind) {
        Understudy understudy = both();
        a.always(ScriptedAnswer.fail(kind));
        for (int i = 0; i < 5; i++) {
            assertThat(ask(understudy, true).served()).isFalse();
        }
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.CLOSED);
        assertThat(b.subscriptions()).isZero();
    }

    @Test
    void silenceAndEmptyAnswersCountToo() {
        Understudy understudy = both();
        a.then(ScriptedAnswer.hang(), ScriptedAnswer.empty());
        ask(understudy, true);
        stage.advance(Duration.ofSeconds(10));
        ask(understudy, true);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.OPEN);
    }

    @Test
    void aRouteWhoseCircuitHasJustOpenedIsNotWaitedFor() {
        Understudy understudy = stage.builder(a, b)
                .circuit(TWO)
                .retry(RetryPolicy.defaults().withRetries(5).withJitter(RetryPolicy.Jitter.NONE))
                .build();
        a.always(ScriptedAnswer.fail(BROKEN));
        Heard heard = ask(understudy, false);
        stage.advance(Duration.ofMillis(500));
        assertThat(heard.outcomes()).containsExactly("a:failed", "a:failed", "b:served");
        assertThat(heard.endedAt).isEqualTo(Duration.ofMillis(500).toNanos());
    }

    @Test
    void theFirstContentSettlesAStreamAndClosesTheCircuit() {
        Understudy understudy = opened();
        stage.advance(Duration.ofSeconds(5));
        a.then(stage.timed(ScriptedAnswer.text("one two three")
                .beforeFirst(Duration.ofSeconds(1))
                .between(Duration.ofSeconds(5))));
        Heard heard = ask(understudy, true);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.HALF_OPEN);
        stage.advance(Duration.ofSeconds(1));
        assertThat(heard.text()).isEqualTo("one");
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.CLOSED);
        stage.advance(Duration.ofSeconds(10));
        assertThat(heard.by()).isEqualTo("a");
    }

    @Test
    void aHalfOpenCircuitLetsOneTrialThroughAndTheRestGoOn() {
        Understudy understudy = opened();
        stage.advance(Duration.ofSeconds(5));
        a.then(
                stage.timed(ScriptedAnswer.text("well").beforeFirst(Duration.ofSeconds(3))),
                ScriptedAnswer.text("well"));
        Heard trial = ask(understudy, true);
        for (int i = 0; i < 10; i++) {
            assertThat(ask(understudy, true).outcomes()).containsExactly("a:skipped", "b:served");
        }
        stage.advance(Duration.ofSeconds(3));
        assertThat(trial.by()).isEqualTo("a");
        assertThat(ask(understudy, true).outcomes()).containsExactly("a:served");
    }

    @Test
    void aFailedTrialOpensItAgainAndTheCallGoesOnAtOnce() {
        Understudy understudy = opened();
        stage.advance(Duration.ofSeconds(5));
        long before = stage.nanos();
        Heard heard = ask(understudy, false);
        assertThat(heard.outcomes()).containsExactly("a:failed", "b:served");
        assertThat(heard.endedAt).isEqualTo(before);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.OPEN);
    }

    @Test
    void aFailureInMidStreamIsASampleOfItsOwn() {
        Understudy understudy = both();
        a.always(ScriptedAnswer.text("one two three").failAfter(2, BROKEN));
        for (int i = 0; i < 3; i++) {
            Heard heard = ask(understudy, true);
            assertThat(heard.error).isInstanceOf(ChatException.PartialAnswer.class);
            assertThat(heard.text()).isEqualTo("one two");
        }
        // Each stream was a success first, so failures in a row are counted from there: never two.
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.CLOSED);
        assertThat(standing(understudy, "a").consecutiveFailures()).isEqualTo(3);

        Understudy byShare = stage.builder(a, b)
                .circuit(TWO.withConsecutive(0).withRate(0.5, 4, Duration.ofSeconds(60)))
                .build();
        ask(byShare, true);
        assertThat(circuit(byShare, "a")).as("one success, one failure").isEqualTo(ProviderStatus.CircuitState.CLOSED);
        ask(byShare, true);
        assertThat(circuit(byShare, "a")).as("two of four failed").isEqualTo(ProviderStatus.CircuitState.OPEN);
    }

    @Test
    void aTrialThatDiesAfterItsFirstContentIsTheFirstFailureOfTheClosedCircuit() {
        Understudy understudy = opened();
        stage.advance(Duration.ofSeconds(5));
        a.then(ScriptedAnswer.text("one two").failAfter(1, BROKEN), ScriptedAnswer.fail(BROKEN));
        ask(understudy, true);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.CLOSED);
        ask(understudy, true);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.OPEN);
    }

    @Test
    void aStreamAdmittedBeforeTheTripCannotCloseTheCircuit() {
        Understudy understudy = both();
        a.then(
                stage.timed(ScriptedAnswer.text("late but well").beforeFirst(Duration.ofSeconds(8))),
                ScriptedAnswer.fail(BROKEN));
        Heard old = ask(understudy, true);
        ask(understudy, true);
        ask(understudy, true);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.OPEN);
        stage.advance(Duration.ofSeconds(6));
        a.then(ScriptedAnswer.hang());
        ask(understudy, true);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.HALF_OPEN);
        stage.advance(Duration.ofSeconds(2));
        assertThat(old.by()).isEqualTo("a");
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.HALF_OPEN);
    }

    @Test
    void aStreamAdmittedBeforeTheTripCannotOpenItAgainEither() {
        Understudy understudy = both();
        a.then(
                stage.timed(ScriptedAnswer.fail(BROKEN).beforeFirst(Duration.ofSeconds(6))),
                ScriptedAnswer.fail(BROKEN),
                ScriptedAnswer.fail(BROKEN));
        a.always(ScriptedAnswer.text("well"));
        ask(understudy, true);
        ask(understudy, true);
        ask(understudy, true);
        stage.advance(Duration.ofSeconds(5));
        assertThat(ask(understudy, true).by()).isEqualTo("a");
        stage.advance(Duration.ofSeconds(1)); // the old one fails now
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
            Heard heard = ask(understudy, streamed);
            stage.advance(Duration.ofSeconds(1));
            heard.call.dispose();
        }
        ProviderStatus providerStatus = standing(understudy, "a");
        assertThat(providerStatus.circuits()).containsEntry("m", ProviderStatus.CircuitState.CLOSED);
        assertThat(providerStatus.health()).isEqualTo(ProviderStatus.Health.UNKNOWN);
        assertThat(providerStatus.consecutiveFailures()).isZero();
        assertThat(providerStatus.lastFailure()).isNull();
    }

    @Test
    void theCallersOwnDeadlineIsNeutral() {
        Understudy understudy = stage.builder(a, b)
                .circuit(TWO)
                .callTimeout(Duration.ofSeconds(2))
                .build();
        a.always(ScriptedAnswer.hang());
        for (int i = 0; i < 5; i++) {
            Heard heard = ask(understudy, true);
            stage.advance(Duration.ofSeconds(3));
            assertThat(heard.error).isInstanceOf(ChatException.Exhausted.class);
        }
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.CLOSED);
        assertThat(standing(understudy, "a").consecutiveFailures()).isZero();
    }

    @Test
    void whenAllAreOpenOneRequestAtATimeIsLetThroughAndTheRestFailAtOnceAndSayHowLong() {
        a.always(ScriptedAnswer.fail(BROKEN));
        b.always(ScriptedAnswer.fail(BROKEN));
        Understudy understudy = both();
        ask(understudy, false);
        stage.advance(Duration.ofSeconds(1));
        ask(understudy, false); // now both are open, since the same instant
        understudy.control().hold("b", "m", Duration.ofSeconds(30)); // so a reopens first
        stage.advance(Duration.ofSeconds(1));
        a.then(
                ScriptedAnswer.fail(BROKEN),
                stage.timed(ScriptedAnswer.text("well again").beforeFirst(Duration.ofSeconds(2))));
        assertThat(a.subscriptions()).isEqualTo(2);
        List<Heard> crowd = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            crowd.add(ask(understudy, false));
        }
        assertThat(crowd.stream().filter(heard -> heard.error != null))
                .as("nobody waits")
                .isNotEmpty();
        for (Heard heard : crowd) {
            if (heard.error != null) {
                assertThat(heard.error).isInstanceOf(ChatException.Exhausted.class);
                assertThat(heard.error.getMessage())
                        .contains("provider=b model=m: skipped; error=circuit forced open for 29000 ms")
                        .containsPattern("provider=a model=m: skipped; error=circuit (open|half open) .*for \\d+ ms");
            }
        }
        assertThat(b.subscriptions()).isEqualTo(2);
    }

    @Test
    void whenAllAreOpenTheOneLetThroughMayServeAndClosesItsCircuit() {
        Understudy understudy = bothOpen();
        a.always(stage.timed(ScriptedAnswer.text("well again").beforeFirst(Duration.ofSeconds(2))));
        int asked = a.subscriptions();
        List<Heard> crowd = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            crowd.add(ask(understudy, true));
        }
        assertThat(a.subscriptions() - asked).isEqualTo(1);
        assertThat(crowd.stream().filter(heard -> heard.error != null)).hasSize(9);
        stage.advance(Duration.ofSeconds(2));
        assertThat(crowd.get(0).by()).isEqualTo("a");
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.CLOSED);
        assertThat(ask(understudy, false).error).isNull();
    }

    @Test
    void whenAllAreOpenAFailedTrialIsNotRepeatedInTheSameCall() {
        Understudy understudy = stage.builder(a)
                .circuit(TWO)
                .retry(RetryPolicy.defaults().withRetries(4))
                .build();
        a.always(ScriptedAnswer.fail(BROKEN));
        ask(understudy, false);
        stage.advance(Duration.ofSeconds(2));
        int asked = a.subscriptions();
        Heard heard = ask(understudy, false);
        assertThat(heard.error).isInstanceOf(ChatException.Exhausted.class);
        assertThat(heard.endedAt).as("at once").isEqualTo(stage.nanos());
        assertThat(a.subscriptions()).isEqualTo(asked + 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whenAllElseHasFailedAnOpenCircuitIsTheLastResort(boolean streamed) {
        Understudy understudy = opened();
        a.always(ScriptedAnswer.text("well again"));
        b.always(ScriptedAnswer.fail(BROKEN));
        Heard heard = ask(understudy, streamed);
        assertThat(heard.outcomes()).containsExactly("a:skipped", "b:failed", "a:served");
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.CLOSED);
    }

    @Test
    void theLastResortIsTriedByOneCallAtATime() {
        Understudy understudy = opened();
        a.always(ScriptedAnswer.hang());
        b.always(ScriptedAnswer.fail(FailureKind.AUTH));
        int asked = a.subscriptions();
        List<Heard> crowd = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            crowd.add(ask(understudy, true));
        }
        assertThat(a.subscriptions() - asked).isEqualTo(1);
        assertThat(crowd.stream().filter(heard -> heard.error != null)).hasSize(9);
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureKind.class,
            names = {"INVALID_REQUEST", "CONTENT_FILTERED", "CONTEXT_OVERFLOW"})
    void aRequestThatIsItselfAtFaultIsNotTriedOnAnOpenCircuit(FailureKind kind) {
        Understudy understudy = opened();
        int asked = a.subscriptions();
        b.always(ScriptedAnswer.fail(kind));
        assertThat(ask(understudy, false).served()).isFalse();
        assertThat(a.subscriptions()).isEqualTo(asked);
    }

    @Test
    void whoeverCanBeWaitedForIsWaitedForBeforeAnOpenCircuitIsTried() {
        Understudy understudy = stage.builder(a, b)
                .circuit(TWO)
                .retry(RetryPolicy.defaults().withRetries(1))
                .build();
        a.always(ScriptedAnswer.fail(BROKEN));
        b.then(
                ScriptedAnswer.text("well"),
                ScriptedAnswer.fail(Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofSeconds(4))),
                ScriptedAnswer.text("well again"));
        ask(understudy, false);
        stage.advance(Duration.ofSeconds(1));
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.OPEN);
        Heard heard = ask(understudy, false);
        stage.advance(Duration.ofSeconds(4));
        assertThat(heard.outcomes()).containsExactly("a:skipped", "b:failed", "b:served");
        assertThat(a.subscriptions()).isEqualTo(2);
    }

    @Test
    void oneTrialAtATimeWhereverItIs() {
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
    void aHeldProviderIsNotAskedUntilItIsReleased() {
        Understudy understudy = both();
        understudy.control().hold("a", null);
        Heard heard = ask(understudy, false);
        assertThat(heard.outcomes()).containsExactly("a:skipped", "b:served");
        assertThat(heard.trail().attempts().get(0))
                .hasToString("provider=a model=m: skipped; error=is held for maintenance");
        assertThat(understudy.control().status())
                .extracting(ProviderStatus::hold)
                .containsExactly(new ProviderStatus.Hold(null), null);
        stage.advance(Duration.ofDays(9));
        assertThat(ask(understudy, false).by()).isEqualTo("b");
        understudy.control().release("a");
        assertThat(ask(understudy, false).by()).isEqualTo("a");
    }

    @Test
    void aHoldEndsByItselfWhenItsTimeIsOver() {
        Understudy understudy = both();
        understudy.control().hold("a", Duration.ofMinutes(5));
        stage.advance(Duration.ofMinutes(4));
        assertThat(ask(understudy, false).trail().attempts().get(0))
                .hasToString("provider=a model=m: skipped; error=is held for maintenance for 60000 ms");
        assertThat(understudy.control().status().get(0).hold())
                .isEqualTo(new ProviderStatus.Hold(Instant.EPOCH.plus(Duration.ofMinutes(5))));
        stage.advance(Duration.ofMinutes(1));
        assertThat(understudy.control().status().get(0).hold()).isNull();
        assertThat(ask(understudy, false).outcomes()).containsExactly("a:served");
    }

    @Test
    void aHeldModelLeavesTheOthersAlone() {
        Understudy understudy = both();
        understudy.control().hold("a", "m", Duration.ofMinutes(5));
        assertThat(ask(understudy, false).trail().attempts().get(0))
                .hasToString("provider=a model=m: skipped; error=circuit forced open for 300000 ms");
        assertThat(stage.chat(understudy.chat(REQUEST.withModel("n"))).by()).isEqualTo("a");
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.FORCED_OPEN);
        stage.advance(Duration.ofMinutes(5));
        assertThat(ask(understudy, false).by()).isEqualTo("a");
        understudy.control().hold("a", "m", null);
        assertThat(ask(understudy, false).by()).isEqualTo("b");
        understudy.control().release("a");
        assertThat(ask(understudy, false).by()).isEqualTo("a");
    }

    @Test
    void whenAllAreHeldNobodyIsAskedAndTheCallFailsAtOnce() {
        Understudy understudy = both();
        understudy.control().hold("a", null);
        understudy.control().hold("b", Duration.ofSeconds(5));
        Heard heard = ask(understudy, false);
        assertThat(heard.error)
                .isInstanceOf(ChatException.Rejected.class)
                .hasMessageContaining("held back")
                .satisfies(error -> assertThat(
                                ((ChatException.Rejected) error).trail().attempts())
                        .last()
                        .hasToString("provider=b model=m: skipped; error=is held for maintenance for 5000 ms"));
        assertThat(a.subscriptions() + b.subscriptions()).isZero();
        stage.advance(Duration.ofSeconds(5));
        assertThat(ask(understudy, false).by()).isEqualTo("b");
    }

    @Test
    void callsInFlightGoOnWhenTheirProviderIsHeld() {
        Understudy understudy = both();
        a.then(stage.timed(ScriptedAnswer.text("one two").between(Duration.ofSeconds(1))));
        Heard heard = ask(understudy, true);
        understudy.control().hold("a", null);
        stage.advance(Duration.ofSeconds(1));
        assertThat(heard.by()).isEqualTo("a");
        assertThat(ask(understudy, true).by()).isEqualTo("b");
    }

    private Heard ask(Understudy understudy, boolean streamed) {
        return streamed ? stage.stream(understudy) : stage.chat(understudy);
    }

    private Understudy both() {
        return stage.builder(a, b)
                .circuit(TWO)
                .failover(FailoverPolicy.defaults().withMaxConsecutiveFailures(1_000))
                .build();
    }

    /** a's circuit is open, and b serves. */
    private Understudy opened() {
        Understudy understudy = both();
        a.then(ScriptedAnswer.fail(BROKEN));
        ask(understudy, false);
        ask(understudy, false);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.OPEN);
        return understudy;
    }

    /** Both are open, a since a second longer. */
    private Understudy bothOpen() {
        Understudy understudy = both();
        a.always(ScriptedAnswer.fail(BROKEN));
        b.then(ScriptedAnswer.fail(BROKEN), ScriptedAnswer.text("well"), ScriptedAnswer.fail(BROKEN));
        ask(understudy, false);
        ask(understudy, false);
        assertThat(circuit(understudy, "a")).isEqualTo(ProviderStatus.CircuitState.OPEN);
        stage.advance(Duration.ofSeconds(1));
        ask(understudy, false);
        ask(understudy, false);
        assertThat(circuit(understudy, "b")).isEqualTo(ProviderStatus.CircuitState.OPEN);
        return understudy;
    }

    private static ProviderStatus.CircuitState circuit(Understudy understudy, String provider) {
        return standing(understudy, provider).circuits().get("m");
    }
}
