package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.FailureKind;
import dev.understudy.guard.FinishWait;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Wait for the end of a body, without a client and with one. */
class BodyEndWaitTest {

    private static final Duration DRAIN = Duration.ofSeconds(2);
    private static final Duration TICK = Duration.ofMillis(1);

    private final FinishWait finishWait = new FinishWait();
    private final BodyEndWait limited = new BodyEndWait(DRAIN, finishWait, new RequestProgress());
    private final BodyEndWait bare = new BodyEndWait(DRAIN, null, new RequestProgress());

    @Test
    void silenceAfterTheFinishReasonCompletesAtTheIdleLimit() {
        StepVerifier.withVirtualTime(() -> bare.limit(Flux.never()))
                .expectSubscription()
                .then(bare::finished)
                .expectNoEvent(BodyEndWait.IDLE.minus(TICK))
                .thenAwait(TICK)
                .verifyComplete();
    }

    @Test
    void contentAfterTheFinishReasonRestartsTheLimitAndMakesItFail() {
        StepVerifier.withVirtualTime(() -> bare.limit(Flux.never()))
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
        StepVerifier.withVirtualTime(() -> bare.limit(Flux.just(new byte[1]).concatWith(Flux.never())))
                .expectNextCount(1)
                .then(bare::finished)
                .expectNoEvent(BodyEndWait.IDLE.multipliedBy(3))
                .then(bare::read)
                .thenAwait(BodyEndWait.IDLE)
                .verifyComplete();
    }

    @Test
    void theTerminalEventLimitsTheWaitToTheDrain() {
        StepVerifier.withVirtualTime(() -> bare.limit(Flux.never()))
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
        StepVerifier.withVirtualTime(() -> limited.limit(Flux.never()))
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
