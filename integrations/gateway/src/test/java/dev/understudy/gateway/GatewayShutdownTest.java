package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** A gateway in a process of its own that is told to end while it streams. */
@Timeout(60)
@DisabledOnOs(OS.WINDOWS)
class GatewayShutdownTest {

    private static final int STREAMS = 50;

    @TempDir
    Path folder;

    private final Sinks.Empty<Void> rest = Sinks.empty();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** Has received its first half when the signal is sent, and gets the second half during the drain. */
    private Flux<String> tokens() {
        return Flux.concat(Flux.just("first", " half"), Mono.defer(rest::asMono).then(Mono.just(" and")))
                .concatWithValues(" second", " half");
    }

    @Test
    void sigtermLetsStreamsEndAndExitsWithZero() throws Exception {
        try (TokenUpstream upstream = TokenUpstream.of(tokens());
                GatewayProcess gateway = GatewayProcess.start(folder, config(upstream), Map.of("KEY", "k1"))) {
            GatewayClient client = new GatewayClient(gateway.port());
            List<CompletableFuture<GatewayClient.Response>> streams = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                streams.add(CompletableFuture.supplyAsync(() -> client.stream("m"), threads));
            }
            until(() -> upstream.calls() == STREAMS);
            assertThat(client.get("/readyz").status()).isEqualTo(200);

            gateway.terminate();
            until(() -> client.get("/readyz").status() == 503);
            assertThat(client.get("/readyz").json().get("status").asString()).isEqualTo("draining");
            GatewayClient.Response refused = client.chat("m");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("retry-after")).isEqualTo("1");
            assertThat(client.get("/healthz").status()).isEqualTo(200);
            assertThat(streams).noneMatch(CompletableFuture::isDone);

            rest.tryEmitEmpty();
            for (CompletableFuture<GatewayClient.Response> stream : streams) {
                assertThat(stream.get().complete())
                        .as("%s %s", stream.get().status(), stream.get().body())
                        .isTrue();
                assertThat(stream.get().text()).isEqualTo("first half and second half");
            }
            assertThat(gateway.exitCode(20)).isZero();
            assertThat(gateway.errors()).isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void callsLongerThanTheDrainLimitEndWithAnErrorAndTheExitCodeIsZero() throws Exception {
        // a word is delivered with the beginning of the next one
        Flux<String> endless = Flux.concat(Flux.just("first", " half"), Flux.never());
        try (TokenUpstream upstream = TokenUpstream.of(endless);
                GatewayProcess gateway =
                        GatewayProcess.start(folder, config(upstream), Map.of("KEY", "k1"), "--drain", "1")) {
            GatewayClient client = new GatewayClient(gateway.port());
            List<CompletableFuture<GatewayClient.Response>> streams = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                streams.add(CompletableFuture.supplyAsync(() -> client.stream("m"), threads));
            }
            until(() -> client.begun() == STREAMS); // each response has begun
            CompletableFuture<GatewayClient.Response> whole =
                    CompletableFuture.supplyAsync(() -> client.chat("m"), threads);
            until(() -> upstream.calls() == STREAMS + 1);

            gateway.terminate();
            for (CompletableFuture<GatewayClient.Response> stream : streams) {
                GatewayClient.Response response = stream.get();
                assertThat(response.status()).isEqualTo(200);
                assertThat(response.text()).isEqualTo("first");
                assertThat(response.complete()).isFalse();
                assertThat(response.errors()).hasSize(1);
                assertThat(response.errors().get(0).at("/message").asString()).endsWith("the gateway is shutting down");
            }
            assertThat(whole.get().status()).isEqualTo(503);
            assertThat(gateway.exitCode(20)).isZero();
            assertThat(gateway.errors()).doesNotContain("Not closed as it should be");
        } finally {
            threads.shutdownNow();
        }
    }

    /** Asks on a thread that may block, as the client of these tests does. */
    private static void until(java.util.function.BooleanSupplier condition) {
        Flux.interval(java.time.Duration.ZERO, java.time.Duration.ofMillis(20), Schedulers.boundedElastic())
                .onBackpressureDrop()
                .takeUntil(tick -> condition.getAsBoolean())
                .blockLast(java.time.Duration.ofSeconds(30));
    }

    private static String config(TokenUpstream upstream) {
        return """
                providers:
                  p1: {dialect: openai, baseUrl: "%s", keys: ["${KEY}"], model: m1}
                agents: {m: {primary: p1}}
                """.formatted(upstream.url());
    }
}
