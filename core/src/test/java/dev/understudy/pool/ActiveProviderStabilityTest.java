package dev.understudy.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.VirtualScenario;
import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The active provider changes once for an outage and not for single faults. Steady load in virtual time. */
class ActiveProviderStabilityTest {

    private static final Duration EVERY = Duration.ofMillis(100);
    private static final Failure CUT = Failure.of(FailureKind.TRUNCATED, "cut");

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider primary = ScriptedProvider.named("primary");
    private final ScriptedProvider second = ScriptedProvider.named("second");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void outageMovesTheActiveProviderOnceAndBackOnce(boolean streamed) {
        primary.rule(asked -> isDown(30, 150) ? broken() : well());
        second.rule(asked -> well());
        List<CallResult> results = load(understudy(CircuitPolicy.defaults()), streamed, 240);
        assertThat(results).allMatch(CallResult::served);
        assertThat(moves()).containsExactly("primary → second", "second → primary");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void outageWithoutCircuitsMovesOnceAndBackOnceToo(boolean streamed) {
        primary.rule(asked -> isDown(30, 150) ? broken() : well());
        second.rule(asked -> well());
        List<CallResult> results = load(understudy(CircuitPolicy.none()), streamed, 240);
        assertThat(results).allMatch(CallResult::served);
        assertThat(moves()).containsExactly("primary → second", "second → primary");
    }

    /** A provider that answers for 10 s and fails for 10 s is given back its place more and more slowly. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void unsteadyProviderMovesTheActiveProviderSeldom(boolean streamed) {
        primary.rule(asked -> seconds() / 10 % 2 == 1 ? broken() : well());
        second.rule(asked -> well());
        List<CallResult> results = load(understudy(CircuitPolicy.defaults()), streamed, 600);
        assertThat(results).allMatch(CallResult::served);
        assertThat(moves()).hasSizeLessThan(20);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fivePercentFaultsFailNoMoreCallsWithCircuitsThanWithout(boolean streamed) {
        long with = failed(CircuitPolicy.defaults(), streamed);
        assertThat(moves()).as("moves with circuits").isEmpty();
        assertThat(scenario.events(Event.CircuitStateChanged.class)).isEmpty();
        long without = new ActiveProviderStabilityTest().failed(CircuitPolicy.none(), streamed);
        assertThat(with).as("calls failed with circuits").isLessThanOrEqualTo(without + without / 10);
    }

    /** Of each provider's attempts 2.5 % fail before their first content, and 2.5 % are cut after it. */
    private long failed(CircuitPolicy circuits, boolean streamed) {
        for (ScriptedProvider provider : List.of(primary, second)) {
            Random random = new Random(5);
            provider.rule(asked -> {
                double fault = random.nextDouble();
                return fault < 0.025
                        ? broken()
                        : scenario.timed(
                                fault < 0.05
                                        ? ScriptedAnswer.tokens("one ", "two ").failAfter(1, CUT)
                                        : ScriptedAnswer.tokens("one ", "two ").beforeFirst(Duration.ofMillis(200)));
            });
        }
        return load(understudy(circuits), streamed, 300).stream()
                .filter(result -> !result.served())
                .count();
    }

    private Understudy understudy(CircuitPolicy circuits) {
        return scenario.builder(primary, second)
                .retry(RetryPolicy.defaults())
                .random(new Random(3))
                .circuit(circuits)
                .build();
    }

    private List<CallResult> load(Understudy understudy, boolean streamed, int seconds) {
        List<CallResult> results =
                new ArrayList<>(scenario.load(understudy, streamed, EVERY, Duration.ofSeconds(seconds)));
        scenario.advance(Duration.ofSeconds(60));
        return results;
    }

    private List<String> moves() {
        return scenario.events(Event.ActiveProviderChanged.class).stream()
                .map(change -> change.from() + " → " + change.to())
                .toList();
    }

    private boolean isDown(int from, int to) {
        return seconds() >= from && seconds() < to;
    }

    private long seconds() {
        return Duration.ofNanos(scenario.nanos()).toSeconds();
    }

    private ScriptedAnswer broken() {
        return scenario.timed(ScriptedAnswer.fail(FailureKind.SERVER).beforeFirst(Duration.ofMillis(20)));
    }

    private ScriptedAnswer well() {
        return scenario.timed(ScriptedAnswer.text("well").beforeFirst(Duration.ofMillis(200)));
    }
}
