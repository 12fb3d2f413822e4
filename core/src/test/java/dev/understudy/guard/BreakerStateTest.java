package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Transitions that need concurrency: events of an older generation change nothing. */
class BreakerStateTest {

    private static final CircuitPolicy POLICY = CircuitPolicy.defaults().withJitter(0);

    private final BreakerState.Closed closed = closed(7);
    private final BreakerState.HalfOpen halfOpen = halfOpen(7, 2);
    private final List<BreakerState> states = List.of(
            closed,
            new BreakerState.Open(7, 100, 1, "why"),
            halfOpen,
            new ForcedOpen(7, false, 0, false),
            new Disabled(7));

    private static BreakerState.Closed closed(long generation) {
        return new BreakerState.Closed(generation, new BreakerStatistics(POLICY, 0));
    }

    private static BreakerState.HalfOpen halfOpen(long generation, int lease) {
        return new BreakerState.HalfOpen(generation, lease, true, 100, 1, "why");
    }

    @Test
    void eventsOfAnOlderGenerationChangeNoState() {
        assertThat(states).allSatisfy(state -> {
            assertThat(state.tripped(closed(5), "late", 0, 0, POLICY)).isSameAs(state);
            assertThat(state.trialSucceeded(halfOpen(5, 2), 0, POLICY)).isSameAs(state);
            assertThat(state.failed(halfOpen(5, 2), 0, 0, POLICY)).isSameAs(state);
            assertThat(state.releaseTrial(halfOpen(5, 2))).isSameAs(state);
        });
    }

    @Test
    void eventsOfTheCurrentGenerationChangeState() {
        assertThat(closed.tripped(closed, "why", 0, 10, POLICY))
                .isEqualTo(new BreakerState.Open(8, 10 + 5_000_000_000L, 1, "why"));
        long begun = 100 - POLICY.trialLease().toNanos();
        assertThat(halfOpen.failed(halfOpen, 0, begun + 7, POLICY))
                .isEqualTo(new BreakerState.Open(8, begun + 10_000_000_000L, 2, "why"));
        assertThat(halfOpen.failed(halfOpen, 0, 10, POLICY))
                .as("a trial that was silent for as long as its lease")
                .isEqualTo(new BreakerState.Open(8, 10 + 5_000_000_000L, 2, "why"));
        assertThat(halfOpen.trialSucceeded(halfOpen, 10, POLICY))
                .isInstanceOfSatisfying(BreakerState.Closed.class, next -> assertThat(next.generation())
                        .isEqualTo(8));
        assertThat(halfOpen.releaseTrial(halfOpen)).isEqualTo(new BreakerState.HalfOpen(7, 2, false, 100, 1, "why"));
    }

    @Test
    void remoteOpeningAffectsClosedAndOpenOnly() {
        long longest = 10 + OpenTime.nanos(POLICY, 100, 1);
        assertThat(closed.remoteOpened("why", 60, 10, POLICY))
                .isEqualTo(new BreakerState.Open(8, 60, 1, "another instance: why", true));
        assertThat(closed.remoteOpened("why", Long.MAX_VALUE / 2, 10, POLICY))
                .isEqualTo(new BreakerState.Open(8, longest, 1, "another instance: why", true));
        assertThat(closed.remoteOpened("over", 10, 10, POLICY)).isSameAs(closed);
        BreakerState.Open open = new BreakerState.Open(7, 100, 3, "mine");
        assertThat(open.remoteOpened("theirs", 90, 10, POLICY)).isSameAs(open);
        assertThat(open.remoteOpened("theirs", 100, 10, POLICY)).isSameAs(open);
        assertThat(open.remoteOpened("theirs", 200, 10, POLICY)).isEqualTo(new BreakerState.Open(7, 200, 3, "mine"));
        assertThat(open.remoteClosed(10)).isEqualTo(new BreakerState.Open(7, 10, 3, "mine"));
        assertThat(states)
                .filteredOn(state -> state.name() != ProviderStatus.CircuitState.OPEN)
                .allSatisfy(state -> {
                    assertThat(state.remoteClosed(10)).isSameAs(state);
                    assertThat(
                                    state.name() == ProviderStatus.CircuitState.CLOSED
                                            ? state
                                            : state.remoteOpened("why", 60, 10, POLICY))
                            .isSameAs(state);
                });
    }

    @Test
    void olderLeaseMaySucceedOnly() {
        BreakerState.HalfOpen lost = halfOpen(7, 1);
        assertThat(halfOpen.failed(lost, 0, 0, POLICY)).isSameAs(halfOpen);
        assertThat(halfOpen.releaseTrial(lost)).isSameAs(halfOpen);
        assertThat(halfOpen.trialSucceeded(lost, 0, POLICY).name()).isEqualTo(ProviderStatus.CircuitState.CLOSED);
    }

    @Test
    void everyStateCanBeForcedOpenAndDisabled() {
        assertThat(states).allSatisfy(state -> {
            assertThat(state.forced(null, 0).name()).isEqualTo(ProviderStatus.CircuitState.FORCED_OPEN);
            assertThat(state.forced(null, 0).generation()).isEqualTo(8);
            assertThat(state.disabled().name()).isEqualTo(ProviderStatus.CircuitState.DISABLED);
        });
    }

    @Test
    void expiredTrialIsFollowedByTheNextLease() {
        assertThat(halfOpen.acquire(false, 99, POLICY)).isSameAs(halfOpen);
        assertThat(halfOpen.acquire(false, 100, POLICY))
                .isEqualTo(new BreakerState.HalfOpen(
                        7, 3, true, 100 + POLICY.trialLease().toNanos(), 1, "why"));
    }
}
