package dev.understudy.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;

/** The whole of it, as an operator runs it: one file, one port. */
@Timeout(120)
class GatewayTest {

    private static final String CLIENT = "client-token-canary";
    private static final String ADMIN = "admin-token-canary-1";
    private static final String ANN = "key-of-ann-canary";
    private static final String BOB = "key-of-bob-canary";

    private final ScriptedServer ann = ScriptedServer.start().always(ScriptedReply.text("I am Ann"));
    private final ScriptedServer bob = ScriptedServer.start().always(ScriptedReply.text("I am Bob"));

    @TempDir
    Path folder;

    private Gateway gateway;

    @AfterEach
    void close() {
        if (gateway != null) {
            gateway.close();
        }
        ann.close();
        bob.close();
    }

    private Caller start(String agents, Map<String, String> environment) throws Exception {
        Path file = write(agents);
        Map<String, String> all = new java.util.HashMap<>(environment);
        all.putAll(Map.of("ANN", ANN, "BOB", BOB));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        gateway = Gateway.started(
                List.of("--config", file.toString(), "--port", "0"),
                all,
                folder,
                new PrintStream(out, true, StandardCharsets.UTF_8));
        assertThat(gateway).as(out.toString(StandardCharsets.UTF_8)).isNotNull();
        return new Caller(gateway.port());
    }

    private Path write(String agents) throws Exception {
        String document = """
                providers:
                  ann: {dialect: openai, baseUrl: "%s", keys: ["${ANN}"], model: gpt-a}
                  bob: {dialect: anthropic, baseUrl: "%s", keys: ["${BOB}"], model: claude-b}
                agents: %s
                """.formatted(ann.url(), bob.url(), agents);
        return Files.writeString(folder.resolve("understudy.yaml"), document);
    }

    @Test
    void aChainOfTheFileAnswersUnderItsName() throws Exception {
        Caller caller = start("{support: {primary: ann, backups: [bob]}, sales: {primary: bob}}", Map.of());
        assertThat(caller.chat("support").text()).isEqualTo("I am Ann");
        assertThat(caller.chat("sales").text()).isEqualTo("I am Bob");
        assertThat(caller.chat("support/whatever").text()).isEqualTo("I am Ann");
        assertThat(caller.chat("any-model").text()).isEqualTo("I am Ann");
        assertThat(caller.get("/v1/models").body()).contains("\"support\"", "\"sales\"");
        assertThat(caller.get("/healthz").status()).isEqualTo(200);
        assertThat(caller.get("/readyz").json().get("status").asString()).isEqualTo("ready");
    }

    @Test
    void metricsTellOfTheFailover() throws Exception {
        ann.always(ScriptedReply.error(500, "server_error", "It broke"));
        Caller caller = start("{support: {primary: ann, backups: [bob]}}", Map.of());
        assertThat(caller.chat("support").text()).isEqualTo("I am Bob");
        assertThat(caller.get("/metrics").body())
                .contains("understudy_failover_total{")
                .contains("from=\"ann\"", "from_model=\"gpt-a\"", "to=\"bob\"", "to_model=\"claude-b\"");
    }

    @Test
    void operatorsWithATokenSwitchAndHold() throws Exception {
        Caller caller = start(
                "{support: {primary: ann, backups: [bob]}}",
                Map.of("GATEWAY_ADMIN_TOKEN", ADMIN, "GATEWAY_TOKEN", CLIENT));
        String[] client = {"authorization", "Bearer " + CLIENT};
        String[] admin = {"authorization", "Bearer " + ADMIN};
        assertThat(caller.post(Caller.body("support", false)).status()).isEqualTo(401);
        assertThat(caller.post(Caller.body("support", false), client).text()).isEqualTo("I am Ann");
        String path = "/api/agents/support/failover";
        assertThat(caller.send("POST", path + "/switch", "{\"provider_id\":\"bob\"}", client)
                        .status())
                .isEqualTo(401);
        assertThat(caller.send("POST", path + "/switch", "{\"provider_id\":\"bob\"}", admin)
                        .status())
                .isBetween(200, 204);
        assertThat(caller.post(Caller.body("support", false), client).text()).isEqualTo("I am Bob");
        assertThat(caller.get(path + "/health", admin).status()).isEqualTo(200);
    }

    @Test
    void withoutAnAdminTokenThereAreNoAdminRoutes() throws Exception {
        Caller caller = start("{support: {primary: ann}}", Map.of());
        assertThat(caller.get("/api/agents/support/failover").status()).isEqualTo(404);
    }

