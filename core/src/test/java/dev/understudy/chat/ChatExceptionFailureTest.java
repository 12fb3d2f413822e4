package dev.understudy.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChatExceptionFailureTest {

    private final Failure skipped = Failure.of(FailureKind.SKIPPED, "has no images");
    private final Failure server = Failure.of(FailureKind.SERVER, "down");

    @Test
    void failureOfAnAttemptIsItsOwn() {
        assertThat(new ChatException.CallFailed(server).failure()).isEqualTo(server);
    }

    @Test
    void failureOfAnExhaustedCallIsTheFirstSent() {
        Trail trail = Trail.empty()
                .plus(Trail.Entry.skipped("a", "m", skipped))
                .plus(new Trail.Entry(
                        "b", "m", 1, 1, Trail.Outcome.FAILED, server, Trail.Timing.NONE, Usage.none(), null, 0));
        assertThat(new ChatException.Exhausted("all failed", trail, List.of()).failure())
                .isEqualTo(server);
    }

    @Test
    void failureOfAnExhaustedCallWithoutAttempts() {
        Trail onlySkipped = Trail.empty().plus(Trail.Entry.skipped("a", "m", skipped));
        assertThat(new ChatException.Exhausted("none left", onlySkipped, List.of()).failure())
                .isEqualTo(skipped);
        assertThat(new ChatException.Exhausted("too late", Trail.empty(), List.of()).failure())
                .isEqualTo(Failure.of(FailureKind.SERVER, "too late"));
    }

    @Test
    void failureOfARejectedCallIsUnsupported() {
        assertThat(new ChatException.Rejected("nobody reads images").failure())
                .isEqualTo(Failure.of(FailureKind.UNSUPPORTED, "nobody reads images"));
    }
}
