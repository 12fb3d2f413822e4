package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.util.context.Context;

class DeadlineTest {

    private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();

    @Test
    void remainingTimeFollowsTheGivenClock() {
        CallContext.Deadline deadline = CallContext.Deadline.after(Duration.ofSeconds(5), clock);
        clock.advanceTimeBy(Duration.ofSeconds(2));
        assertThat(deadline.remaining()).isEqualTo(Duration.ofSeconds(3));
        assertThat(deadline.isOver()).isFalse();
        clock.advanceTimeBy(Duration.ofSeconds(3));
        assertThat(deadline.isOver()).isTrue();
        clock.advanceTimeBy(Duration.ofSeconds(1));
        assertThat(deadline.remaining()).isEqualTo(Duration.ofSeconds(-1));
    }

    @Test
    void earlierOfTwoDeadlinesApplies() {
        CallContext.Deadline early = CallContext.Deadline.after(Duration.ofSeconds(1), clock);
        CallContext.Deadline late = CallContext.Deadline.after(Duration.ofHours(1), Schedulers.parallel());
        Context first = CallContext.deadline(early).apply(Context.empty());
        assertThat(CallContext.from(CallContext.deadline(late).apply(first)).deadline())
                .isSameAs(early);
        Context second = CallContext.deadline(late).apply(Context.empty());
        assertThat(CallContext.from(CallContext.deadline(early).apply(second)).deadline())
                .isSameAs(early);
    }

    @Test
    void deadlineMustBeInTheFuture() {
        assertThatIllegalArgumentException().isThrownBy(() -> CallContext.Deadline.after(Duration.ZERO));
    }
}
