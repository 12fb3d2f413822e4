package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FinishWaitTest {

    private final AtomicInteger completions = new AtomicInteger();
    private final FinishWait finishWait = new FinishWait();

    @Test
    void waitingStreamIsCompletedOnce() {
        assertThat(finishWait.complete()).isFalse();
        finishWait.begin(completions::incrementAndGet);
        assertThat(finishWait.complete()).isTrue();
        assertThat(finishWait.complete()).isFalse();
        assertThat(completions).hasValue(1);
    }

    @Test
    void cancelledWaitCompletesNothing() {
        finishWait.begin(completions::incrementAndGet);
        finishWait.cancel();
        assertThat(finishWait.complete()).isFalse();
        assertThat(completions).hasValue(0);
    }

    @Test
    void arrivalOfHeadersIsRemembered() {
        ResponseStart responseStart = new ResponseStart();
        assertThat(responseStart.hasArrived()).isFalse();
        responseStart.arrived();
        assertThat(responseStart.hasArrived()).isTrue();
    }
}
