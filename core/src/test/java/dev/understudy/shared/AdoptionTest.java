package dev.understudy.shared;

import static dev.understudy.VirtualScenario.standing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.Understudy;
import dev.understudy.VirtualScenario;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.ProviderStatus.CircuitState;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.shared.SharedState.Adoption;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;

/** What an understudy does with circuits and changes of other instances, by the rule of adoption. */
class AdoptionTest {

    private final VirtualScenario scenario = new VirtualScenario();
    private final SharedState shared = withQuorum(SharedState.inMemory());
    private final ScriptedProvider a = ScriptedProvider.named("a").always(ScriptedAnswer.text("from a"));
    private final ScriptedProvider b = ScriptedProvider.named("b").always(ScriptedAnswer.text("from b"));
    private final Understudy understudy = scenario.builder(a, b)
            .circuit(CircuitPolicy.defaults().withConsecutive(4))
            .sharedState(shared)
            .build();

    @AfterEach
    void closed() {
        understudy.close();
    }

    @ParameterizedTest
    @CsvSource({
        // quorum, after own failure, instances, failed here, adopted
        "1, false, 0, true,  false",
        "1, false, 1, false, true",
        "1, true,  0, true,  false",
        "2, false, 1, false, false",
        "2, false, 1, true,  false",
        "2, false, 2, false, true",
        "2, true,  0, true,  false",
        "2, true,  1, false, false",
        "2, true,  1, true,  true",
        "2, true,  2, false, true",
        "3, true,  2, false, false",
        "3, true,  2, true,  true",
        "3, true,  3, false, true",
    })
    void reportIsAdoptedByQuorumOrAfterAnOwnFailure(
            int quorum, boolean afterOwnFailure, int instances, boolean failedHere, boolean adopted) {
        assertThat(new Adoption(quorum, afterOwnFailure).adopts(instances, failedHere))
                .isEqualTo(adopted);
    }

    @Test
    void quorumOfNoInstanceIsRefused() {
        assertThatThrownBy(() -> Adoption.quorum(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void openCircuitOfOneInstanceIsNotAdopted() {
        opened("one/1");
        opened("one/2"); // another understudy of that instance
        assertThat(scenario.chat(understudy).by()).isEqualTo("a");
    }

    @Test
    void openCircuitsOfTwoInstancesAreAdopted() {
        opened("one/1");
        opened("two/1");
        assertThat(scenario.chat(understudy).by()).isEqualTo("b");
        assertThat(a.subscriptions()).isZero();
    }

    @Test
    void openCircuitIsAdoptedWithTheNextOwnFailure() {
        opened("one/1");
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        assertThat(scenario.chat(understudy).by()).isEqualTo("b");
        assertThat(circuits()).containsEntry("m", CircuitState.OPEN);
        scenario.chat(understudy);
        assertThat(a.subscriptions()).isEqualTo(1);
    }

    @Test
    void openCircuitIsAdoptedAfterAnOwnFailure() {
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        scenario.chat(understudy);
        opened("one/1");
        assertThat(circuits()).containsEntry("m", CircuitState.OPEN);
    }

    @Test
    void endedReportIsNotConfirmedByALaterFailure() {
        opened("one/1");
        scenario.advance(Duration.ofSeconds(20));
        a.then(ScriptedAnswer.fail(FailureKind.SERVER));
        scenario.chat(understudy);
        assertThat(circuits()).containsEntry("m", CircuitState.CLOSED);
    }

    @Test
    void reportIsNotConfirmedByAFailureAfterASuccess() {
        opened("one/1");
        assertThat(scenario.chat(understudy).by()).isEqualTo("a");
        a.then(ScriptedAnswer.fail(FailureKind.SERVER));
        scenario.chat(understudy);
        assertThat(circuits()).containsEntry("m", CircuitState.CLOSED);
        assertThat(scenario.chat(understudy).by()).isEqualTo("a");
    }

    @Test
    void reportIsNotConfirmedByAFailureAfterASuccessfulTrial() {
        a.then(Collections.nCopies(4, ScriptedAnswer.fail(FailureKind.SERVER)).toArray(ScriptedAnswer[]::new));
        for (int i = 0; i < 4; i++) {
            scenario.chat(understudy);
        }
        assertThat(circuits()).containsEntry("m", CircuitState.OPEN);
        scenario.advance(Duration.ofSeconds(8));
        opened("one/1");
        assertThat(scenario.chat(understudy).by()).isEqualTo("a");
        a.then(ScriptedAnswer.fail(FailureKind.SERVER));
        scenario.chat(understudy);
        assertThat(circuits()).containsEntry("m", CircuitState.CLOSED);
    }

    @Test
    void closedCircuitEndsTheReportOfItsInstance() {
        opened("one/1");
        shared.publish(new SharedState.Message("one/1", new SharedState.CircuitClosed("a", "m")));
        opened("two/1");
        assertThat(scenario.chat(understudy).by()).isEqualTo("a");
        shared.publish(new SharedState.Message("two/1", new SharedState.CircuitClosed("a", "m")));
        a.then(ScriptedAnswer.fail(FailureKind.SERVER));
        scenario.chat(understudy);
        assertThat(circuits()).containsEntry("m", CircuitState.CLOSED);
    }

    @Test
    void automaticChangeOfOneInstanceIsNotAdopted() {
        active("one/1", "b", false);
        assertThat(scenario.chat(understudy).by()).isEqualTo("a");
        active("two/1", "b", false);
        assertThat(scenario.chat(understudy).by()).isEqualTo("b");
    }

    @Test
    void manualSwitchAndReturnToThePrimaryAreAdoptedAtOnce() {
        active("one/1", "b", true);
        assertThat(scenario.chat(understudy).by()).isEqualTo("b");
        active("one/1", "a", false);
        active("two/1", "a", false);
        assertThat(scenario.chat(understudy).by()).isEqualTo("a");
        active("one/1", "b", false); // the primary, by the manual switch
        assertThat(scenario.chat(understudy).by()).isEqualTo("b");
    }

    private void opened(String source) {
        shared.publish(new SharedState.Message(
                source,
                new SharedState.CircuitOpened(
                        "a",
                        "m",
                        "broken",
                        Instant.ofEpochMilli(scenario.clock.now(java.util.concurrent.TimeUnit.MILLISECONDS))
                                .plusSeconds(5))));
    }

    private void active(String source, String provider, boolean manual) {
        shared.publish(new SharedState.Message(source, new SharedState.ActiveProvider("understudy", provider, manual)));
    }

    private Map<String, CircuitState> circuits() {
        return standing(understudy, "a").circuits();
    }

    private static SharedState withQuorum(SharedState shared) {
        return new SharedState() {
            @Override
            public void publish(Message message) {
                shared.publish(message);
            }

            @Override
            public Flux<Message> updates() {
                return shared.updates();
            }

            @Override
            public Adoption adoption() {
                return Adoption.quorum(2);
            }
        };
    }
}
