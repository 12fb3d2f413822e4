package dev.understudy.call;

import static dev.understudy.VirtualScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.VirtualScenario;
import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.HedgingPolicy;
import dev.understudy.policy.RetryBudget;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits of hedged attempts, and calls that are denied one. */
class HedgeAllowanceTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");

    @Test
    void quickCallsSaveAtMostTheShareOfAHundred() {
        Understudy understudy = builder(0.05).build();
        for (int i = 0; i < 400; i++) {
            ask(understudy, true);
        }
        a.always(ScriptedAnswer.hang());
        for (int i = 0; i < 10; i++) {
            ask(understudy, true);
            scenario.advance(SECOND);
        }
        assertThat(scenario.events(Event.Hedged.class)).hasSize(5);
    }

    @ParameterizedTest
    @CsvSource({"false, 1, 0", "true, 1, 0", "false, 2, 1", "true, 2, 1"})
    void hedgeIsOneOfTheAttemptsOfTheCall(boolean streamed, int maxAttempts, int hedges) {
        a.always(ScriptedAnswer.hang());
        ask(builder(1).maxAttempts(maxAttempts).build(), streamed);
        scenario.advance(SECOND);
        assertThat(b.subscriptions()).isEqualTo(hedges);
        assertThat(a.subscriptions()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void callBeyondTheAllowanceFailsOver(boolean streamed) {
        assertFailsOverAfterOneHedge(builder(0.01).build(), streamed);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void callWithoutRetryTokenFailsOver(boolean streamed) {
        RetryBudget one = new RetryBudget(0.0, 0, SECOND);
        assertFailsOverAfterOneHedge(builder(1).retryBudget(one).build(), streamed);
    }

    private void assertFailsOverAfterOneHedge(Understudy understudy, boolean streamed) {
        a.always(ScriptedAnswer.hang());
        assertThat(ask(understudy, streamed).served()).isFalse();
        scenario.advance(SECOND);
        a.always(scenario.timed(ScriptedAnswer.fail(FailureKind.AUTH).beforeFirst(SECOND)));
        CallResult denied = ask(understudy, streamed);
        scenario.advance(SECOND);
        assertThat(scenario.events(Event.Hedged.class)).hasSize(1);
        assertThat(denied.outcomes()).containsExactly("a:failed", "b:served");
    }

    private UnderstudyBuilder builder(double maxExtra) {
        return scenario.builder(a, b)
                .circuit(CircuitPolicy.none())
                .hedging(HedgingPolicy.defaults().withMaxExtra(maxExtra));
    }

    private CallResult ask(Understudy understudy, boolean streamed) {
        return streamed ? scenario.stream(understudy.stream(REQUEST)) : scenario.chat(understudy.chat(REQUEST));
    }
}
