package dev.understudy.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallErrorTest {

    @ParameterizedTest
    @CsvSource({
        "UNSUPPORTED,400,invalid_request_error,not_possible",
        "UNAVAILABLE,503,server_error,overloaded",
        "CODE_FAILED,500,server_error,internal_error"
    })
    void reasonOfARejectionDecidesTheStatus(
            ChatException.Rejected.Reason reason, int status, String type, String code) {
        CallError error = CallError.of(new ChatException.Rejected(reason, "why", AttemptLog.empty(), null));
        assertThat(error).isEqualTo(new CallError(status, type, code, null, "why", null));
    }

    @Test
    void exhaustedCallIsTheFirstFailureWithTheSoonestRetry() {
        Failure limited = Failure.of(FailureKind.RATE_LIMITED, "slow").withRetryAfter(Duration.ofSeconds(9));
        AttemptLog attemptLog = AttemptLog.empty()
                .plus(AttemptLog.Attempt.of("a", "m", AttemptLog.Outcome.FAILED).withFailure(limited))
                .plus(AttemptLog.Attempt.of("b", "m", AttemptLog.Outcome.FAILED)
                        .withFailure(limited.withRetryAfter(Duration.ofSeconds(4))));
        CallError error = CallError.of(new ChatException.Exhausted("all failed", attemptLog, List.of()));
        assertThat(error.status()).isEqualTo(429);
        assertThat(error.retryAfter()).isEqualTo(Duration.ofSeconds(4));
    }
}
