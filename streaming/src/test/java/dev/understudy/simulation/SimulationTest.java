package dev.understudy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import reactor.core.scheduler.Schedulers;

/** Calls in simulated worlds keep their promises, whatever happens to network and vendors. */
@Isolated("replaces the schedulers of Reactor")
class SimulationTest {

    /** First seed of the run. */
    private static final long FIRST = Long.getLong("seed", 0);

    private static final int SEEDS = Integer.getInteger("understudy.simulation.seeds", 100);

    /** Events that the default run reaches, each a branch that few calls take. */
    private static final List<String> RARE = List.of(
            "another address",
            "AttemptAbandoned",
            "cancelled",
            "circuit CLOSED",
            "circuit HALF_OPEN",
            "circuit OPEN",
            "closed while calls are in flight",
            "connections not accepted",
            "dead connections",
            "failure AUTH",
            "failure CONNECT",
            "failure EMPTY",
            "failure MODEL_NOT_FOUND",
            "failure OVERLOADED",
            "failure PROTOCOL",
            "failure RATE_LIMITED",
            "failure SERVER",
            "failure TIMEOUT",
            "failure TRUNCATED",
            "Hedged",
            "KeyCoolingDown",
            "KeyRotated",
            "partition",
            "restart",
            "Retrying",
            "slow network",
            "StreamLost",
            "StreamTakenOver",
            "takeover by prefill",
            "takeover by replay",
            "TakeoverFailed",
            "text continued by a prefix",
            "unknown host");

    private static Schedulers.Snapshot schedulers;

    @BeforeAll
    static void simulateTime() {
        schedulers = SimulatedScheduler.install();
    }

    @AfterAll
    static void restoreTime() {
        Schedulers.resetFrom(schedulers);
    }

    @Test
    void everyWorldKeepsTheInvariantsAndRareBranchesAreReached() {
        Reached reached = new Reached();
        List<String> violations = new ArrayList<>();
        long steps = 0;
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            Simulation.Result result = Simulation.simulate(seed, false);
            reached.addAll(result.reached());
            steps += result.steps();
            if (result.violation() != null) {
                violations.add("seed " + seed + ", " + result.violation());
            }
        }
        assertThat(violations).as("%d seeds, %d steps", SEEDS, steps).isEmpty();
        if (FIRST == 0) {
            assertThat(RARE)
                    .as("branches that %d seeds reached: %s", SEEDS, reached)
                    .allMatch(branch -> reached.count(branch) > 0);
            assertThat(Vendor.Fault.values())
                    .allMatch(fault -> fault == Vendor.Fault.NONE || reached.count("fault " + fault) > 0);
        }
    }

    @Test
    void historyOfASeedIsReplayedByteByByte() {
        for (long seed = FIRST; seed < FIRST + Math.max(2, SEEDS / 1_000); seed++) {
            Simulation.Result once = Simulation.simulate(seed, true);
            assertThat(once.history()).isNotEmpty();
            assertThat(Simulation.simulate(seed, true).history()).isEqualTo(once.history());
            assertThat(Simulation.simulate(seed, false).hash()).isEqualTo(once.hash());
        }
        assertThat(Simulation.simulate(FIRST, false).hash())
                .isNotEqualTo(Simulation.simulate(FIRST + 1, false).hash());
    }
}
