package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Usage;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** Clients with keys of a file: what they may use, and what they are told beyond it. */
@Timeout(60)
class ClientKeysTest {

    private static final String APP = "key-of-app-canary";
    private static final String OTHER = "key-of-other-canary";
    private static final Usage USED = Usage.of(400, 100);

    private final ScriptedServer vendor =
            ScriptedServer.start().always(ScriptedReply.text("Hello.").withUsage(USED));

    @TempDir
    Path folder;

    private Gateway gateway;

    @AfterEach
    void close() {
        if (gateway != null) {
            gateway.close();
        }
        vendor.close();
    }

    private GatewayClient start(String limits, String... options) throws Exception {
        Path config = Files.writeString(folder.resolve("understudy.yaml"), """
                providers:
                  p1: {dialect: openai, baseUrl: "%s", keys: ["${KEY}"],
                       model: m1, catalogue: {m1: {price: {input: 1000, output: 10000}}}}
                agents: {m: {primary: p1}}
                """.formatted(vendor.url()));
        keys(limits);
        List<String> arguments = new java.util.ArrayList<>(List.of(
                "--port",
                "0",
                "--config",
                config.toString(),
                "--keys",
                folder.resolve("keys.yaml").toString()));
        arguments.addAll(List.of(options));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        Map<String, String> environment = Map.of("KEY", "vendor-key", "APP", APP, "OTHER", OTHER);
        gateway = CommandLine.run(arguments, environment, folder, print, print).gateway();
        assertThat(gateway).as(out.toString(StandardCharsets.UTF_8)).isNotNull();
        assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("canary");
        return new GatewayClient(gateway.port());
    }

    private void keys(String limits) throws Exception {
        Files.writeString(
                folder.resolve("keys.yaml"),
                "keys: [{name: app, key: \"${APP}\"" + limits + "}, {name: other, key: \"${OTHER}\"}]");
    }

    private static GatewayClient.Response call(GatewayClient client, String key) {
        return client.post(GatewayClient.body("m", false), "authorization", "Bearer " + key);
    }

    private static void assertLimited(GatewayClient.Response response, String code) {
        assertThat(response.status()).isEqualTo(429);
        assertThat(response.errorCode()).isEqualTo(code);
        assertThat(response.body()).doesNotContain("canary");
    }

    @Test
    void eachClientHasItsOwnLimitOfRequests() throws Exception {
        GatewayClient client = start(", requestsPerMinute: 2");
        assertThat(call(client, APP).text()).isEqualTo("Hello.");
        assertThat(call(client, APP).text()).isEqualTo("Hello.");
        GatewayClient.Response limited = call(client, APP);
        assertLimited(limited, "rate_limit_exceeded");
        assertThat(Integer.parseInt(limited.header("retry-after"))).isBetween(1, 120);
        assertThat(call(client, OTHER).text()).isEqualTo("Hello.");
        assertThat(call(client, "key-of-nobody").status()).isEqualTo(401);
        assertThat(client.post(GatewayClient.body("m", false)).status()).isEqualTo(401);
        assertThat(client.get("/metrics").body())
                .contains("gateway_key_refused_total{key=\"app\",limit=\"requests\"} 1");
    }

    @Test
    void keyIsTakenFromTheHeaderOfAnthropicsClientsToo() throws Exception {
        GatewayClient client = start("");
        assertThat(client.post(GatewayClient.body("m", false), "x-api-key", APP).text())
                .isEqualTo("Hello.");
        assertThat(client.post(GatewayClient.body("m", false), "x-api-key", "wrong")
                        .status())
                .isEqualTo(401);
    }

    @Test
    void tokensOfAnswersCountAgainstTheLimit() throws Exception {
        GatewayClient client = start(", tokensPerMinute: 500");
        assertThat(call(client, APP).text()).isEqualTo("Hello.");
        until(() -> client.get("/metrics").body().contains("gateway_key_tokens_total{key=\"app\"} 500.0"));
        assertLimited(call(client, APP), "rate_limit_exceeded");
    }

    /** 400 tokens at 1,000 and 100 tokens at 10,000 a million cost 1.4. */
    @Test
    void spentBudgetIsTold() throws Exception {
        GatewayClient client = start(", budget: {cost: 1.41, per: month}");
        assertThat(call(client, APP).text()).isEqualTo("Hello.");
        until(() -> client.get("/metrics").body().contains("gateway_key_cost_total{key=\"app\"} 1.4"));
        assertThat(call(client, APP).text()).isEqualTo("Hello.");
        until(() -> client.get("/metrics").body().contains("gateway_key_cost_total{key=\"app\"} 2.8"));
        GatewayClient.Response spent = call(client, APP);
        assertLimited(spent, "insufficient_quota");
        assertThat(spent.header("x-should-retry")).isEqualTo("false");
        assertThat(call(client, OTHER).text()).isEqualTo("Hello.");
    }

    @Test
    void callsAtOnceAreLimitedUntilOneEnds() throws Exception {
        vendor.always(ScriptedReply.text("Hello.").beforeHeaders(Duration.ofMinutes(1)));
        GatewayClient client = start(", concurrent: 1");
        CompletableFuture<GatewayClient.Response> first = CompletableFuture.supplyAsync(() -> call(client, APP));
        until(() -> vendor.calls().size() == 1);
        assertLimited(call(client, APP), "rate_limit_exceeded");
        gateway.agents().understudy("m").control().hold("p1", Duration.ofMinutes(1));
        assertThat(first).isNotDone();
    }

    @Test
    void changedFileTakesEffectWithoutARestart() throws Exception {
        GatewayClient client = start(", requestsPerMinute: 1");
        call(client, APP);
        assertLimited(call(client, APP), "rate_limit_exceeded");
        keys(", requestsPerMinute: 1000000");
        Files.setLastModifiedTime(
                folder.resolve("keys.yaml"), java.nio.file.attribute.FileTime.fromMillis(1_000_000_000_000L));
        until(() -> call(client, APP).status() == 200);
        Files.writeString(folder.resolve("keys.yaml"), "keys: [");
        assertThat(call(client, APP).status()).isEqualTo(200);
    }

    private static void until(BooleanSupplier condition) {
        Flux.interval(Duration.ofMillis(50))
                .onBackpressureDrop()
                .publishOn(reactor.core.scheduler.Schedulers.boundedElastic())
                .takeUntil(tick -> condition.getAsBoolean())
                .blockLast(Duration.ofSeconds(30));
    }

    /** Returns the tokens that Redis knows; "" if it knows none. */
    private static String shared(TestRedis redis) {
        try {
            return redis.eval("local all = '' for _, key in ipairs(redis.call('KEYS', 'understudy:gateway:sums:app:*'))"
                    + " do all = all .. redis.call('HGET', key, 1) end return all");
        } catch (IOException notYet) {
            return "";
        }
    }

    @Test
    void lastSpendingIsSharedWhenTheGatewayEnds() throws Exception {
        try (TestRedis redis = TestRedis.start(folder)) {
            GatewayClient client = start(", budget: {tokens: 100000, per: month}", "--redis", redis.url());
            until(() -> shared(redis).equals("0"));
            assertThat(call(client, APP).status()).isEqualTo(200);
            gateway.close();
            assertThat(shared(redis)).isEqualTo("500");
        }
    }
}
