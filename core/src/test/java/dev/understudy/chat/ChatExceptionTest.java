package dev.understudy.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatException.Exhausted;
import dev.understudy.chat.ChatException.PartialAnswer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChatExceptionTest {

    private static CallFailed failed(FailureKind kind) {
        return new CallFailed(Failure.of(kind, "told"));
    }

    @Test
    void failureKeepsItsCause() {
        IOException cause = new IOException("reset");
        CallFailed failed = new CallFailed(Failure.of(FailureKind.CONNECT, "lost"), cause);
        assertThat(failed).hasCause(cause);
        assertThat(failed.with(failed.failure().withMessage("gone")))
                .hasCause(cause)
                .hasMessage("connect: gone");
        assertThat(failed(FailureKind.SERVER).with(failed.failure())).hasNoCause();
    }

    @Test
    void firstSentFailureIsTheCause() {
        CallFailed skipped = failed(FailureKind.SKIPPED);
        CallFailed first = failed(FailureKind.SERVER);
        CallFailed later = failed(FailureKind.INVALID_REQUEST);
        Exhausted exhausted = new Exhausted("Over", AttemptLog.empty(), List.of(skipped, first, later));
        assertThat(exhausted).hasCause(first);
        assertThat(exhausted.getSuppressed()).containsExactly(skipped, later);
    }

    @Test
    void firstSkipIsTheCauseWithoutAttempts() {
        CallFailed skipped = failed(FailureKind.SKIPPED);
        assertThat(new Exhausted("Over", AttemptLog.empty(), List.of(skipped))).hasCause(skipped);
        assertThat(new Exhausted("Over", AttemptLog.empty(), List.of())).hasNoCause();
    }

    @Test
    void partialAnswerIsCausedByTheInterruption() {
        Failure cut = Failure.of(FailureKind.TRUNCATED, "cut");
        assertThat(new PartialAnswer(cut, ChatResponse.of("p", "m", "half")).getCause())
                .isInstanceOfSatisfying(
                        CallFailed.class, cause -> assertThat(cause.failure()).isEqualTo(cut));
    }
}
