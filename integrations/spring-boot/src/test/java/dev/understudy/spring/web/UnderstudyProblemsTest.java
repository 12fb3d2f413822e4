package dev.understudy.spring.web;

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
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ProblemDetail;

class UnderstudyProblemsTest {

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    void everyKindIsAnErrorWithoutItsMessage(FailureKind kind) {
        ProblemDetail problem =
                UnderstudyProblems.of(new ChatException.CallFailed(Failure.of(kind, "secret-vendor said so")));
        assertThat(problem.getStatus()).isBetween(400, 504);
        assertThat(problem.toString()).doesNotContain("secret-vendor");
        assertThat(problem.getProperties()).containsEntry("kind", kind.label());
    }

    @Test
    void retryAfterIsInWholeSecondsRoundedUp() {
        Failure limited = Failure.of(FailureKind.RATE_LIMITED, "slow down").withRetryAfter(Duration.ofMillis(1_200));
        HttpHeaders headers = UnderstudyProblems.headers(new ChatException.CallFailed(limited));
        assertThat(headers.getFirst(HttpHeaders.RETRY_AFTER)).isEqualTo("2");
        assertThat(UnderstudyProblems.of(new ChatException.CallFailed(limited)).getStatus())
                .isEqualTo(503);
    }

    @Test
    void rejectionSaysThatNoProviderCanAnswer() {
        ProblemDetail problem = UnderstudyProblems.of(new ChatException.Rejected("No agent is called 'x'"));
        assertThat(problem.getStatus()).isEqualTo(400);
        assertThat(problem.getDetail()).doesNotContain("'x'");
    }

    @ParameterizedTest
    @CsvSource({"UNSUPPORTED,400", "UNAVAILABLE,503", "CODE_FAILED,500"})
    void reasonOfARejectionDecidesTheStatus(ChatException.Rejected.Reason reason, int status) {
        ProblemDetail problem =
                UnderstudyProblems.of(new ChatException.Rejected(reason, "secret", AttemptLog.empty(), null));
        assertThat(problem.getStatus()).isEqualTo(status);
        assertThat(problem.getProperties()).containsEntry("kind", "rejected");
        assertThat(problem.toString()).doesNotContain("secret");
    }

    @Test
    void exhaustedCallIsNamedByItsFirstFailure() {
        ChatException.CallFailed first = new ChatException.CallFailed(Failure.of(FailureKind.TIMEOUT, "no answer"));
        ChatException error = new ChatException.Exhausted("all failed", AttemptLog.empty(), List.of(first));
        assertThat(UnderstudyProblems.of(error).getStatus()).isEqualTo(504);
    }
}
