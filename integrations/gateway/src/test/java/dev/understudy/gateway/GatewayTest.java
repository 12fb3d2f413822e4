package dev.understudy.gateway;

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
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** The gateway started from a configuration file, with all routes on one port. */
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

    private GatewayClient start(String agents, Map<String, String> environment, String... options) throws Exception {
        Path file = write(agents);
        Map<String, String> all = new java.util.HashMap<>(environment);
        all.putAll(Map.of("ANN", ANN, "BOB", BOB));
        List<String> arguments = new ArrayList<>(List.of("--config", file.toString(), "--port", "0"));
        arguments.addAll(List.of(options));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        gateway = CommandLine.run(arguments, all, folder, print, print).gateway();
        assertThat(gateway).as(out.toString(StandardCharsets.UTF_8)).isNotNull();
        return new GatewayClient(gateway.port());
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
    void anAgentOfTheFileIsAModel() throws Exception {
        GatewayClient client = start("{support: {primary: ann, backups: [bob]}, sales: {primary: bob}}", Map.of());
        assertThat(client.chat("support").text()).isEqualTo("I am Ann");
        assertThat(client.chat("sales").text()).isEqualTo("I am Bob");
        assertThat(client.chat("support/whatever").text()).isEqualTo("I am Ann");
        GatewayClient.Response unknown = client.chat("any-model");
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.errorCode()).isEqualTo("model_not_found");
        assertThat(client.get("/v1/models").body()).contains("\"support\"", "\"sales\"");
        assertThat(client.get("/healthz").status()).isEqualTo(200);
        assertThat(client.get("/readyz").json().get("status").asString()).isEqualTo("ready");
    }

    @Test
    void metricsCountTheFailover() throws Exception {
        ann.always(ScriptedReply.error(500, "server_error", "It broke"));
        GatewayClient client = start("{support: {primary: ann, backups: [bob]}}", Map.of());
        assertThat(client.chat("support").text()).isEqualTo("I am Bob");
        assertThat(client.get("/metrics").body())
                .contains("understudy_failover_total{")
                .contains("from=\"ann\"", "from_model=\"gpt-a\"", "to=\"bob\"", "to_model=\"claude-b\"");
    }

    /** Whatever the state of its agents, the gateway stays ready: other instances have the same vendors. */
    private static void assertAvailable(GatewayClient client, boolean available) {
        GatewayClient.Response answer = client.get("/readyz");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().at("/status").asString()).isEqualTo(available ? "ready" : "degraded");
        assertThat(answer.json().at("/chains/support").asString())
                .isEqualTo(available ? "ready" : "no provider available");
    }

    @Test
    void refusedKeyMakesTheAgentUnavailable() throws Exception {
        ann.always(ScriptedReply.error(401, "invalid_request_error", "invalid_api_key", "No such key"));
        GatewayClient client = start("{support: {primary: ann}}", Map.of());
        assertAvailable(client, true);
        client.chat("support");
        assertAvailable(client, false);
        gateway.agents().understudy("support").control().release("ann");
        assertAvailable(client, true);
    }

    @Test
    void cooldownOfTheOnlyKeyMakesTheAgentUnavailable() throws Exception {
        ann.always(ScriptedReply.rateLimited(Duration.ofMinutes(2)));
        GatewayClient client = start("{support: {primary: ann}}", Map.of());
        client.chat("support");
        assertAvailable(client, false);
        gateway.agents().understudy("support").control().release("ann");
        assertAvailable(client, true);
    }

    @Test
    void openCircuitAndHoldMakeTheAgentUnavailable() throws Exception {
        ann.always(ScriptedReply.error(500, "server_error", "It broke"));
        GatewayClient client = start("{support: {primary: ann}}", Map.of());
        for (int i = 0; i < 5; i++) {
            client.chat("support");
        }
        assertAvailable(client, false);
        ann.always(ScriptedReply.text("I am Ann"));
        gateway.agents().understudy("support").control().release("ann");
        assertThat(client.chat("support").text()).isEqualTo("I am Ann");
        assertAvailable(client, true);
        gateway.agents().understudy("support").control().hold("ann", Duration.ofMinutes(1));
        assertAvailable(client, false);
        gateway.agents().understudy("support").control().release("ann");
        assertAvailable(client, true);
    }

    @Test
    void metricsNeedTheReadTokenAndCountRefusals() throws Exception {
        GatewayClient client =
                start("{support: {primary: ann}}", Map.of("GATEWAY_READ_TOKEN", ADMIN, "GATEWAY_TOKEN", CLIENT));
        assertThat(client.get("/metrics").status()).isEqualTo(401);
        assertThat(client.get("/metrics", "authorization", "Bearer " + CLIENT).status())
                .isEqualTo(401);
        assertThat(client.get("/odd/../path").status()).isEqualTo(401);
        assertThat(client.get("/odd/../path", "authorization", "Bearer " + CLIENT)
                        .status())
                .isEqualTo(404);
        GatewayClient.Response metrics = client.get("/metrics", "authorization", "Bearer " + ADMIN);
        assertThat(metrics.status()).isEqualTo(200);
        assertThat(metrics.body()).contains("gateway_refused_total{status=\"401\"} 3");
    }

    @Test
    void adminTokenIsRequiredToSwitchProviders() throws Exception {
        GatewayClient client = start(
                "{support: {primary: ann, backups: [bob]}}",
                Map.of("GATEWAY_ADMIN_TOKEN", ADMIN, "GATEWAY_TOKEN", CLIENT));
        String[] user = {"authorization", "Bearer " + CLIENT};
        String[] admin = {"authorization", "Bearer " + ADMIN};
        assertThat(client.post(GatewayClient.body("support", false)).status()).isEqualTo(401);
        assertThat(client.post(GatewayClient.body("support", false), user).text())
                .isEqualTo("I am Ann");
        String path = "/api/agents/support/failover";
        assertThat(client.send("POST", path + "/switch", "{\"provider_id\":\"bob\"}", user)
                        .status())
                .isEqualTo(401);
        assertThat(client.send("POST", path + "/switch", "{\"provider_id\":\"bob\"}", admin)
                        .status())
                .isBetween(200, 204);
        assertThat(client.post(GatewayClient.body("support", false), user).text())
                .isEqualTo("I am Bob");
        assertThat(client.get(path + "/health", admin).status()).isEqualTo(200);
    }

    @Test
    void withoutAnAdminTokenThereAreNoAdminRoutes() throws Exception {
        GatewayClient client = start("{support: {primary: ann}}", Map.of());
        assertThat(client.get("/api/agents/support/failover").status()).isEqualTo(404);
    }

    @Test
    void aChangedFileTakesEffectDuringCalls() throws Exception {
        GatewayClient client = start("{support: {primary: ann, backups: [bob]}}", Map.of());
        List<GatewayClient.Response> responses = new ArrayList<>();
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
            while (!Thread.currentThread().isInterrupted()
                    && responses.stream().noneMatch(one -> one.text().endsWith("Bob"))) {
                responses.add(responses.size() % 2 == 0 ? client.chat("support") : client.stream("support"));
            }
        });
        write("{support: {primary: bob, backups: [ann]}}");
        load.get(20, java.util.concurrent.TimeUnit.SECONDS);
        assertThat(responses).allSatisfy(one -> assertThat(one.text()).startsWith("I am "));
        write("{support: {primary: nobody}}");
        until(() -> gateway.agents().lastReload() != null
                && !gateway.agents().lastReload().accepted());
        assertThat(client.chat("support").text()).isEqualTo("I am Bob");
    }

    private static void until(BooleanSupplier condition) {
        Flux.interval(Duration.ofMillis(50))
                .takeUntil(tick -> condition.getAsBoolean())
                .blockLast(Duration.ofSeconds(20));
    }

    @Test
    void noSecretReachesAClient() throws Exception {
        ann.always(ScriptedReply.error(401, "invalid_request_error", "Wrong key " + ANN + " in Bearer " + ANN)
                .withHeader("x-echo", ANN));
        bob.always(ScriptedReply.text("Some words come first")
                .fail(dev.understudy.testing.ScriptedReply.FaultPoint.tokens(2), "error", "key " + BOB));
        GatewayClient client = start("{support: {primary: ann, backups: [bob]}}", Map.of("GATEWAY_ADMIN_TOKEN", ADMIN));
        String[] admin = {"authorization", "Bearer " + ADMIN};
        List<GatewayClient.Response> all = List.of(
                client.chat("support"),
                client.stream("support"),
                client.get("/metrics"),
                client.get("/readyz"),
                client.get("/api/providers/health", admin),
                client.get("/api/agents/support/failover", admin),
                client.get("/api/agents/support/failover/stats", admin),
                client.get("/api/agents/support/failover/health", admin));
        assertThat(all).allSatisfy(response -> {
            assertThat(response.body()).doesNotContain("canary");
            assertThat(response.headers().map().toString()).doesNotContain("canary");
        });
    }

    @Test
    void dashboardIsServedWhereAdminRoutesAre() throws Exception {
        GatewayClient client = start("{support: {primary: ann, backups: [bob]}}", Map.of("GATEWAY_ADMIN_TOKEN", ADMIN));
        GatewayClient.Response page = client.get("/understudy/");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("content-type")).startsWith("text/html");
        assertThat(client.get("/understudy/app.js").status()).isEqualTo(200);
        assertThat(client.get("/api/overview").status()).isEqualTo(401);
        assertThat(client.get("/api/overview", "authorization", "Bearer " + ADMIN)
                        .body())
                .contains("\"access\":\"write\"");
    }

    @Test
    void errorsOfRoutesAndBodiesHaveTheFormOfOpenAi() throws Exception {
        GatewayClient client = start("{support: {primary: ann}}", Map.of());
        GatewayClient.Response missing = client.get("/v1/nothing");
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.errorCode()).isEqualTo("not_found");
        GatewayClient.Response wrongMethod = client.get("/v1/chat/completions");
        assertThat(wrongMethod.status()).isEqualTo(405);
        assertThat(wrongMethod.header("allow")).isEqualTo("POST");
        assertThat(client.post("{").status()).isEqualTo(400);
        assertThat(client.post("x".repeat(GatewayLimits.BODY + 1)).status()).isEqualTo(413);
    }

    @RepeatedTest(5)
    void clientThatStillSendsSeesWhyItsBodyIsRefused() throws Exception {
        GatewayClient client = start("{support: {primary: ann}}", Map.of());
        assertThat(client.post("x".repeat(GatewayLimits.BODY + 1)).status()).isEqualTo(413);
    }

    /** Responses complete on other threads and on the event loop in turn, on one connection. */
    @Test
    void aConnectionIsReadAfterEachResponse() throws Exception {
        GatewayClient client = start("{support: {primary: ann}}", Map.of("GATEWAY_ADMIN_TOKEN", ADMIN));
        for (int i = 0; i < 300; i++) {
            assertThat(client.get("/metrics", "authorization", "Bearer " + ADMIN)
                            .status())
                    .isEqualTo(200);
            assertThat(client.get("/healthz").status()).isEqualTo(200);
            assertThat(client.get("/metrics", "authorization", "Bearer " + ADMIN)
                            .status())
                    .isEqualTo(200);
            assertThat(client.get("/api/providers/health", "authorization", "Bearer " + ADMIN)
                            .status())
                    .isEqualTo(200);
            assertThat(client.get("/metrics", "authorization", "Bearer " + ADMIN)
                            .status())
                    .isEqualTo(200);
            assertThat(client.get("/api/providers/health").status()).isEqualTo(401);
        }
        assertThat(client.get("/metrics").status()).isEqualTo(401);
    }

    @Test
    void otherModelsGoToTheDefaultAgent() throws Exception {
        GatewayClient client =
                start("{support: {primary: ann}, sales: {primary: bob}}", Map.of(), "--default-agent", "sales");
        assertThat(client.chat("any-model").text()).isEqualTo("I am Bob");
    }
}
