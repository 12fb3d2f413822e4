package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualStage.Heard;
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

/** An attempt that is given up is told of, with what it cost. */
class AttemptLeftTest {

    /** "Who is there?" takes 13 / 4 tokens, and 4 for being a message. */
    private static final int PROMPT = 8;

    private final VirtualStage stage = new VirtualStage();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");

    private Heard ask(boolean streamed, Understudy understudy) {
        return streamed ? stage.stream(understudy) : stage.chat(understudy);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCallerWhoLeavesBeforeAnyContentLeavesTheAttemptAndThenTheCall(boolean streamed) {
        a.then(ScriptedAnswer.hang());
        Heard heard = ask(streamed, stage.builder(a).build());
        stage.advance(Duration.ofSeconds(1));
        heard.call.dispose();
        assertThat(stage.events).hasSize(3);
        AttemptLog.Attempt left = ((Event.AttemptAbandoned) stage.events.get(1)).attempt();
        assertThat(left.outcome()).isEqualTo(AttemptLog.Outcome.CANCELLED);
        assertThat(left.usage()).isEqualTo(Usage.estimate(PROMPT));
        assertThat(left.timing().took()).isEqualTo(Duration.ofSeconds(1));
        assertThat(stage.events.get(2)).isInstanceOf(Event.CallCancelled.class);
    }

    @Test
    void whatWasSaidBeforeTheCallerLeftIsCounted() {
        a.then(ScriptedAnswer.tokens("four", "more", "and more").hangAfter(2));
        Heard heard = stage.stream(stage.builder(a).build());
        assertThat(heard.text()).isEqualTo("fourmore");
        heard.call.dispose();
        List<Event.AttemptAbandoned> left = stage.events(Event.AttemptAbandoned.class);
        assertThat(left).hasSize(1);
        assertThat(left.get(0).attempt().outcome()).isEqualTo(AttemptLog.Outcome.CANCELLED);
        assertThat(left.get(0).attempt().usage()).isEqualTo(Usage.of(PROMPT, 2).withEstimated(true));
    }

    @Test
    void whatWasSaidBeforeTheStreamDiedIsCounted() {
        a.then(ScriptedAnswer.tokens("four", "more", "and more")
                .failAfter(2, Failure.of(FailureKind.SERVER, "broken")));
        Heard heard = stage.stream(stage.builder(a).build());
        assertThat(heard.trail().usage()).isEqualTo(Usage.of(PROMPT, 2).withEstimated(true));
        assertThat(stage.events(Event.AttemptAbandoned.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoIsOutrunIsToldOfBeforeTheAnswer(boolean streamed) {
        a.then(ScriptedAnswer.hang());
        Heard heard =
                ask(streamed, stage.builder(a, b).hedging(HedgingPolicy.on()).build());
        stage.advance(Duration.ofSeconds(1));
        assertThat(heard.by()).isEqualTo("b");
        List<Event.AttemptAbandoned> left = stage.events(Event.AttemptAbandoned.class);
        assertThat(left).hasSize(1);
        assertThat(left.get(0).attempt())
                .isEqualTo(heard.trail().attempts().get(0))
                .extracting(AttemptLog.Attempt::provider, AttemptLog.Attempt::outcome)
                .containsExactly("a", AttemptLog.Outcome.WASTED);
        assertThat(stage.events.get(stage.events.size() - 1)).isInstanceOf(Event.CallSucceeded.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoServesIsNotLeft(boolean streamed) {
        assertThat(ask(streamed, stage.builder(a).build()).by()).isEqualTo("a");
        assertThat(stage.events(Event.AttemptAbandoned.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCallThatIsLeftBetweenTwoAttemptsHasNoAttemptToLeave(boolean streamed) {
        a.then(ScriptedAnswer.fail(FailureKind.SERVER));
        Heard heard =
                ask(streamed, stage.builder(a).retry(RetryPolicy.defaults()).build());
        heard.call.dispose();
        assertThat(stage.events(Event.CallCancelled.class)).hasSize(1);
        assertThat(stage.events(Event.AttemptAbandoned.class)).isEmpty();
    }
}
