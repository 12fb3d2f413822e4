package dev.understudy.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.understudy.redis.Fleet.Call;
import dev.understudy.redis.Fleet.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Twenty instances with a real server and a primary that dies. The limits of times hold on busy cores; those of a quiet
 * machine are checked with {@code understudy.tests.all}, and each instance then has classes of its own, as a process has.
 * Figures are written to target/fleet.txt.
 */
class FleetTest {

    private static final int INSTANCES = 20;
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final boolean ALL = Boolean.getBoolean("understudy.tests.all");

    private final RedisServer server = RedisServer.start();
    private final Fleet fleet = new Fleet(INSTANCES, server.uri(), "fleet", ALL);

    @BeforeEach
    void connected() {
        awaitTrue(() -> fleet.instances.stream().allMatch(each -> each.application.isConnected()));
    }

    @AfterEach
    void closed() {
        fleet.close();
        server.close();
    }

    @Test
    void outageOfThePrimaryCostsAnAttemptForEachInstanceAtMost() {
        fleet.call(Duration.ofMillis(40));
        awaitTrue(() -> fleet.calls().size() >= 10 * INSTANCES);
        fleet.vendor.down = true;
        awaitTrue(() -> fleet.firstTrip.get() != 0);
        long trip = fleet.firstTrip.get();
        pause(Duration.ofSeconds(3)); // shorter than the circuits stay open
        long after = fleet.vendor.attempts.stream().filter(at -> at - trip > 0).count();
        fleet.vendor.down = false;
        long well = System.nanoTime();
        awaitTrue(() -> fleet.instances.stream().allMatch(each -> each.calls.stream()
                .anyMatch(call -> call.at() - well > 0 && call.by().equals("primary"))));
        long back = System.nanoTime() - well;
        figure("attempts at the primary after the first trip: %d of %d instances%n", after, INSTANCES);
        figure("back in use by all after %.1f s%n", (double) back / 1e9);
        assertThat(after).isLessThanOrEqualTo(INSTANCES);
        assertThat(fleet.calls()).extracting(Call::by).doesNotContain("failed");
        assertThat(Duration.ofNanos(back)).isLessThan(Duration.ofSeconds(ALL ? 20 : 40));
    }

    @Test
    void updateReachesAllOthers() {
        assumeTrue(ALL, "measured on a quiet machine only");
        int rounds = ALL ? 200 : 30;
        lags(rounds / 3, "warmed-up"); // compiles, and opens what is opened once
        Queue<Long> lags = lags(rounds, "measured");
        assertThat(lags).hasSize(rounds * (INSTANCES - 1));
        figure(
                "lag in ms: p50 %.2f, p99 %.2f, max %.2f of %d%n",
                percentile(lags, 50), percentile(lags, 99), percentile(lags, 100), lags.size());
        assertThat(percentile(lags, 99)).isLessThan(ALL ? 50 : 2_000);
    }

    /** Returns the times from a hold in one instance to its arrival in each other one. */
    private Queue<Long> lags(int rounds, String name) {
        Queue<Long> lags = new ConcurrentLinkedQueue<>();
        for (int round = 0; round < rounds; round++) {
            String hold = name + round;
            Instance publisher = fleet.instances.get(round % INSTANCES);
            long[] start = new long[1];
            List<Mono<String>> arrivals = fleet.instances.stream()
                    .filter(each -> each != publisher)
                    .map(each -> each.application
                            .holds()
                            .filter(hold::equals)
                            .next()
                            .doOnNext(held -> lags.add(System.nanoTime() - start[0]))
                            .cache())
                    .toList();
            arrivals.forEach(Mono::subscribe);
            start[0] = System.nanoTime();
            publisher.application.publishHold(hold);
            Mono.when(arrivals).block(LONG);
        }
        return lags;
    }

    @Test
    void outageOfRedisChangesNoCall() {
        fleet.call(Duration.ofMillis(20));
        int calls = (ALL ? 200 : 50) * INSTANCES;
        awaitTrue(() -> fleet.calls().size() >= calls / 5);
        List<Call> before = measured(calls);
        server.kill();
        awaitTrue(() -> fleet.instances.stream().noneMatch(each -> each.application.isConnected()));
        fleet.instances.get(0).application.hold("primary");
        List<Call> during = measured(calls);
        assertThat(during).extracting(Call::by).contains("backup", "primary");
        server.restart();
        long restarted = System.nanoTime();
        awaitTrue(() -> fleet.instances.stream().allMatch(each -> each.application.sees("primary")));
        long converged = System.nanoTime() - restarted;
        double ratio = percentile(nanos(during), 99) / percentile(nanos(before), 99);
        figure(
                "calls without Redis: p99 %.3f ms, with it %.3f ms, ratio %.2f; p50 %.3f and %.3f ms%n",
                percentile(nanos(during), 99),
                percentile(nanos(before), 99),
                ratio,
                percentile(nanos(during), 50),
                percentile(nanos(before), 50));
        figure("hold known to all %.2f s after the restart of Redis%n", (double) converged / 1e9);
        assertThat(fleet.calls()).extracting(Call::by).doesNotContain("failed");
        assertThat(Duration.ofNanos(converged)).isLessThan(Duration.ofSeconds(ALL ? 5 : 30));
        assertThat(percentile(nanos(during), 99)).isLessThan(ALL ? 1.5 * percentile(nanos(before), 99) + 1 : 2_000);
        fleet.instances.forEach(each -> assertThat(each.application.outages()).isEqualTo(1));
    }

    private List<Call> measured(int number) {
        fleet.instances.forEach(each -> each.calls.clear());
        awaitTrue(() -> fleet.calls().size() >= number);
        return fleet.calls();
    }

    private static List<Long> nanos(List<Call> calls) {
        return calls.stream().map(Call::nanos).toList();
    }

    /** Returns milliseconds. */
    private static double percentile(Iterable<Long> nanos, int percent) {
        List<Long> sorted = Flux.fromIterable(nanos).sort().collectList().block();
        int index = Math.max(0, (int) Math.ceil(sorted.size() * percent / 100.0) - 1);
        return (double) sorted.get(index) / 1e6;
    }

    private static void figure(String format, Object... arguments) {
        try {
            Path file = Files.createDirectories(Path.of("target")).resolve("fleet.txt");
            Files.writeString(
                    file,
                    String.format(Locale.ROOT, format, arguments),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void pause(Duration time) {
        Mono.delay(time).block();
    }

    private static void awaitTrue(BooleanSupplier condition) {
        Boolean met = Mono.fromSupplier(condition::getAsBoolean)
                .filter(Boolean::booleanValue)
                .repeatWhenEmpty(100_000, tries -> tries.delayElements(Duration.ofMillis(10)))
                .block(LONG);
        assertThat(met).isTrue();
    }
}
