package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.gateway.KeptClient.Api;
import dev.understudy.gateway.KeptClient.Part;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** Readers that come back to another gateway, when the one that generates their answer ends. */
@Timeout(60)
class KeptCallsOverRedisTest {

    private static final int ALL = Integer.MAX_VALUE;

    private final List<Gateway> gateways = new ArrayList<>();
    private final Sinks.Many<String> tokens = Sinks.many().replay().all();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        gateways.forEach(Gateway::close);
    }

    private Gateway start(TokenUpstream vendor, TestRedis redis) {
        return start(vendor, redis, "");
    }

    private Gateway start(TokenUpstream vendor, TestRedis redis, String limits) {
        Gateway gateway = KeptGateway.start(
                folder,
                vendor.url(),
                vendor.url(),
                limits,
                "--keep-streams",
                "redis",
                "--redis",
                redis.url(),
                "--drain",
                "0");
        gateways.add(gateway);
        return gateway;
    }

    @ParameterizedTest
    @EnumSource
    void anotherGatewayGoesOnWithTheAnswer(Api api) throws Exception {
        try (TestRedis redis = TestRedis.start(folder);
                TokenUpstream vendor = TokenUpstream.of(tokens.asFlux())) {
            Gateway first = start(vendor, redis);
            Gateway second = start(vendor, redis);
            KeptClient client = new KeptClient(first.port(), KeptGateway.APP);
            List.of("one", " two", " three", " four").forEach(tokens::tryEmitNext);
            Part begun = client.post(api, "m", "", 2);
            assertThat(begun.address()).as(begun.body()).isNotEmpty();
            Part more = new KeptClient(second.port(), KeptGateway.APP).post(api, "m", begun.lastId(), 1);
            assertThat(vendor.calls()).isEqualTo(1);
            CompletableFuture<Part> left =
                    CompletableFuture.supplyAsync(() -> client.get(begun.address(), more.lastId(), ALL));
            until(() -> client.responses() == 2);
            first.close();
            assertThat(left.join().body())
                    .as("a reader that may come back is told of no error")
                    .doesNotContain("\"error\":{");
            List.of(" five", " six", " seven", " eight").forEach(tokens::tryEmitNext);
            tokens.tryEmitComplete();

            KeptClient elsewhere = new KeptClient(second.port(), KeptGateway.APP);
            String last =
                    left.join().lastId().isEmpty() ? more.lastId() : left.join().lastId();
            Part rest = elsewhere.post(api, "m", last, ALL);
            List<String> all = new ArrayList<>(begun.events());
            all.addAll(more.events());
            all.addAll(left.join().events());
            all.addAll(rest.events());
            assertThat(all).isEqualTo(elsewhere.get(begun.address(), "", ALL).events());
            assertThat(api.isComplete(all)).isTrue();
            assertThat(ProtocolsTest.Api.valueOf(api.name()).text(String.join("\n\n", all)))
                    .isEqualTo("one two three four five six seven eight");
            assertThat(vendor.calls()).isEqualTo(2);
            assertThat(new GatewayClient(second.port())
                            .get("/v1/models", "x-api-key", KeptGateway.OTHER)
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void answerOfAnotherGatewayCountsAsACallOfItsKey() throws Exception {
        try (TestRedis redis = TestRedis.start(folder);
                TokenUpstream vendor = TokenUpstream.of(tokens.asFlux())) {
            Gateway first = start(vendor, redis, ", concurrent: 1");
            Gateway second = start(vendor, redis, ", concurrent: 1");
            List.of("one", " two", " three", " four").forEach(tokens::tryEmitNext);
            Part begun = new KeptClient(first.port(), KeptGateway.APP).post(Api.MESSAGES, "m", "", 2);
            first.close();
            KeptClient client = new KeptClient(second.port(), KeptGateway.APP);
            CompletableFuture<Part> rest =
                    CompletableFuture.supplyAsync(() -> client.post(Api.MESSAGES, "m", begun.lastId(), ALL));
            until(() -> vendor.calls() == 2);
            assertThat(client.post(Api.MESSAGES, "m", "", ALL).status()).isEqualTo(429);
            tokens.tryEmitComplete();
            assertThat(Api.MESSAGES.isComplete(rest.join().events())).isTrue();
            until(() -> client.post(Api.MESSAGES, "m", "", ALL).status() == 200);
        }
    }

    private static void until(BooleanSupplier condition) {
        Flux.interval(Duration.ofMillis(10), Schedulers.boundedElastic())
                .onBackpressureDrop()
                .takeUntil(tick -> condition.getAsBoolean())
                .blockLast(Duration.ofSeconds(30));
    }
}
