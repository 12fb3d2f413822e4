package dev.understudy.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.Understudy;
import dev.understudy.ops.agent.Agents;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** Who is let in with what, and what the others are told. */
class AdminAccessTest {

    private static final String SUPPORT = "/api/agents/support/failover";

    private final ActivityLog activityLog = new ActivityLog();
    private final Understudy understudy = Understudy.builder()
            .name("support")
            .provider(ScriptedProvider.named("ann").always(ScriptedAnswer.text("I am Ann")))
            .provider(ScriptedProvider.named("bob").always(ScriptedAnswer.text("I am Bob")))
            .listener(activityLog)
            .build();
    private final OperatorClient operatorClient = new OperatorClient(Agents.of(understudy), activityLog);

    @AfterEach
    void close() {
        operatorClient.close();
        understudy.close();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"x", "canary-read-4f1d7c2a9", "canary-read-4f1d7c2a9bb", "", "canary-read-4f1d7c2a9c"})
    void requestWithoutValidTokenIsRefused(String token) {
        for (String path : List.of(SUPPORT, "/api/providers/health", "/api/events", "/api/openapi.json", "/nowhere")) {
            OperatorClient.Reply refused = operatorClient.send("GET", path, token, null);
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.problem()).isEqualTo("unauthorized");
            assertThat(refused.header("www-authenticate")).startsWith("Bearer realm=\"understudy\"");
        }
        assertThat(operatorClient
                        .send("POST", SUPPORT + "/switch", token, "{\"provider_id\":\"bob\"}")
                        .status())
                .isEqualTo(401);
        assertThat(StatusJson.active(understudy)).isEqualTo("ann");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic " + OperatorClient.READ,
                OperatorClient.READ,
                "Bearer",
                "Bearer " + OperatorClient.READ + ", Bearer x"
            })
    void otherSchemesDoNotOpen(String authorization) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(operatorClient.url(SUPPORT)))
                .header("authorization", authorization)
                .build();
        assertThat(operatorClient.send(request).status()).isEqualTo(401);
    }

    @Test
    void theTokenThatReadsChangesNothing() {
        OperatorClient.Reply refused =
                operatorClient.send("POST", SUPPORT + "/switch", OperatorClient.READ, "{\"provider_id\":\"bob\"}");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.problem()).isEqualTo("read-only");
        assertThat(refused.header("www-authenticate")).contains("insufficient_scope");
        assertThat(StatusJson.active(understudy)).isEqualTo("ann");
    }

    @Test
    void theTokenThatWritesReadsToo() {
        assertThat(operatorClient
                        .send("GET", SUPPORT, OperatorClient.WRITE, null)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void withoutATokenThatWritesNothingCanBeChanged() {
        try (OperatorClient reader =
                new OperatorClient(Agents.of(understudy), activityLog, Admin.Options.reading(OperatorClient.READ))) {
            assertThat(reader.get(SUPPORT).status()).isEqualTo(200);
            assertThat(reader.post(SUPPORT + "/switch", "{\"provider_id\":\"bob\"}")
                            .status())
                    .isEqualTo(401);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DELETE | /api/agents/support/failover | GET, POST",
                "PUT | /api/agents/support/failover | GET, POST",
                "OPTIONS | /api/agents/support/failover | GET, POST",
                "POST | /api/agents/support/failover/stats | GET",
                "GET | /api/agents/support/failover/switch | POST",
                "GET | /api/agents/support/providers/ann/hold | POST",
                "POST | /api/providers/health | GET"
            })
    void otherMethodsGetTheAllowHeader(String method, String path, String allowed) {
        OperatorClient.Reply refused = operatorClient.send(method, path, OperatorClient.WRITE, null);
        assertThat(refused.status()).isEqualTo(405);
        assertThat(refused.problem()).isEqualTo("method-not-allowed");
        assertThat(refused.header("allow")).isEqualTo(allowed);
    }

    @Test
    void headIsRefusedWithoutABody() {
        String answer = operatorClient.raw("HEAD " + SUPPORT + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                + OperatorClient.READ + "\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 405 ").endsWith("\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/agents/nobody/failover, unknown-agent",
        "/api/agents/nobody/failover/stats, unknown-agent",
        "/api/agents/nobody/failover/health, unknown-agent",
        "/api/agents/suport/failover, unknown-agent",
        "/api/agents/support, unknown-path",
        "/api/agents, unknown-path",
        "/api/agents/support/failover/, unknown-path",
        "/, unknown-path",
        "/api/agents/support%2Ffailover, unknown-path"
    })
    void unknownAgentOrPathIs404(String path, String problem) {
        OperatorClient.Reply refused = operatorClient.get(path);
        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.problem()).isEqualTo(problem);
        assertThat(refused.json()).containsEntry("instance", path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hold", "release"})
    void unknownProvidersCannotBeHeldOrReleased(String action) {
        OperatorClient.Reply refused = operatorClient.post("/api/agents/support/providers/carl/" + action, "{}");
        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.problem()).isEqualTo("unknown-provider");
        assertThat(operatorClient
                        .post("/api/agents/nobody/providers/ann/" + action, "{}")
                        .problem())
                .isEqualTo("unknown-agent");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/switch | {} | #/provider_id | is missing",
                "/switch | {\"provider_id\":null} | #/provider_id | is missing",
                "/switch | {\"provider_id\":7} | #/provider_id | is a text",
                "/switch | {\"provider_id\":\"bop\"} | #/provider_id | did you mean 'bob'?",
                "/switch | {\"provider_id\":\"bob\",\"now\":true} | #/now | is not known",
                "'' | {\"max_consecutive_failures\":0} | #/max_consecutive_failures | 1 or more",
                "'' | {\"max_consecutive_failures\":1.5} | #/max_consecutive_failures | whole number",
                "'' | {\"health_check_interval\":-1} | #/health_check_interval | longer than zero",
                "'' | {\"health_check_interval\":1e99} | #/health_check_interval | seconds",
                "'' | {\"health_check_timeout\":\"soon\"} | #/health_check_timeout | 500ms",
                "'' | {\"health_check_enabled\":\"yes\"} | #/health_check_enabled | true or false",
                "'' | {\"auto_failover_enabled\":1} | #/auto_failover_enabled | true or false",
                "'' | {\"backup_provider_ids\":\"bob\"} | #/backup_provider_ids | a list",
                "'' | {\"backup_provider_ids\":[\"bob\",2]} | #/backup_provider_ids/1 | is a text",
                "'' | {\"health_check_query\":[]} | #/health_check_query | is a text",
                "'' | {\"primary_provider\":\"bob\"} | #/primary_provider | did you mean 'primary_provider_id'?",
            })
    void wrongFieldsAreNamed(String path, String body, String pointer, String detail) {
        OperatorClient.Reply refused = operatorClient.post(SUPPORT + path, body);
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.problem()).isEqualTo("invalid-fields");
        assertThat(refused.json().get("errors")).asString().contains("pointer=" + pointer + ",", detail);
    }

    @Test
    void allMistakesAreNamedAtOnce() {
        OperatorClient.Reply refused = operatorClient.post(
                SUPPORT, "{\"max_consecutive_failures\":0,\"health_check_interval\":\"\",\"what\":1}");
        assertThat(refused.json()).containsEntry("detail", "3 fields are wrong");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "\"text\"",
                "{\"provider_id\":\"ann\",\"provider_id\":\"bob\"}",
                "{\"provider_id\":\"ann\"} {}",
                "nonsense with canary"
            })
    void bodyThatIsNoObjectIsRefused(String body) {
        OperatorClient.Reply refused = operatorClient.post(SUPPORT + "/switch", body);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.problem()).isEqualTo("malformed-json");
    }

    @Test
    void deepNestingIsRefused() {
        assertThat(operatorClient
                        .post(SUPPORT, "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aBodyOverTheLimitIsRefused() {
        // Only the head is sent: a client that still writes may lose the answer when the server closes.
        String answer = operatorClient.raw("POST " + SUPPORT + "/switch HTTP/1.1\r\nHost: localhost\r\n"
                + "Authorization: Bearer " + OperatorClient.WRITE + "\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + (AdminHandler.MAX_BYTES + 1) + "\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 413 ").contains("too-large");
    }

    @Test
    void bodyWithoutLengthIsRefusedToo() {
        String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n1\r\nx\r\n";
        String answer = operatorClient.raw("POST " + SUPPORT + "/switch HTTP/1.1\r\nHost: localhost\r\n"
                + "Authorization: Bearer " + OperatorClient.WRITE + "\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n" + chunk);
        assertThat(answer).startsWith("HTTP/1.1 413 ").containsIgnoringCase("connection: close");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json5"})
    void otherContentIsRefused(String type) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(operatorClient.url(SUPPORT + "/switch")))
                .header("authorization", "Bearer " + OperatorClient.WRITE)
                .header("content-type", type)
                .POST(HttpRequest.BodyPublishers.ofString("{\"provider_id\":\"bob\"}"))
                .build();
        OperatorClient.Reply refused = operatorClient.send(request);
        assertThat(refused.status()).isEqualTo(415);
        assertThat(refused.header("accept")).isEqualTo("application/json");
        assertThat(StatusJson.active(understudy)).isEqualTo("ann");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, 200",
        "localhost:8080, 200",
        "127.0.0.1:1, 200",
        "[::1]:8080, 200",
        "evil.example, 421",
        "localhost.evil.example, 421",
        "127.0.0.1.evil.example, 421",
        "admin.internal, 200",
        "ADMIN.internal:81, 200"
    })
    void onlyKnownNamesAreAnswered(String host, int status) {
        Admin.Options options = Admin.Options.reading(OperatorClient.READ).withHosts("admin.internal");
        try (OperatorClient known = new OperatorClient(Agents.of(understudy), activityLog, options)) {
            assertThat(known.raw("GET " + SUPPORT + " HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer "
                            + OperatorClient.READ + "\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 " + status + " ");
        }
    }

    @Test
    void headersWithoutBoundAreRefused() {
        String answer = operatorClient.raw("GET " + SUPPORT + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                + OperatorClient.READ + "\r\nX-Long: " + "x".repeat(20_000) + "\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 431 ");
        assertThat(operatorClient.get(SUPPORT).status()).isEqualTo(200);
    }

    @Test
    void theyCanBeMountedOnAServerOfOnesOwn() {
        Admin admin = Admin.of(Agents.of(understudy), activityLog, Admin.Options.reading(OperatorClient.READ));
        DisposableServer server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .route(routes -> {
                    admin.routes().accept(routes);
                    routes.get(
                            "/api/mine",
                            (request, response) -> response.sendString(reactor.core.publisher.Mono.just("mine")));
                })
                .bindNow(Duration.ofSeconds(10));
        try {
            Map<String, Integer> expected =
                    Map.of(SUPPORT, 401, "/api/events", 401, "/api/mine", 200, "/api/agent", 404);
            expected.forEach(
                    (path, status) -> assertThat(get(server.port(), path)).isEqualTo(status));
        } finally {
            server.disposeNow(Duration.ofSeconds(5));
        }
    }

    private static int get(int port, String path) {
        try {
            return java.net.http.HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                    .build(),
                            java.net.http.HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (java.io.IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void tokensAreLongAndDifferentAndNeverPrinted() {
        assertThatThrownBy(() -> Admin.Options.reading("canary-short"))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("canary");
        assertThatThrownBy(() -> Admin.Options.reading("canary with blanks in it"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Admin.Options.tokens(OperatorClient.READ, OperatorClient.READ))
                .hasMessageContaining("cannot be the one that writes");
        assertThat(Admin.Options.tokens(OperatorClient.READ, OperatorClient.WRITE))
                .hasToString("admin routes, a token that reads, a token that writes");
    }
}
