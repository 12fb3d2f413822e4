package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * Slow, idle, huge, malformed and unauthenticated clients at a gateway with 256 MiB of heap and 1,024 descriptors, beside
 * clients that stream, until the limits of bodies and writes are reached. It measures the time of health requests, so
 * nothing else may run beside it: profile {@code abuse}.
 */
@Timeout(300)
@EnabledIfSystemProperty(named = "understudy.abuse", matches = "true")
@DisabledOnOs(OS.WINDOWS)
class AbuseTest {

    private static final int STREAMS = 80;
    private static final int TOKENS = 650;
    private static final long MEMORY = 512;
    private static final Duration HEALTH = Duration.ofSeconds(1);
    private static final Duration TURN = Duration.ofMillis(100);
    private static final Pattern REFUSED = Pattern.compile("gateway_refused_total\\{status=\"(\\d+)\"} (\\d+)");

    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ConcurrentLinkedQueue<Duration> health = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> descriptors = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void streamsOfOthersAreWholeAndHealthAnswers() throws Exception {
        Flux<String> calm = Flux.interval(Duration.ofMillis(100))
                .onBackpressureBuffer()
                .map(number -> " word" + number)
                .take(TOKENS);
        String whole =
                IntStream.range(0, TOKENS).mapToObj(number -> " word" + number).collect(Collectors.joining());
        try (TokenUpstream upstream = TokenUpstream.of(calm);
                LongAnswers large = LongAnswers.start();
                GatewayProcess gateway = GatewayProcess.start(folder, config(upstream, large), ENVIRONMENT)) {
            GatewayClient client = new GatewayClient(gateway.port());
            List<AbusiveClients> abusers = new CopyOnWriteArrayList<>(clients(AbuseKinds.waiting(), gateway));
            CompletableFuture<Void> abuse = CompletableFuture.runAsync(() -> abuse(abusers), threads);
            assertThat(ask(client).text()).as("before the others").isEqualTo(whole);
            CompletableFuture<Void> probes = CompletableFuture.runAsync(() -> probe(gateway), threads);
            abusers.addAll(clients(AbuseKinds.slowReaders(), gateway));
            until(() -> large.calls() == AbuseKinds.SLOW_READERS);
            abusers.addAll(clients(AbuseKinds.others(), gateway));
            List<CompletableFuture<GatewayClient.Response>> streams = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                streams.add(CompletableFuture.supplyAsync(() -> ask(client), threads));
            }
            CompletableFuture.allOf(streams.toArray(CompletableFuture[]::new)).get(150, TimeUnit.SECONDS);
            until(() -> refused(gateway).containsKey(408));
            over = true;
            probes.get();
            abuse.get();
            Map<Integer, Integer> refused = refused(gateway);
            long memory = gateway.peakMemory();
            report(abusers, refused, memory, large.sent());

            for (CompletableFuture<GatewayClient.Response> stream : streams) {
                assertThat(stream.get().status()).as(stream.get().body()).isEqualTo(200);
                assertThat(stream.get().text()).isEqualTo(whole);
                assertThat(stream.get().complete()).isTrue();
            }
            assertThat(Collections.max(health)).as("health").isLessThan(HEALTH);
            assertThat(refused).containsKeys(400, 401, 408, 413, 414, 429, 431, 503);
            assertThat(memory).as("resident MiB").isLessThan(MEMORY);
            assertThat(Collections.max(descriptors)).isLessThan(1_000);
            assertThat(gateway.errors()).doesNotContain("OutOfMemory", "Too many open files");
            for (int i = 0; i < GatewayLimits.defaults().rejects(); i++) {
                client.post("{", "authorization", "Bearer " + AbuseKinds.KEY);
            }
            assertThat(client.post("{", "authorization", "Bearer " + AbuseKinds.KEY)
                            .status())
                    .isEqualTo(429);
            assertThat(client.get("/readyz").status()).isEqualTo(200);
        }
    }

    private static final Map<String, String> ENVIRONMENT = Map.of(
            "KEY", "k1",
            "GATEWAY_TOKEN", "innocent-key," + String.join(",", AbuseKinds.KEYS),
            "GATEWAY_READ_TOKEN", "reader-of-metrics");

    private static GatewayClient.Response ask(GatewayClient client) {
        return client.post(GatewayClient.body("m", true), "authorization", "Bearer innocent-key");
    }

    private static List<AbusiveClients> clients(List<AbusiveClients.Kind> kinds, GatewayProcess gateway) {
        return kinds.stream()
                .map(kind -> new AbusiveClients(kind, gateway.port()))
                .toList();
    }

    private void abuse(List<AbusiveClients> abusers) {
        Flux.interval(Duration.ZERO, TURN, Schedulers.boundedElastic())
                .onBackpressureDrop()
                .doOnNext(tick -> abusers.forEach(AbusiveClients::turn))
                .takeUntil(tick -> over)
                .blockLast();
        abusers.forEach(AbusiveClients::close);
    }

    private void probe(GatewayProcess gateway) {
        Flux.interval(Duration.ZERO, TURN, Schedulers.boundedElastic())
                .onBackpressureDrop()
                .doOnNext(tick -> {
                    health.add(healthOf(gateway.port()));
                    descriptors.add(gateway.descriptors());
                })
                .takeUntil(tick -> over)
                .blockLast();
    }

    /** Returns the time of a request of its own connection; an hour if it fails. */
    private static Duration healthOf(int port) {
        long start = System.nanoTime();
        try (Socket socket = new Socket(GatewayServer.LOOPBACK, port)) {
            socket.setSoTimeout(10_000);
            String request = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.startsWith("HTTP/1.1 200")
                    ? Duration.ofNanos(System.nanoTime() - start)
                    : Duration.ofHours(1);
        } catch (IOException e) {
            return Duration.ofHours(1);
        }
    }

    private static Map<Integer, Integer> refused(GatewayProcess gateway) {
        String metrics = gateway.get("/metrics", "authorization", "Bearer reader-of-metrics")
                .body();
        Map<Integer, Integer> refused = new TreeMap<>();
        Matcher lines = REFUSED.matcher(metrics);
        while (lines.find()) {
            refused.put(Integer.parseInt(lines.group(1)), Integer.parseInt(lines.group(2)));
        }
        return refused;
    }

    private static void until(java.util.function.BooleanSupplier condition) {
        Flux.interval(Duration.ZERO, Duration.ofMillis(200), Schedulers.boundedElastic())
                .onBackpressureDrop()
                .takeUntil(tick -> condition.getAsBoolean())
                .blockLast(Duration.ofSeconds(60));
    }

    private void report(List<AbusiveClients> abusers, Map<Integer, Integer> refused, long memory, long flood)
            throws IOException {
        StringBuilder report = new StringBuilder();
        abusers.forEach(each -> report.append(each.kind().name())
                .append(": ")
                .append(each.results())
                .append('\n'));
        report.append("refused: ").append(refused);
        report.append("\nhealth: ")
                .append(health.size())
                .append(" times, longest ")
                .append(health.stream()
                        .sorted(Collections.reverseOrder())
                        .limit(5)
                        .toList());
        report.append("\ndescriptors: ").append(Collections.max(descriptors));
        report.append("\nMiB for slow readers: ").append(flood >> 20);
        report.append("\nresident MiB: ").append(memory).append('\n');
        Files.writeString(Files.createDirectories(Path.of("target")).resolve("abuse.txt"), report);
    }

    private static String config(TokenUpstream upstream, LongAnswers large) {
        return """
                providers:
                  p1: {dialect: openai, baseUrl: "%s", keys: ["${KEY}"], model: m1}
                  p2: {dialect: openai, baseUrl: "%s", keys: ["${KEY}"], model: m1}
                agents: {m: {primary: p1}, large: {primary: p2}}
                """.formatted(upstream.url(), large.url());
    }
}
