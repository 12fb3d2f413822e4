package dev.understudy.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatExceptionFailureTest {

    private final Failure skipped = Failure.of(FailureKind.SKIPPED, "has no images");
    private final Failure server = Failure.of(FailureKind.SERVER, "down");

    @Test
    void failureOfAnAttemptIsItsOwn() {
        assertThat(new ChatException.CallFailed(server).failure()).isEqualTo(server);
    }

    @Test
    void failureOfAnExhaustedCallIsTheFirstSent() {
        AttemptLog attemptLog = AttemptLog.empty()
                .plus(AttemptLog.Attempt.skipped("a", "m", skipped))
                .plus(AttemptLog.Attempt.of("b", "m", AttemptLog.Outcome.FAILED).withFailure(server));
        assertThat(new ChatException.Exhausted("all failed", attemptLog, List.of()).failure())
                .isEqualTo(server);
    }

    @Test
    void failureOfAnExhaustedCallWithoutAttempts() {
        AttemptLog onlySkipped = AttemptLog.empty().plus(AttemptLog.Attempt.skipped("a", "m", skipped));
        assertThat(new ChatException.Exhausted("none left", onlySkipped, List.of()).failure())
                .isEqualTo(skipped);
        assertThat(new ChatException.Exhausted("too late", AttemptLog.empty(), List.of()).failure())
                .isEqualTo(Failure.of(FailureKind.SERVER, "too late"));
    }

    @Test
    void failureOfARejectedCallIsUnsupported() {
        assertThat(new ChatException.Rejected("nobody reads images").failure())
                .isEqualTo(Failure.of(FailureKind.UNSUPPORTED, "nobody reads images"));
    }

    @ParameterizedTest
    @CsvSource({"UNSUPPORTED,UNSUPPORTED", "UNAVAILABLE,SKIPPED", "CODE_FAILED,UNSUPPORTED"})
    void reasonOfARejectionDecidesTheKind(ChatException.Rejected.Reason reason, FailureKind kind) {
        ChatException.Rejected rejected = new ChatException.Rejected(reason, "no", AttemptLog.empty(), null);
        assertThat(rejected.reason()).isEqualTo(reason);
        assertThat(rejected.failure()).isEqualTo(Failure.of(kind, "no"));
    }
}
