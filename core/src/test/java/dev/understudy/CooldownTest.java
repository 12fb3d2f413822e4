package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualStage.Heard;
import dev.understudy.chat.FailureKind;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that are left alone for a while because of what their vendor said. */
class CooldownTest {

    private final VirtualStage stage = new VirtualStage();
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
        Understudy understudy = stage.builder(a, b).build();

        assertThat(ask(understudy, streamed).outcomes()).containsExactly("a:failed", "b:failed");
        assertThat(ask(understudy, streamed).outcomes()).containsExactly("a:skipped", "b:failed", "a:served");
        assertThat(ask(understudy, streamed).outcomes()).containsExactly("a:served");
    }

    private Heard ask(Understudy understudy, boolean streamed) {
        return streamed ? stage.stream(understudy) : stage.chat(understudy);
    }
}