    @Test
    void aChangedFileTakesEffectWhileCallsAreAnswered() throws Exception {
        Caller caller = start("{support: {primary: ann, backups: [bob]}}", Map.of());
        List<Caller.Heard> heard = new ArrayList<>();
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
            while (!Thread.currentThread().isInterrupted()
                    && heard.stream().noneMatch(one -> one.text().endsWith("Bob"))) {
                heard.add(heard.size() % 2 == 0 ? caller.chat("support") : caller.stream("support"));
            }
        });
        write("{support: {primary: bob, backups: [ann]}}");
        load.get(20, java.util.concurrent.TimeUnit.SECONDS);
        assertThat(heard).allSatisfy(one -> assertThat(one.text()).startsWith("I am "));
        write("{support: {primary: nobody}}");
        until(() -> gateway.agents().lastReload() != null
                && !gateway.agents().lastReload().accepted());
        assertThat(caller.chat("support").text()).isEqualTo("I am Bob");
    }

    private static void until(BooleanSupplier so) {
        Flux.interval(Duration.ofMillis(50))
                .takeUntil(tick -> so.getAsBoolean())
                .blockLast(Duration.ofSeconds(20));
    }

    @Test
    void noSecretReachesAClientWhoeverEchoesIt() throws Exception {
        ann.always(ScriptedReply.error(401, "invalid_request_error", "Wrong key " + ANN + " in Bearer " + ANN)
                .withHeader("x-echo", ANN));
        bob.always(ScriptedReply.text("Some words come first")
                .fail(dev.understudy.testing.ScriptedReply.FaultPoint.tokens(2), "error", "key " + BOB));
        Caller caller = start("{support: {primary: ann, backups: [bob]}}", Map.of("GATEWAY_ADMIN_TOKEN", ADMIN));
        String[] admin = {"authorization", "Bearer " + ADMIN};
        List<Caller.Heard> all = List.of(
                caller.chat("support"),
                caller.stream("support"),
                caller.get("/metrics"),
                caller.get("/readyz"),
                caller.get("/api/providers/health", admin),
                caller.get("/api/agents/support/failover", admin),
                caller.get("/api/agents/support/failover/stats", admin),
                caller.get("/api/agents/support/failover/health", admin));
        assertThat(all).allSatisfy(heard -> {
            assertThat(heard.body()).doesNotContain("canary");
            assertThat(heard.headers().map().toString()).doesNotContain("canary");
        });
    }

    @Test
    void whatNobodyServesIsSaidInOpenAisForm() throws Exception {
        Caller caller = start("{support: {primary: ann}}", Map.of());
        Caller.Heard lost = caller.get("/v1/nothing");
        assertThat(lost.status()).isEqualTo(404);
        assertThat(lost.errorCode()).isEqualTo("not_found");
        Caller.Heard wrong = caller.get("/v1/chat/completions");
        assertThat(wrong.status()).isEqualTo(405);
        assertThat(wrong.header("allow")).isEqualTo("POST");
        assertThat(caller.post("{").status()).isEqualTo(400);
        assertThat(caller.post("x".repeat(HttpBodies.MOST + 1)).status()).isEqualTo(413);
    }

    /** Answers that are finished on other threads, and next requests that are answered at once, on one connection. */
    @Test
    void aConnectionIsReadOnWhoeverFinishedTheLastAnswer() throws Exception {
        Caller caller = start("{support: {primary: ann}}", Map.of("GATEWAY_ADMIN_TOKEN", ADMIN));
        for (int i = 0; i < 300; i++) {
            assertThat(caller.get("/metrics").status()).isEqualTo(200);
            assertThat(caller.get("/healthz").status()).isEqualTo(200);
            assertThat(caller.get("/metrics").status()).isEqualTo(200);
            assertThat(caller.get("/api/providers/health", "authorization", "Bearer " + ADMIN)
                            .status())
                    .isEqualTo(200);
            assertThat(caller.get("/metrics").status()).isEqualTo(200);
            assertThat(caller.get("/api/providers/health").status()).isEqualTo(401);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --port                     | --port needs a value
            --port x                   | --port is a number from 0 to 65535: x
            --colour red               | There is no option --colour
            --host 0.0.0.0             | On 0.0.0.0 others can reach it: set GATEWAY_TOKEN
            --config nowhere.yaml      | nowhere.yaml
            """)
    void whatCannotBeFollowedIsSaidAndNothingStarts(String line, String why) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Gateway none = Gateway.started(
                List.of(line.trim().split(" ")), Map.of(), folder, new PrintStream(out, true, StandardCharsets.UTF_8));
        assertThat(none).isNull();
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith(why);
    }

    @Test
    void withoutAConfigurationItPlaysScenes() {
        gateway =
                Gateway.started(List.of("--port", "0"), Map.of(), folder, new PrintStream(new ByteArrayOutputStream()));
        Caller caller = new Caller(gateway.port());
        assertThat(caller.chat("quiet").text()).isEqualTo(DemoScenario.ANSWER);
        assertThat(caller.get("/readyz").status()).isEqualTo(200);
    }
}
