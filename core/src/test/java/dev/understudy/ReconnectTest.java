package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls while every route refuses connections: they wait, bounded, and ask again. */
class ReconnectTest {

    private static final Failure REFUSED =
            Failure.of(FailureKind.CONNECT, "connection refused").withPhase(Failure.Phase.CONNECT);
    private static final Duration DOWN = Duration.ofMillis(1_500);

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");

    @ParameterizedTest
    @CsvSource({"false, 1", "true, 1", "false, 2", "true, 2"})
    void tenOfTenCallsAreAnsweredWhenAllRefuseForAWhile(boolean streamed, int routes) {
        refuseFor(DOWN, a, b);
        Understudy understudy =
                builder(routes == 1 ? List.of(a) : List.of(a, b)).build();
        List<CallResult> results = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            results.add(ask(understudy, streamed));
            scenario.advance(Duration.ofMillis(i < 5 ? 0 : 100));
        }
        scenario.advance(Duration.ofSeconds(15));
        assertThat(results).allMatch(CallResult::served);
        assertThat(results).allSatisfy(result -> assertThat(Duration.ofNanos(result.firstAt))
                .isLessThan(Duration.ofMillis(1_500 + 1_000 + 4_000)));
        assertThat(a.live() + b.live()).isZero();
        assertThat(VirtualScenario.standing(understudy, "a").inFlight()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void waitIsBounded(boolean streamed) {
        a.always(ScriptedAnswer.fail(REFUSED));
        b.always(ScriptedAnswer.fail(REFUSED));
        CallResult result = ask(builder(List.of(a, b)).build(), streamed);
        scenario.advance(Duration.ofSeconds(30));
        assertThat(result.error).isInstanceOf(ChatException.Exhausted.class);
        Duration bound = RetryPolicy.defaults().reconnectWait();
        assertThat(Duration.ofNanos(result.endedAt)).isBetween(bound.minusMillis(50), bound);
        assertThat(a.subscriptions()).isBetween(6, 25);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void waitEndsBeforeTheDeadline(boolean streamed) {
        a.always(ScriptedAnswer.fail(REFUSED));
        Understudy understudy =
                builder(List.of(a)).callTimeout(Duration.ofSeconds(2)).build();
        CallResult result = ask(understudy, streamed);
        scenario.advance(Duration.ofSeconds(2));
        assertThat(result.error).isInstanceOf(ChatException.Exhausted.class);
        assertThat(Duration.ofNanos(result.endedAt)).isLessThan(Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noWaitWhenOneRouteFailedOtherwise(boolean streamed) {
        a.always(ScriptedAnswer.fail(REFUSED));
        b.always(ScriptedAnswer.fail(FailureKind.AUTH));
        CallResult result = ask(builder(List.of(a, b)).build(), streamed);
        assertThat(result.error).isInstanceOf(ChatException.Exhausted.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noWaitWhenTheRequestMayHaveBeenSent(boolean streamed) {
        a.always(ScriptedAnswer.fail(
                Failure.of(FailureKind.CONNECT, "reset before an answer").withPhase(Failure.Phase.HEADERS)));
        CallResult result = ask(builder(List.of(a)).build(), streamed);
        assertThat(result.error).isInstanceOf(ChatException.Exhausted.class);
        assertThat(a.subscriptions()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void zeroDisablesTheWait(boolean streamed) {
        a.always(ScriptedAnswer.fail(REFUSED));
        RetryPolicy never = RetryPolicy.defaults().withReconnectWait(Duration.ZERO);
        CallResult result = ask(builder(List.of(a)).retry(never).build(), streamed);
        assertThat(result.error).isInstanceOf(ChatException.Exhausted.class);
        assertThat(a.subscriptions()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void callWithoutRetriesWaitsToo(boolean streamed) {
        refuseFor(DOWN, a);
        Understudy understudy = builder(List.of(a)).build();
        CallResult result = streamed
                ? scenario.stream(understudy.stream(VirtualScenario.REQUEST).contextWrite(CallContext.withoutRetries()))
                : scenario.chat(understudy.chat(VirtualScenario.REQUEST).contextWrite(CallContext.withoutRetries()));
        scenario.advance(Duration.ofSeconds(15));
        assertThat(result.served()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void waitCanBeCancelled(boolean streamed) {
        a.always(ScriptedAnswer.fail(REFUSED));
        Understudy understudy = builder(List.of(a)).build();
        CallResult result = ask(understudy, streamed);
        scenario.advance(Duration.ofSeconds(1));
        result.call.dispose();
        int asked = a.subscriptions();
        scenario.advance(Duration.ofSeconds(30));
        assertThat(a.subscriptions()).isEqualTo(asked);
        assertThat(scenario.events(Event.CallCancelled.class)).hasSize(1);
        assertThat(VirtualScenario.standing(understudy, "a").inFlight()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void callsStopWaitingWhenTheServerIsBackAndFails(boolean streamed) {
        a.rule(request -> scenario.now().compareTo(DOWN) < 0
                ? ScriptedAnswer.fail(REFUSED)
                : ScriptedAnswer.fail(FailureKind.AUTH));
        CallResult result = ask(builder(List.of(a)).build(), streamed);
        scenario.advance(Duration.ofSeconds(3));
        assertThat(result.error).isInstanceOf(ChatException.Exhausted.class);
    }

    /** A circuit that an operator opened, or that other failures opened, is not waited for. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void circuitThatOtherFailuresOpenedIsNotWaitedFor(boolean streamed) {
        a.always(ScriptedAnswer.fail(FailureKind.PROTOCOL));
        Understudy understudy = builder(List.of(a)).retry(RetryPolicy.none()).build();
        for (int i = 0; i < 7; i++) {
            CallResult result = ask(understudy, streamed);
            assertThat(result.error).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void waitingCallsAreMadeBesideTheTrial(boolean streamed) {
        a.rule(request -> scenario.now().compareTo(DOWN) < 0 ? ScriptedAnswer.fail(REFUSED) : ScriptedAnswer.hang());
        Understudy understudy = builder(List.of(a)).build();
        for (int i = 0; i < 5; i++) {
            ask(understudy, streamed);
        }
        scenario.advance(Duration.ofSeconds(4));
        assertThat(a.live()).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void routeHeldDuringTheWaitIsNotAskedAgain(boolean oneModel, boolean streamed) {
        a.always(ScriptedAnswer.fail(REFUSED));
        RetryPolicy once = RetryPolicy.defaults().withRetries(0);
        Understudy understudy = builder(List.of(a)).retry(once).build();
        CallResult result = ask(understudy, streamed);
        if (oneModel) {
            understudy.control().hold("a", "m", Duration.ofMinutes(1));
        } else {
            understudy.control().hold("a", Duration.ofMinutes(1));
        }
        scenario.advance(Duration.ofSeconds(2));
        assertThat(result.error).isInstanceOf(ChatException.Exhausted.class);
        assertThat(result.outcomes()).containsExactly("a:failed", "a:skipped");
        assertThat(a.subscriptions()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void providerHeldDuringABackoffIsNotRetried(boolean streamed) {
        a.always(ScriptedAnswer.fail(FailureKind.OVERLOADED));
        b.always(ScriptedAnswer.text("It is me."));
        Understudy understudy = builder(List.of(a, b)).build();
        CallResult result = ask(understudy, streamed);
        understudy.control().hold("a", Duration.ofMinutes(1));
        scenario.advance(Duration.ofSeconds(10));
        assertThat(result.by()).isEqualTo("b");
        assertThat(a.subscriptions()).isEqualTo(1);
    }

    private void refuseFor(Duration down, ScriptedProvider... providers) {
        for (ScriptedProvider provider : providers) {
            provider.rule(request -> scenario.now().compareTo(down) < 0
                    ? ScriptedAnswer.fail(REFUSED)
                    : scenario.timed(ScriptedAnswer.text("Back.").beforeFirst(Duration.ofSeconds(4))));
        }
    }

    private UnderstudyBuilder builder(List<ScriptedProvider> providers) {
        return scenario.builder(providers.toArray(ScriptedProvider[]::new))
                .retry(RetryPolicy.defaults())
                .random(new Random(11));
    }

    private CallResult ask(Understudy understudy, boolean streamed) {
        return streamed ? scenario.stream(understudy) : scenario.chat(understudy);
    }
}
