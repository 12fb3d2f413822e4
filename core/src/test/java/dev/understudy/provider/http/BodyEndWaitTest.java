package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.FailureKind;
import dev.understudy.guard.FinishWait;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Wait for the end of a body, without a client and with one. */
class BodyEndWaitTest {

    private static final Duration DRAIN = Duration.ofSeconds(2);
    private static final Duration TICK = Duration.ofMillis(1);

    private final FinishWait finishWait = new FinishWait();
    private final BodyEndWait limited = new BodyEndWait(DRAIN, finishWait, new RequestProgress());
    private final BodyEndWait bare = new BodyEndWait(DRAIN, null, new RequestProgress());

    private static Mono<Void> over(BodyEndWait wait) {
        return Mono.create(sink -> wait.onOver(error -> {
            if (error == null) {
                sink.success();
            } else {
                sink.error(error);
            }
        }));
    }

    @Test
    void silenceAfterTheFinishReasonCompletesAtTheIdleLimit() {
        StepVerifier.withVirtualTime(() -> over(bare))
                .expectSubscription()
                .then(bare::finished)
                .expectNoEvent(BodyEndWait.IDLE.minus(TICK))
                .thenAwait(TICK)
                .verifyComplete();
    }

    @Test
    void contentAfterTheFinishReasonRestartsTheLimitAndMakesItFail() {
        StepVerifier.withVirtualTime(() -> over(bare))
                .expectSubscription()
                .then(bare::finished)
                .thenAwait(Duration.ofSeconds(19))
                .then(bare::contentAfterFinish)
                .expectNoEvent(BodyEndWait.IDLE.minus(TICK))
                .thenAwait(TICK)
                .verifyErrorSatisfies(error ->
                        assertThat(((CallFailed) error).failure().kind()).isEqualTo(FailureKind.TIMEOUT));
    }

    @Test
    void fragmentsThatNobodyHasReadYetExtendTheWait() {
        StepVerifier.withVirtualTime(() -> over(bare))
                .expectSubscription()
                .then(bare::arrived)
                .then(bare::finished)
                .expectNoEvent(BodyEndWait.IDLE.multipliedBy(3))
                .then(bare::read)
                .thenAwait(BodyEndWait.IDLE)
                .verifyComplete();
    }

    @Test
    void theTerminalEventLimitsTheWaitToTheDrain() {
        StepVerifier.withVirtualTime(() -> over(bare))
                .expectSubscription()
                .then(bare::finished)
                .then(bare::contentAfterFinish)
                .then(bare::terminated)
                .expectNoEvent(DRAIN.minus(TICK))
                .thenAwait(TICK)
                .verifyComplete();
    }

    @Test
    void theLimitOfTheAttemptCompletesIt() {
        StepVerifier.withVirtualTime(() -> over(limited))
                .expectSubscription()
                .then(limited::finished)
                .expectNoEvent(Duration.ofMinutes(1))
                .then(() -> assertThat(finishWait.complete()).isTrue())
                .thenAwait(TICK)
                .verifyComplete();
    }

    @Test
    void contentAfterTheFinishReasonLeavesTheLimitToFail() {
        limited.finished();
        limited.contentAfterFinish();
        assertThat(finishWait.complete()).isFalse();
    }
}
