package dev.understudy.gateway.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.gateway.RunningGateway;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Calls through the gateway for a long time, with faults in a share of the requests at upstreams of HTTP/1.1 and HTTP/2.
 * Between rounds of load no call is in flight, and what the process holds is read.
 */
@EnabledIfSystemProperty(named = "understudy.soak.minutes", matches = "[0-9]+")
class SoakTest {

    private static final int ROUNDS = 30;
    /** Rounds before the first that is compared: pools and caches fill, code is compiled. */
    private static final int WARM = 6;

    private static final int CALLERS = 16;
    private static final Map<String, String> KEYS =
            Map.of("ONE", "sk-soak-1", "TWO", "sk-soak-2", "THREE", "sk-soak-3");
    private static final Duration REST = Duration.ofMinutes(2);
    private static final long MINUTES = Long.getLong("understudy.soak.minutes", 30);
    private static final Duration ROUND = Duration.ofMinutes(MINUTES).dividedBy(ROUNDS);

    /** In shorter runs the logs of recent activity, which are bounded, are still filling. */
    private static final long MINUTES_FOR_HEAP = 10;

    @TempDir
    Path folder;

    @Test
    void nothingGrowsAndNoAnswerIsWrong() throws Exception {
        SoakReading.watchTimers();
        X509Bundle certificate = certificate();
        try (SoakUpstream http1 = new SoakUpstream(null, 1);
                SoakUpstream http2 = new SoakUpstream(certificate, 2);
                RunningGateway gateway = RunningGateway.start(configuration(http1, http2, certificate), KEYS)) {
            SoakCaller caller = new SoakCaller(gateway.port());
            List<SoakReading> readings = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                load(caller);
                rest(() -> gateway.inFlight() == 0 && http1.inFlight() == 0 && http2.inFlight() == 0);
                readings.add(SoakReading.take());
            }
            check(readings, caller, http1, http2);
        } finally {
            SoakReading.forgetTimers();
        }
    }

    private static void load(SoakCaller caller) {
        Flux.generate(sink -> sink.next(caller))
                .takeUntilOther(Mono.delay(ROUND))
                .flatMap(any -> caller.call(), CALLERS)
                .blockLast();
    }

    /** Waits until no call is in flight; the limit is a bar for leaks and not for speed. */
    private static void rest(BooleanSupplier quiet) {
        Flux.interval(Duration.ofMillis(50))
                .filter(tick -> quiet.getAsBoolean())
                .next()
                .block(REST);
    }

    private static void check(List<SoakReading> readings, SoakCaller caller, SoakUpstream http1, SoakUpstream http2)
            throws IOException {
        String report =
                "%d calls, %d failed, %d wrong; faults in %d of %d requests over HTTP/1.1, %d of %d over HTTP/2; %s"
                        .formatted(
                                caller.calls(),
                                caller.failed(),
                                caller.wrong(),
                                http1.faults(),
                                http1.requests(),
                                http2.faults(),
                                http2.requests(),
                                readings);
        Files.writeString(Files.createDirectories(Path.of("target")).resolve("soak.txt"), report);
        assertThat(caller.wrong())
                .as("wrong answers, %s: %s", caller.firstWrong(), report)
                .isZero();
        assertThat(http1.faults()).as(report).isPositive();
        assertThat(http2.faults()).as(report).isPositive();
        assertThat(caller.calls() - caller.failed()).as(report).isPositive();
        if (MINUTES >= MINUTES_FOR_HEAP) {
            assertThat(growth(readings, SoakReading::heap))
                    .as("heap, %s", report)
                    .isBetween(0.95, 1.05);
        }
        flat(readings, "descriptors", SoakReading::descriptors, 2 * CALLERS, report);
        flat(readings, "threads", SoakReading::threads, 2, report);
        flat(readings, "timers", SoakReading::timers, 2, report);
    }

    /** Compares the median of the last third with that of the first third after the warm-up. */
    private static double growth(List<SoakReading> readings, ToLongFunction<SoakReading> value) {
        int third = (ROUNDS - WARM) / 3;
        double before = median(readings.subList(WARM, WARM + third), value);
        return median(readings.subList(ROUNDS - third, ROUNDS), value) / before;
    }

    private static void flat(
            List<SoakReading> readings, String what, ToLongFunction<SoakReading> value, int slack, String report) {
        int third = (ROUNDS - WARM) / 3;
        double before = median(readings.subList(WARM, WARM + third), value);
        double after = median(readings.subList(ROUNDS - third, ROUNDS), value);
        assertThat(after).as("%s, %s", what, report).isLessThanOrEqualTo(before + slack);
    }

    private static double median(List<SoakReading> readings, ToLongFunction<SoakReading> value) {
        long[] sorted = readings.stream().mapToLong(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static X509Bundle certificate() throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=soak")
                .addSanIpAddress("127.0.0.1")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    private Path configuration(SoakUpstream http1, SoakUpstream http2, X509Bundle certificate) throws Exception {
        Path authority = Files.writeString(folder.resolve("authority.pem"), certificate.getCertificatePEM());
        return Files.writeString(folder.resolve("understudy.yaml"), """
                providers:
                  http1: {dialect: openai, baseUrl: "%s", model: m, keys: ["${ONE}", "${TWO}"]}
                  http2: {dialect: openai, baseUrl: "%s", model: m, keys: ["${THREE}"], transport: {trust: "%s"}}
                defaults:
                  budget: {callTimeout: 2m}
                  healthCheck: {enabled: true, interval: 5s}
                  resume: {policy: exact}
                  timeouts: {firstContent: 3s, idle: 3s, response: 5s}
                agents:
                  over-http1: {primary: http1, backups: [http2]}
                  over-http2: {primary: http2, backups: [http1]}
                """.formatted(http1.url(), http2.url(), authority));
    }
}
