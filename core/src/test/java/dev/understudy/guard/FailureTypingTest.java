package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailureTypingTest {

    private static final Failure KNOWN = Failure.of(FailureKind.QUOTA, "no balance");

    private final FailureTyping failureTyping = new FailureTyping(error -> KNOWN);

    @Test
    void typedExceptionStaysAsItIs() {
        ChatException.CallFailed typed = new ChatException.CallFailed(Failure.of(FailureKind.SERVER, "it broke"));
        assertThat(failureTyping.typed(typed)).isSameAs(typed);
    }

    @Test
    void classifierTypesForeignExceptions() {
        IOException foreign = new IOException("secret");
        ChatException.CallFailed typed = failureTyping.typed(foreign);
        assertThat(typed.failure()).isEqualTo(KNOWN);
        assertThat(typed).hasCause(foreign).hasMessageNotContaining("secret");
    }

    @Test
    void nestedClientThatIsExhaustedIsNotRetried() {
        ChatException.CallFailed cause = new ChatException.CallFailed(Failure.of(FailureKind.SERVER, "it broke"));
        ChatException exhausted = new ChatException.Exhausted("All failed", AttemptLog.empty(), List.of(cause));
        assertThat(failureTyping.failure(exhausted).kind()).isEqualTo(FailureKind.SERVER);
        assertThat(failureTyping.failure(exhausted).advice().shouldRetry()).isFalse();
        assertThat(failureTyping.failure(cause).advice().shouldRetry()).isNull();
    }

    @Test
    void classifierThatDoesNotKnowOrThrowsLeavesJdkTypes() {
        IOException foreign = new IOException("reset");
        assertThat(new FailureTyping(error -> null).failure(foreign).kind()).isEqualTo(FailureKind.CONNECT);
        FailureTyping throwing = new FailureTyping(error -> {
            throw new IllegalStateException("bug");
        });
        assertThat(throwing.failure(foreign).kind()).isEqualTo(FailureKind.CONNECT);
    }

    @Test
    void fatalErrorOfTheJvmIsNotClassified() {
        assertThat(failureTyping.failure(new OutOfMemoryError()).kind()).isEqualTo(FailureKind.PROTOCOL);
    }
}
