package dev.understudy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
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

    /** Seeds of the default run, in which each of the rare events occurs. */
    private static final int ENOUGH = 300;

    /** Seeds from any first one among which each of the rare events occurs. */
    private static final int MANY = 10_000;

    private static final int SEEDS = Integer.getInteger("understudy.simulation.seeds", ENOUGH);

    /** Threads that run worlds beside each other. */
    private static final int THREADS = Integer.getInteger("understudy.simulation.threads", 1);

    /** File for the hash of each history, or for the history itself of a run of one seed. */
    private static final @Nullable String HISTORIES = System.getProperty("understudy.simulation.histories");

    /** Events that the default run reaches, each a branch that few calls take. */
    private static final List<String> RARE = List.of(
            "another address",
            "another address for new connections",
            "another address over HTTP/2",
            "another limit of streams",
            "asked again while connections are refused",
            "AttemptAbandoned",
            "cancelled",
            "circuit CLOSED",
            "circuit HALF_OPEN",
            "circuit OPEN",
            "closed while calls are in flight",
            "connections not accepted",
            "dead connections",
            "dead HTTP/2 connection found by PING",
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
            "GOAWAY with streams in flight",
            "handshake ALERT",
            "handshake DIES",
            "handshake HANGS",
            "Hedged",
            "HTTP/1.1 by ALPN",
            "HTTP/2 by ALPN",
            "HTTP/2 connection replaced after a request without any answer",
            "HTTP/2 REFUSED",
            "KeyCoolingDown",
            "KeyRotated",
            "partition",
            "restart",
            "Retrying",
            "slow handshake",
            "slow network",
            "stream reset",
            "StreamLost",
            "StreamTakenOver",
            "takeover by prefill",
            "takeover by replay",
            "TakeoverFailed",
            "text continued by a prefix",
            "TLS without ALPN",
            "unknown host");

    /** Events that longer runs reach. */
    private static final List<String> RARER = List.of(
            "all streams of a connection in use",
            "closed while a connection is opened",
            "more streams than a limit that the client did not know",
            "several streams in flight at a GOAWAY");

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
    void everyWorldKeepsTheInvariantsAndRareBranchesAreReached() throws Exception {
        Worlds worlds = new Worlds();
        worlds.run();
        assertThat(worlds.violations)
                .as("%d seeds, %d steps", SEEDS, worlds.steps)
                .isEmpty();
        if (SEEDS >= (FIRST == 0 ? ENOUGH : MANY)) {
            assertThat(RARE)
                    .as("branches that %d seeds reached: %s", SEEDS, worlds.reached)
                    .allMatch(branch -> worlds.reached.count(branch) > 0);
            assertThat(Vendor.Fault.values())
                    .allMatch(fault -> fault == Vendor.Fault.NONE || worlds.reached.count("fault " + fault) > 0);
        }
        if (SEEDS >= MANY) {
            assertThat(RARER).allMatch(event -> worlds.reached.count(event) > 0);
            assertThat(TlsServer.Handshake.values())
                    .allMatch(course ->
                            course == TlsServer.Handshake.COMPLETES || worlds.reached.count("handshake " + course) > 0);
            assertThat(Http2Server.Fault.values()).allMatch(fault -> worlds.reached.count("HTTP/2 " + fault) > 0);
            assertThat(OwnProvider.Fault.values()).allMatch(fault -> worlds.reached.count("own fault " + fault) > 0);
        }
    }

    /** All worlds of a run, each of which belongs to one thread. */
    private static final class Worlds {

        private final AtomicLong next = new AtomicLong(FIRST);
        private final Reached reached = new Reached();
        private final List<String> violations = new ArrayList<>();
        private final Map<Long, Long> hashes = new TreeMap<>();
        private long steps;

        void run() throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            List<Callable<Void>> all = Collections.nCopies(THREADS, () -> {
                for (long seed = next.getAndIncrement(); seed < FIRST + SEEDS; seed = next.getAndIncrement()) {
                    add(Simulation.simulate(seed, false));
                }
                return null;
            });
            for (Future<Void> one : threads.invokeAll(all)) {
                one.get();
            }
            threads.shutdown();
            if (HISTORIES != null) {
                Files.writeString(
                        Path.of(HISTORIES),
                        SEEDS == 1 ? Simulation.simulate(FIRST, true).history() : lines());
            }
        }

        /** A line for each seed, and one for all of them. */
        private String lines() {
            StringBuilder lines = new StringBuilder();
            hashes.forEach((seed, hash) -> lines.append(seed)
                    .append(' ')
                    .append(Long.toHexString(hash))
                    .append('\n'));
            return lines.append("all ")
                    .append(Integer.toHexString(hashes.hashCode()))
                    .append('\n')
                    .toString();
        }

        private synchronized void add(Simulation.Result result) {
            reached.addAll(result.reached());
            steps += result.steps();
            if (HISTORIES != null) {
                hashes.put(result.seed(), result.hash());
            }
            if (result.violation() != null) {
                violations.add("seed " + result.seed() + ", " + result.violation());
            }
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
