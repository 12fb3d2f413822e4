package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InFlightTest {

    private final AtomicInteger drained = new AtomicInteger();
    private final InFlight inFlight = new InFlight(drained::incrementAndGet);

    @Test
    void lastCallOfAClosedClientDrainsIt() {
        assertThat(inFlight.enter()).isTrue();
        assertThat(inFlight.enter()).isTrue();
        inFlight.leave();
        inFlight.close();
        assertThat(drained).hasValue(0);
        inFlight.leave();
        assertThat(drained).hasValue(1);
    }

    @Test
    void openClientIsNotDrainedByItsLastCall() {
        inFlight.enter();
        inFlight.leave();
        assertThat(inFlight.isClosed()).isFalse();
        assertThat(drained).hasValue(0);
    }

    @Test
    void idleClientIsDrainedOnceWhenClosed() {
        inFlight.close();
        inFlight.close();
        assertThat(inFlight.isClosed()).isTrue();
        assertThat(drained).hasValue(1);
    }

    @Test
    void closedClientRefusesCallsAndCountsThemOut() {
        inFlight.enter();
        inFlight.close();
        assertThat(inFlight.enter()).isFalse();
        assertThat(drained).hasValue(0);
        inFlight.leave();
        assertThat(drained).hasValue(1);
    }
}
