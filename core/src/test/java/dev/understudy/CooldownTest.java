package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cooldowns of models in calls. */
class CooldownTest {

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void successEndsCooldownOfModel(boolean streamed) {
        a.then(
                ScriptedAnswer.fail(FailureKind.MODEL_NOT_FOUND),
                ScriptedAnswer.text("deployed"),
                ScriptedAnswer.text("still there"));
        b.always(ScriptedAnswer.fail(FailureKind.AUTH));
        Understudy understudy = scenario.builder(a, b).build();

        assertThat(ask(understudy, streamed).outcomes()).containsExactly("a:failed", "b:failed");
        assertThat(ask(understudy, streamed).outcomes()).containsExactly("a:skipped", "b:failed", "a:served");
        assertThat(ask(understudy, streamed).outcomes()).containsExactly("a:served");
    }

    private CallResult ask(Understudy understudy, boolean streamed) {
        return streamed ? scenario.stream(understudy) : scenario.chat(understudy);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noModelCoolsDownForLongerThanAnHour(boolean streamed) {
        a.then(
                ScriptedAnswer.fail(Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofDays(366))),
                ScriptedAnswer.text("back"));
        Understudy understudy = scenario.builder(a, b).build();
        assertThat(ask(understudy, streamed).by()).isEqualTo("b");
        scenario.advance(Duration.ofHours(1).minusNanos(1));
        assertThat(ask(understudy, streamed).by()).isEqualTo("b");
        scenario.advance(Duration.ofNanos(1));
        assertThat(ask(understudy, streamed).by()).isEqualTo("a");
    }
}
