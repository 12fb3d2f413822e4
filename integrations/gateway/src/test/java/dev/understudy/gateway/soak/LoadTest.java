package dev.understudy.gateway.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.gateway.GatewayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/**
 * Many concurrent streams through a gateway in a process of its own, with faults in a share of the requests at its providers:
 * below its capacity, at twice its capacity, below it again, and while it is told to end. Profile {@code load}.
 */
@EnabledIfSystemProperty(named = "understudy.load.seconds", matches = "[0-9]+")
class LoadTest {

    private static final int STREAMS = Integer.getInteger("understudy.load.streams", 2_000);

    /** Calls that the gateway takes at once: those streams, and a tenth for the time between two calls of a client. */
    private static final int CAPACITY = STREAMS * 11 / 10;

    private static final Duration TIME = Duration.ofSeconds(Long.getLong("understudy.load.seconds", 180));
    private static final Duration RAMP = Duration.ofSeconds(15);
    private static final Duration PACE = Duration.ofMillis(500);
    private static final Duration RECOVERY = Duration.ofSeconds(5);
    private static final Map<String, String> KEYS = Stream.of("A", "B", "C", "D", "E", "F", "G", "H")
            .collect(Collectors.toMap(name -> name, name -> "sk-load-" + name));

    @TempDir
    Path folder;

    private final StringBuilder report = new StringBuilder();

    @Test
    void loadIsServedShedAndDrained() throws Exception {
        try (SoakUpstream first = new SoakUpstream(null, 1, PACE);
                SoakUpstream second = new SoakUpstream(null, 2, PACE);
                GatewayProcess gateway = start(first, second);
                LoadClients clients = new LoadClients(gateway.port())) {
            clients.clients(STREAMS, RAMP);
            pass(RAMP.plusSeconds(10));
            clients.turn();
            pass(TIME.dividedBy(2));
            long before = gateway.memory();
            pass(TIME.dividedBy(2));
            LoadResults normal = clients.turn();
            report("normal", normal, gateway);

            clients.clients(2 * CAPACITY, Duration.ofSeconds(5));
            pass(TIME.dividedBy(3));
            LoadResults overload = clients.turn();
            report("twice the capacity", overload, gateway);

            clients.leave(STREAMS);
            long dropped = System.nanoTime();
            pass(TIME.dividedBy(3));
            long lastShed = overload.lastShed();
            LoadResults after = clients.turn();
            long memory = gateway.memory();
            report("normal again", after, gateway);
            lastShed = Math.max(lastShed, after.lastShed());
            Duration recovery = Duration.ofNanos(Math.max(0, lastShed - dropped));
            report.append("recovery: last refusal ").append(recovery.toMillis()).append(" ms after the drop\n");

            gateway.terminate();
            pass(Duration.ofSeconds(1));
            clients.clients(0, Duration.ZERO);
            int exitCode = gateway.exitCode(60);
            LoadClients.until(() -> clients.active() == 0, Duration.ofSeconds(60));
            LoadResults drained = clients.turn();
            report.append("drain: ")
                    .append(drained)
                    .append(", exit code ")
                    .append(exitCode)
                    .append('\n');
            report.append("faults: ")
                    .append(first.faults() + second.faults())
                    .append(" of ")
                    .append(first.requests() + second.requests())
                    .append(" requests\nresident MiB: ")
                    .append(before)
                    .append(", at the end ")
                    .append(memory)
                    .append('\n');
            Files.writeString(Files.createDirectories(Path.of("target")).resolve("load.txt"), report);

            assertServed(normal, 0.999);
            assertThat(normal.count(LoadResults.End.SHED)).as(report.toString()).isZero();
            assertServed(overload, 0.99);
            assertThat(overload.count(LoadResults.End.SHED))
                    .as(report.toString())
                    .isPositive();
            assertThat(overload.firstByte(0.95)).as(report.toString()).isLessThan(Duration.ofSeconds(5));
            assertThat(overload.refusal(0.99)).as(report.toString()).isLessThan(Duration.ofSeconds(2));
            assertServed(after, 0.999);
            assertThat(recovery).as(report.toString()).isLessThan(RECOVERY);
            assertThat(memory).as(report.toString()).isLessThan(before * 5 / 4 + 32);
            assertThat(drained.count(LoadResults.End.WRONG))
                    .as(report.toString())
                    .isZero();
            assertThat(exitCode).as(report.toString()).isZero();
            assertThat(gateway.errors()).doesNotContain("OutOfMemory", "Too many open files");
        }
    }

    /** Checks that no answer was wrong or broken, and that this share of those that were not shed was whole. */
    private void assertServed(LoadResults results, double share) {
        String all = report.toString();
        assertThat(results.count(LoadResults.End.WRONG)).as(all).isZero();
        assertThat(results.count(LoadResults.End.BROKEN)).as(all).isZero();
        assertThat(results.count(LoadResults.End.REFUSED_OTHERWISE)).as(all).isZero();
        long whole = results.count(LoadResults.End.WHOLE);
        assertThat(whole).as(all).isPositive();
        assertThat((double) whole / (whole + results.count(LoadResults.End.FAILED)))
                .as(all)
                .isGreaterThanOrEqualTo(share);
    }

    private static void pass(Duration time) {
        Mono.delay(time).block();
    }

    private void report(String phase, LoadResults results, GatewayProcess gateway) throws IOException {
        report.append(phase)
                .append(": ")
                .append(results)
                .append(", resident MiB ")
                .append(gateway.memory())
                .append(", descriptors ")
                .append(gateway.descriptors())
                .append('\n');
    }

    private GatewayProcess start(SoakUpstream first, SoakUpstream second) throws IOException {
        String config = """
                providers:
                  p1:
                    {dialect: openai, baseUrl: "%s", model: m, keys: ["${A}", "${B}", "${C}", "${D}"],
                     transport: {maxConnections: 10000}}
                  p2:
                    {dialect: openai, baseUrl: "%s", model: m, keys: ["${E}", "${F}", "${G}", "${H}"],
                     transport: {maxConnections: 10000}}
                defaults:
                  # a stream is a success at its end: until the first have ended, there are failures only
                  circuit: {consecutive: 0, rate: {minimum: 1000}}
                  budget: {callTimeout: 2m}
                  timeouts: {firstContent: 10s, idle: 10s, response: 20s}
                agents:
                  m: {primary: p1, backups: [p2]}
                """.formatted(first.url(), second.url());
        return GatewayProcess.start(
                new GatewayProcess.Resources(512, 16_000),
                folder,
                config,
                KEYS,
                "--max-calls",
                Integer.toString(CAPACITY),
                "--max-connections",
                Integer.toString(3 * CAPACITY),
                "--drain",
                "45");
    }
}
