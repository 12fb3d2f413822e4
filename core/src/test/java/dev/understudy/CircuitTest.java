package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The rows of the state machine that a single thread never sees: an event that was overtaken changes nothing. */
class CircuitTest {

    private static final CircuitPolicy POLICY = CircuitPolicy.defaults().withJitter(0);

    private final Circuit.Closed closed = closed(7);
    private final Circuit.HalfOpen halfOpen = halfOpen(7, 2);
    private final List<Circuit> states = List.of(
            closed,
            new Circuit.Open(7, 100, 1, "why"),
            halfOpen,
            new Circuit.ForcedOpen(7, false, 0, false),
            new Circuit.Disabled(7));

    private static Circuit.Closed closed(long generation) {
        return new Circuit.Closed(generation, new BreakerStatistics(POLICY, 0));
    }

    private static Circuit.HalfOpen halfOpen(long generation, int lease) {
        return new Circuit.HalfOpen(generation, lease, true, 100, 1, "why");
    }

    @Test
    void eventsOfAnOlderGenerationChangeNoState() {
        assertThat(states).allSatisfy(state -> {
            assertThat(state.tripped(closed(5), "late", 0, 0, POLICY)).isSameAs(state);
            assertThat(state.passed(halfOpen(5, 2), 0, POLICY)).isSameAs(state);
            assertThat(state.failed(halfOpen(5, 2), 0, 0, POLICY)).isSameAs(state);
            assertThat(state.freed(halfOpen(5, 2))).isSameAs(state);
        });
    }

    @Test
    void eventsOfTheirOwnGenerationDo() {
        assertThat(closed.tripped(closed, "why", 0, 10, POLICY))
                .isEqualTo(new Circuit.Open(8, 10 + 5_000_000_000L, 1, "why"));
        long begun = 100 - POLICY.trialLease().toNanos();
        assertThat(halfOpen.failed(halfOpen, 0, begun + 7, POLICY))
                .isEqualTo(new Circuit.Open(8, begun + 10_000_000_000L, 2, "why"));
        assertThat(halfOpen.failed(halfOpen, 0, 10, POLICY))
                .as("a trial that was silent for as long as its lease")
                .isEqualTo(new Circuit.Open(8, 10 + 5_000_000_000L, 2, "why"));
        assertThat(halfOpen.passed(halfOpen, 10, POLICY))
                .isInstanceOfSatisfying(Circuit.Closed.class, next -> assertThat(next.generation())
                        .isEqualTo(8));
        assertThat(halfOpen.freed(halfOpen)).isEqualTo(new Circuit.HalfOpen(7, 2, false, 100, 1, "why"));
    }

    @Test
    void whatAnotherInstanceSaysOpensWhatIsClosedAndLengthensWhatIsOpenAndNothingElse() {
        long longest = 10 + Circuit.pause(POLICY, 100, 1);
        assertThat(closed.heardOpen("why", 60, 10, POLICY))
                .isEqualTo(new Circuit.Open(8, 60, 1, "another instance: why", true));
        assertThat(closed.heardOpen("why", Long.MAX_VALUE / 2, 10, POLICY))
                .isEqualTo(new Circuit.Open(8, longest, 1, "another instance: why", true));
        assertThat(closed.heardOpen("over", 10, 10, POLICY)).isSameAs(closed);
        Circuit.Open open = new Circuit.Open(7, 100, 3, "mine");
        assertThat(open.heardOpen("theirs", 90, 10, POLICY)).isSameAs(open);
        assertThat(open.heardOpen("theirs", 200, 10, POLICY)).isEqualTo(new Circuit.Open(7, 200, 3, "mine"));
        assertThat(open.heardClosed(10)).isEqualTo(new Circuit.Open(7, 10, 3, "mine"));
        assertThat(states)
                .filteredOn(state -> state.name() != CircuitState.OPEN)
                .allSatisfy(state -> {
                    assertThat(state.heardClosed(10)).isSameAs(state);
                    assertThat(state.name() == CircuitState.CLOSED ? state : state.heardOpen("why", 60, 10, POLICY))
                            .isSameAs(state);
                });
    }

    @Test
    void anOlderLeaseOfTheSameGenerationMayPassButNeitherFailNorFree() {
        Circuit.HalfOpen lost = halfOpen(7, 1);
        assertThat(halfOpen.failed(lost, 0, 0, POLICY)).isSameAs(halfOpen);
        assertThat(halfOpen.freed(lost)).isSameAs(halfOpen);
        assertThat(halfOpen.passed(lost, 0, POLICY).name()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void everyStateCanBeForcedOpenAndDisabledByAnOperator() {
        assertThat(states).allSatisfy(state -> {
            assertThat(state.forced(null, 0).name()).isEqualTo(CircuitState.FORCED_OPEN);
            assertThat(state.forced(null, 0).generation()).isEqualTo(8);
            assertThat(state.disabled().name()).isEqualTo(CircuitState.DISABLED);
        });
    }
}
