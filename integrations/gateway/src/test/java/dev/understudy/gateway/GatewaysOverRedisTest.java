package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.UnderstudyControl;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** Gateways that share what they know of the providers through Redis. */
@Timeout(60)
class GatewaysOverRedisTest {

    private final ScriptedServer vendor = ScriptedServer.start().always(ScriptedReply.text("Hello."));
    private final List<Gateway> gateways = new ArrayList<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        gateways.forEach(Gateway::close);
        vendor.close();
    }

    private Gateway start(String url) throws Exception {
        Path config = Files.writeString(folder.resolve("understudy.yaml"), """
                providers:
                  p1: {dialect: openai, baseUrl: "%s", keys: ["${KEY}"], model: m1}
                agents: {m: {primary: p1}}
                """.formatted(vendor.url()));
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        Gateway gateway = CommandLine.run(
                        List.of("--port", "0", "--config", config.toString()),
                        Map.of("KEY", "vendor-key", "UNDERSTUDY_REDIS_URL", url),
                        folder,
                        print,
                        print)
                .gateway();
        if (gateway != null) {
            gateways.add(gateway);
        }
        return gateway;
    }

    private static UnderstudyControl control(Gateway gateway) {
        return Objects.requireNonNull(gateway.agents().understudy("m")).control();
    }

    @Test
    void holdOfOneInstanceHoldsInAll() throws Exception {
        try (TestRedis redis = TestRedis.start(folder)) {
            Gateway first = start(redis.url());
            Gateway second = start(redis.url());
            control(first).hold("p1", Duration.ofMinutes(1));
            until(() -> control(second).status().get(0).hold() != null);
            GatewayClient.Response ready = new GatewayClient(second.port()).get("/readyz");
            assertThat(ready.json().at("/chains/m").asString()).isEqualTo("no provider available");
            assertThat(ready.status())
                    .as("or one hold would take all instances away")
                    .isEqualTo(200);
            control(second).release("p1");
            until(() -> control(first).status().get(0).hold() == null);
        }
    }

    @Test
    void withoutRedisCallsAreServedAllTheSame() throws Exception {
        GatewayClient client = new GatewayClient(start("redis://127.0.0.1:1").port());
        assertThat(client.chat("m").text()).isEqualTo("Hello.");
        assertThat(client.get("/readyz").status()).isEqualTo(200);
    }

    @Test
    void unusableAddressIsToldWithoutItsPassword() throws Exception {
        assertThat(start("http://user:canary@redis:6379")).isNull();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("--redis has no usable URL")
                .doesNotContain("canary", "Exception");
    }

    private static void until(BooleanSupplier condition) {
        Flux.interval(Duration.ofMillis(50))
                .onBackpressureDrop()
                .takeUntil(tick -> condition.getAsBoolean())
                .blockLast(Duration.ofSeconds(30));
    }
}
