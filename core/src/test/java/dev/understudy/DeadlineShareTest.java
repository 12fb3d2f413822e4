package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The share of the remaining time that one attempt may use while other routes could be asked. */
class DeadlineShareTest {

    private static final Duration FIVE = Duration.ofSeconds(5);

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");
    private final ScriptedProvider c = ScriptedProvider.named("c");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void hangingPrimaryLeavesHalfOfTheDeadlineForTheBackup(boolean streamed) {
        a.always(ScriptedAnswer.hang());
        b.always(scenario.timed(ScriptedAnswer.text("Yes.").beforeFirst(Duration.ofSeconds(1))));
        CallResult result = ask(scenario.builder(a, b).build(), streamed, FIVE);
        scenario.advance(FIVE);
        assertThat(result.by()).isEqualTo("b");
        assertThat(Duration.ofNanos(result.firstAt)).isEqualTo(Duration.ofMillis(3_500));
        Failure failure = result.attemptLog().attempts().get(0).failure();
        assertThat(failure).isNotNull();
        assertThat(failure.phase()).isEqualTo(Failure.Phase.DEADLINE_SHARE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void lastRouteMayUseAllOfTheRest(boolean streamed) {
        a.always(ScriptedAnswer.hang());
        b.always(ScriptedAnswer.hang());
        c.always(scenario.timed(ScriptedAnswer.text("Yes.").beforeFirst(Duration.ofMillis(1_200))));
        CallResult result = ask(scenario.builder(a, b, c).build(), streamed, FIVE);
        scenario.advance(FIVE);
        assertThat(result.by()).isEqualTo("c");
        assertThat(Duration.ofNanos(result.firstAt)).isEqualTo(Duration.ofMillis(2_500 + 1_250 + 1_200));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onlyRouteMayUseTheWholeDeadline(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("Yes.").beforeFirst(Duration.ofMillis(4_900))));
        CallResult result = ask(scenario.builder(a).build(), streamed, FIVE);
        scenario.advance(FIVE);
        assertThat(result.by()).isEqualTo("a");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void routeThatFailedBeforeIsNoOtherRoute(boolean streamed) {
        a.always(ScriptedAnswer.fail(FailureKind.AUTH));
        b.always(scenario.timed(ScriptedAnswer.text("Yes.").beforeFirst(Duration.ofMillis(4_900))));
        CallResult result = ask(scenario.builder(a, b).build(), streamed, FIVE);
        scenario.advance(FIVE);
        assertThat(result.by()).isEqualTo("b");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shareIsSettable(boolean streamed) {
        a.always(ScriptedAnswer.hang());
        b.always(ScriptedAnswer.text("Yes."));
        TimeoutPolicy tenth = TimeoutPolicy.defaults().withDeadlineShare(0.1);
        CallResult result = ask(scenario.builder(a, b).timeouts(tenth).build(), streamed, FIVE);
        scenario.advance(FIVE);
        assertThat(Duration.ofNanos(result.firstAt)).isEqualTo(Duration.ofMillis(500));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shareOfOneLeavesTheDeadlineAlone(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("Yes.").beforeFirst(Duration.ofMillis(4_900))));
        b.always(ScriptedAnswer.text("No."));
        TimeoutPolicy all = TimeoutPolicy.defaults().withDeadlineShare(1);
        CallResult result = ask(scenario.builder(a, b).timeouts(all).build(), streamed, FIVE);
        scenario.advance(FIVE);
        assertThat(result.by()).isEqualTo("a");
    }

    @Test
    void longDeadlineLeavesTheTimeoutsAlone() {
        a.always(ScriptedAnswer.hang());
        b.always(ScriptedAnswer.text("Yes."));
        CallResult result = ask(scenario.builder(a, b).build(), true, Duration.ofMinutes(5));
        scenario.advance(Duration.ofMinutes(1));
        assertThat(Duration.ofNanos(result.firstAt))
                .isEqualTo(TimeoutPolicy.defaults().firstContent());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shortDeadlinesOpenNoCircuitOfASlowProvider(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("Late.").beforeFirst(Duration.ofSeconds(2))));
        b.always(ScriptedAnswer.text("Yes."));
        Understudy understudy = scenario.builder(a, b).build();
        for (int i = 0; i < 20; i++) {
            ask(understudy, streamed, Duration.ofSeconds(2));
            scenario.advance(Duration.ofSeconds(2));
        }
        assertThat(scenario.events(Event.CircuitStateChanged.class)).isEmpty();
        assertThat(scenario.events(Event.ActiveProviderChanged.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void providerThatHangsForFarLongerThanUsualOpensItsCircuit(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("Quick.").beforeFirst(Duration.ofMillis(200))));
        b.always(ScriptedAnswer.text("Yes."));
        Understudy understudy = scenario.builder(a, b).build();
        scenario.load(understudy, streamed, Duration.ofSeconds(1), Duration.ofSeconds(20));
        a.always(ScriptedAnswer.hang());
        for (int i = 0; i < 10; i++) {
            ask(understudy, streamed, FIVE);
            scenario.advance(FIVE);
        }
        assertThat(scenario.events(Event.CircuitStateChanged.class)).isNotEmpty();
    }

    private CallResult ask(Understudy understudy, boolean streamed, Duration timeout) {
        return streamed
                ? scenario.stream(understudy.stream(VirtualScenario.REQUEST).contextWrite(CallContext.timeout(timeout)))
                : scenario.chat(understudy.chat(VirtualScenario.REQUEST).contextWrite(CallContext.timeout(timeout)));
    }
}
