package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import dev.understudy.policy.HedgingPolicy;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events and usage of attempts that were abandoned. */
class AbandonedAttemptTest {

    /** Estimated tokens of "Who is there?": 13 / 4, and 4 for the message. */
    private static final int PROMPT = 8;

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");

    private CallResult ask(boolean streamed, Understudy understudy) {
        return streamed ? scenario.stream(understudy) : scenario.chat(understudy);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancelBeforeContentEndsAttemptThenCall(boolean streamed) {
        a.then(ScriptedAnswer.hang());
        CallResult result = ask(streamed, scenario.builder(a).build());
        scenario.advance(Duration.ofSeconds(1));
        result.call.dispose();
        assertThat(scenario.events).hasSize(3);
        AttemptLog.Attempt left = ((Event.AttemptAbandoned) scenario.events.get(1)).attempt();
        assertThat(left.outcome()).isEqualTo(AttemptLog.Outcome.CANCELLED);
        assertThat(left.usage()).isEqualTo(Usage.estimate(PROMPT));
        assertThat(left.timing().took()).isEqualTo(Duration.ofSeconds(1));
        assertThat(scenario.events.get(2)).isInstanceOf(Event.CallCancelled.class);
    }

    @Test
    void usageBeforeCancellationIsCounted() {
        a.then(ScriptedAnswer.tokens("four", "more", "and more").hangAfter(2));
        CallResult result = scenario.stream(scenario.builder(a).build());
        assertThat(result.text()).isEqualTo("fourmore");
        result.call.dispose();
        List<Event.AttemptAbandoned> left = scenario.events(Event.AttemptAbandoned.class);
        assertThat(left).hasSize(1);
        assertThat(left.get(0).attempt().outcome()).isEqualTo(AttemptLog.Outcome.CANCELLED);
        assertThat(left.get(0).attempt().usage()).isEqualTo(Usage.of(PROMPT, 2).withEstimated(true));
    }

    @Test
    void usageBeforeStreamFailureIsCounted() {
        a.then(ScriptedAnswer.tokens("four", "more", "and more")
                .failAfter(2, Failure.of(FailureKind.SERVER, "broken")));
        CallResult result = scenario.stream(scenario.builder(a).build());
        assertThat(result.attemptLog().usage()).isEqualTo(Usage.of(PROMPT, 2).withEstimated(true));
        assertThat(scenario.events(Event.AttemptAbandoned.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void lostHedgeIsReportedBeforeTheAnswer(boolean streamed) {
        a.then(ScriptedAnswer.hang());
        CallResult result = ask(
                streamed,
                scenario.builder(a, b).hedging(HedgingPolicy.defaults()).build());
        scenario.advance(Duration.ofSeconds(1));
        assertThat(result.by()).isEqualTo("b");
        List<Event.AttemptAbandoned> left = scenario.events(Event.AttemptAbandoned.class);
        assertThat(left).hasSize(1);
        assertThat(left.get(0).attempt())
                .isEqualTo(result.attemptLog().attempts().get(0))
                .extracting(AttemptLog.Attempt::provider, AttemptLog.Attempt::outcome)
                .containsExactly("a", AttemptLog.Outcome.WASTED);
        assertThat(scenario.events.get(scenario.events.size() - 1)).isInstanceOf(Event.CallSucceeded.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void servingAttemptIsNotAbandoned(boolean streamed) {
        assertThat(ask(streamed, scenario.builder(a).build()).by()).isEqualTo("a");
        assertThat(scenario.events(Event.AttemptAbandoned.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancelBetweenAttemptsAbandonsNoAttempt(boolean streamed) {
        a.then(ScriptedAnswer.fail(FailureKind.SERVER));
        CallResult result =
                ask(streamed, scenario.builder(a).retry(RetryPolicy.defaults()).build());
        result.call.dispose();
        assertThat(scenario.events(Event.CallCancelled.class)).hasSize(1);
        assertThat(scenario.events(Event.AttemptAbandoned.class)).isEmpty();
    }
}
