package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatProvider;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.key.ClientKeys;
import dev.understudy.gateway.key.KeySpec;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServerRoutes;

/** Requests that the gateway refuses before or while it reads them, and what remains of its service meanwhile. */
@Timeout(60)
class AdmissionTest {

    private static final String JSON = "content-type: application/json";

    private static final String TOKEN = "client-token";
    private static final GatewayLimits SMALL = new GatewayLimits(
            6,
            2,
            GatewayLimits.BODY + 1_000,
            Duration.ofMillis(400),
            Duration.ofMillis(400),
            Duration.ofMillis(400),
            Duration.ofSeconds(5),
            Duration.ofSeconds(20),
            3,
            5,
            GatewayLimits.BODY);

    private final List<Integer> refused = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final ScriptedServer upstream = closing(ScriptedServer.start().always(ScriptedReply.text("Hello.")));

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private <T extends AutoCloseable> T closing(T thing) {
        open.add(0, thing);
        return thing;
    }

    private Admission admission(@Nullable String token, GatewayLimits limits) {
        List<KeySpec> keys = token == null ? List.of() : ClientKeys.tokens(token);
        return new Admission(
                ClientKeys.of(keys), OperatorTokens.NONE, Cors.NONE, KeyAccounts.PLAIN, limits, refused::add);
    }

    private int start(@Nullable String token, Admission admission) {
        return start(token, admission, routes -> {});
    }

    private int start(@Nullable String token, Admission admission, Consumer<HttpServerRoutes> more) {
        ChatProvider provider = closing(
                Providers.openAiCompatible(Endpoint.of("p1", upstream.url(), "k1"), OpenAiCompatibility.defaults()));
        ModelDirectory directory = new ModelDirectory(() -> List.of("m"), name -> provider, null);
        DisposableServer server = new GatewayServer(GatewayServer.LOOPBACK, 0, token).start(directory, admission, more);
        closing((AutoCloseable) server::disposeNow);
        return server.port();
    }

    private int start(@Nullable String token) {
        return start(token, admission(token, SMALL));
    }

    /** Sends text over a new connection and returns what comes back until the connection ends. */
    private static String raw(int port, String text) {
        try (Socket socket = new Socket(GatewayServer.LOOPBACK, port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return rest(socket);
        } catch (IOException e) {
            return "broken: " + e;
        }
    }

    private static String head(String host, String... fields) {
        return "POST /v1/chat/completions HTTP/1.1\r\nhost: " + host + "\r\n"
                + (fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n");
    }

    @Test
    void modelWhoseNameCannotBeDecodedIsNotFound() {
        int port = start(TOKEN);
        String answer = raw(
                port,
                "GET /v1/models/%zz HTTP/1.1\r\nhost: h\r\nx-api-key: " + TOKEN + "\r\nconnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 404").contains("model_not_found", "%zz");
        assertThat(raw(
                        port,
                        "GET /%zz?key=" + TOKEN + " HTTP/1.1\r\nhost: h\r\nx-api-key: " + TOKEN
                                + "\r\nconnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404")
                .contains("not_found", "nothing at /%zz")
                .doesNotContain(TOKEN);
    }

    @Test
    void wrongTokenIsRefusedBeforeTheBodyArrives() {
        int port = start(TOKEN);
        String answer = raw(port, head("h", "authorization: Bearer wrong", "content-length: 15000000") + "\r\n{");
        assertThat(answer).startsWith("HTTP/1.1 401").contains("invalid_api_key");
        assertThat(upstream.calls()).isEmpty();
        assertThat(refused).containsExactly(401);
    }

    @Test
    void manyWrongTokensAreThrottledAndARightOneIsNot() {
        int port = start(TOKEN);
        String wrong = head("h", "authorization: Bearer wrong", "content-length: 0") + "\r\n";
        for (int i = 0; i < SMALL.refusals(); i++) {
            assertThat(raw(port, wrong)).startsWith("HTTP/1.1 401");
        }
        assertThat(raw(port, wrong)).startsWith("HTTP/1.1 429").containsPattern("(?i)retry-after: (60|5\\d)");
        assertThat(refused).containsExactly(401, 401, 401, 429);
        assertThat(new GatewayClient(port)
                        .post(GatewayClient.body("m", false), "authorization", "Bearer " + TOKEN)
                        .text())
                .isEqualTo("Hello.");
    }

    @Test
    void invalidRequestsAreThrottledForTheirKeyOnly() {
        int port = start(TOKEN + ", second-token");
        GatewayClient client = new GatewayClient(port);
        String[] first = {"authorization", "Bearer " + TOKEN};
        for (int i = 0; i < SMALL.rejects(); i++) {
            assertThat(client.post("{", first).status()).isEqualTo(400);
        }
        GatewayClient.Response throttled = client.post(GatewayClient.body("m", false), first);
        assertThat(throttled.status()).isEqualTo(429);
        assertThat(throttled.errorCode()).isEqualTo("too_many_refusals");
        assertThat(Integer.parseInt(throttled.header("retry-after"))).isBetween(50, 60);
        assertThat(throttled.header("x-should-retry")).isEmpty();
        assertThat(refused).containsExactly(400, 400, 400, 400, 400, 429);
        assertThat(client.post(GatewayClient.body("m", false), "authorization", "Bearer second-token")
                        .text())
                .isEqualTo("Hello.");
    }

    @Test
    void requestsThatAreNoHttpAreCounted() {
        int port = start(TOKEN);
        assertThat(raw(port, "\u0016\u0003\u0001 no http\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw(port, "GET /" + "x".repeat(10_000) + " HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.1 414");
        assertThat(raw(port, head("h", "x-long: " + "x".repeat(10_000)) + "\r\n"))
                .startsWith("HTTP/1.1 431");
        assertThat(refused).containsExactly(400, 414, 431);
    }

    @Test
    void routesWithoutBodyReadNone() {
        int port = start(null);
        String get = "GET /v1/models HTTP/1.1\r\nhost: localhost\r\n";
        assertThat(raw(port, get + "content-length: 1000000\r\nconnection: close\r\n\r\n" + "x".repeat(1_000_000)))
                .startsWith("HTTP/1.1 413");
        assertThat(raw(port, get + "transfer-encoding: chunked\r\nconnection: close\r\n\r\n1\r\nx\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 413");
        assertThat(refused).containsExactly(413, 413);
    }

    @Test
    void lengthBeyondAnyIntegerIsTooLarge() {
        int port = start(null);
        assertThat(raw(
                        port,
                        head("localhost", "content-type: application/json", "content-length: 99999999999") + "\r\n"))
                .startsWith("HTTP/1.1 413");
    }

    @Test
    void connectionsOfRefusedRequestsGiveWayToNewOnes() throws Exception {
        int port = start(TOKEN, admission(TOKEN, GatewayLimits.defaults().withConnections(6)));
        String wrong = head("h", "authorization: Bearer wrong", "content-length: 15000000") + "\r\n";
        for (int i = 0; i < 12; i++) {
            Socket socket = closing(new Socket(GatewayServer.LOOPBACK, port));
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(wrong.getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
        assertThat(new GatewayClient(port)
                        .post(GatewayClient.body("m", false), "authorization", "Bearer " + TOKEN)
                        .text())
                .isEqualTo("Hello.");
    }

    @Test
    void textWithoutATokenIsNoConfigurationOfTokens() {
        assertThatThrownBy(() -> admission(" , ", SMALL)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void unknownPathIsFoundOutAfterTheTokenOnly() {
        int port = start(TOKEN);
        GatewayClient client = new GatewayClient(port);
        assertThat(client.get("/odd/path").status()).isEqualTo(401);
        assertThat(client.get("/odd/path", "authorization", "Bearer " + TOKEN).status())
                .isEqualTo(404);
    }

    @Test
    void announcedBodyOverTheLimitIsNotRead() {
        int port = start(null);
        String answer =
                raw(port, head("localhost", "content-type: application/json", "content-length: 99999999") + "\r\n");
        assertThat(answer).startsWith("HTTP/1.1 413");
    }

    @Test
    void slowHeadSlowBodyAndIdleConnectionsEnd() {
        int port = start(null);
        assertThat(raw(port, "POST /v1/chat/comp")).startsWith("HTTP/1.1 408");
        assertThat(raw(port, "")).startsWith("HTTP/1.1 408");
        assertThat(raw(port, head("localhost", "content-type: application/json", "content-length: 100") + "\r\n{\"mod"))
                .startsWith("HTTP/1.1 408")
                .contains("request_timeout");
        String idle = raw(port, "GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n");
        assertThat(idle).startsWith("HTTP/1.1 200").doesNotContain("408");
    }

    /** Routes that are not those of {@link Admission}, such as the admin routes, which stream events. */
    @Test
    void foreignRouteMayTakeLongerThanTheHeadOfARequest() {
        Flux<String> events = Flux.interval(SMALL.head().dividedBy(4)).take(8).map(number -> "event " + number + "\n");
        int port = start(
                null,
                admission(null, SMALL),
                routes -> routes.get(
                        "/api/events", (request, response) -> response.sendString(events, StandardCharsets.UTF_8)));
        String get = "GET /api/events HTTP/1.1\r\nhost: localhost\r\n\r\n";
        // the connection ends as an idle one
        assertThat(raw(port, get))
                .startsWith("HTTP/1.1 200")
                .contains("event 7")
                .endsWith("\r\n0\r\n\r\n");
        assertThat(raw(port, get + get))
                .containsPattern("(?s)event 7.*HTTP/1.1 200.*event 7")
                .doesNotContain("408");
        assertThat(refused).isEmpty();
    }

    @Test
    void withoutATokenNoWebPageIsServed() {
        int port = start(null);
        String json = "content-type: application/json";
        assertThat(raw(port, head("evil.example", json, "content-length: 0") + "\r\n"))
                .startsWith("HTTP/1.1 421");
        assertThat(raw(
                        port,
                        head("localhost:" + port, json, "origin: https://evil.example", "content-length: 0") + "\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(raw(port, head("localhost", "origin: null", json, "content-length: 0") + "\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(raw(port, head("127.0.0.1", "content-type: text/plain", "content-length: 0") + "\r\n"))
                .startsWith("HTTP/1.1 415");
        assertThat(upstream.calls()).isEmpty();
        assertThat(new GatewayClient(port).chat("m").text()).isEqualTo("Hello.");
    }

    @Test
    void idleConnectionsGiveWayToNewOnes() throws Exception {
        // A limit of time that no slow machine reaches: connections end because there are others, in the order of their
        // accept.
        GatewayLimits few = GatewayLimits.defaults().withConnections(6).withHead(Duration.ofMinutes(2));
        int port = start(null, admission(null, few));
        CountDownLatch ended = new CountDownLatch(24);
        List<String> answers = new CopyOnWriteArrayList<>();
        ExecutorService readers = Executors.newFixedThreadPool(30);
        closing((AutoCloseable) readers::shutdownNow);
        for (int i = 0; i < 30; i++) {
            Socket socket = closing(new Socket(GatewayServer.LOOPBACK, port));
            readers.execute(() -> {
                answers.add(rest(socket));
                ended.countDown();
            });
        }
        assertThat(ended.await(40, TimeUnit.SECONDS)).isTrue();
        // a reset may come before the response
        assertThat(answers.stream().filter(answer -> answer.contains(" 503 "))).hasSizeGreaterThanOrEqualTo(20);
        assertThat(new GatewayClient(port).chat("m").text()).isEqualTo("Hello.");
    }

    private static String rest(Socket socket) {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "broken: " + e;
        }
    }

    @Test
    void callsOverTheLimitGet503() {
        upstream.always(ScriptedReply.text("Slow.").beforeHeaders(Duration.ofMillis(600)));
        int port = start(null);
        GatewayClient client = new GatewayClient(port);
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            calls.add(CompletableFuture.supplyAsync(() -> client.chat("m").status()));
        }
        assertThat(calls.stream().map(CompletableFuture::join)).contains(200, 503);
        assertThat(client.chat("m").status()).isEqualTo(200);
    }

    @Test
    void largeBodiesThatStallDoNotKeepSmallOnesOut() throws Exception {
        int port = start(null, admission(null, GatewayLimits.defaults().withBodies(1 << 20)));
        String content = "x".repeat(50_000);
        String body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + content + "\"}]}";
        String large = head("localhost", JSON, "connection: close", "content-length: " + body.length()) + "\r\n" + body;
        Socket stalled = stalled(port);
        boolean refusedBefore = false;
        boolean refusedAfter = false;
        for (int calls = 0; !refusedBefore || !refusedAfter; calls++) {
            assertThat(calls).as("calls until the stalled body was read").isLessThan(1_000);
            if (stalled.getInputStream().available() > 0) { // it was refused, because another large one was there
                stalled = stalled(port);
            }
            refusedBefore = raw(port, large).startsWith("HTTP/1.1 503");
            assertThat(new GatewayClient(port).chat("m").text()).isEqualTo("Hello.");
            refusedAfter = raw(port, large).startsWith("HTTP/1.1 503");
        }
    }

    /** Sends as much of a body as all large bodies may have together, and no more. */
    private Socket stalled(int port) throws IOException {
        Socket stalled = closing(new Socket(GatewayServer.LOOPBACK, port));
        String begun = head("localhost", JSON, "content-length: 9000000") + "\r\n" + "x".repeat((1 << 20) + (16 << 10));
        stalled.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
        return stalled;
    }

    @Test
    void bodyOfTooManyElementsIsRefused() {
        int port = start(null, admission(null, GatewayLimits.defaults()));
        String many = "{\"model\":\"m\",\"messages\":[" + "[],".repeat(JsonFields.ELEMENTS) + "[]]}";
        GatewayClient.Response answer = new GatewayClient(port).post(many);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.errorCode()).isEqualTo("invalid_json");
    }

    @Test
    void drainRefusesNewCallsAndWaitsForTheOthers() throws Exception {
        upstream.always(ScriptedReply.text("Slow.").beforeHeaders(Duration.ofMillis(500)));
        Admission admission = admission(null, GatewayLimits.defaults());
        int port = start(null, admission);
        GatewayClient client = new GatewayClient(port);
        CompletableFuture<String> call =
                CompletableFuture.supplyAsync(() -> client.chat("m").text());
        upstream.arrivals().blockFirst(Duration.ofSeconds(20));
        CompletableFuture<Void> drained = CompletableFuture.runAsync(admission::drain);
        while (!admission.isDraining()) {
            Thread.onSpinWait();
        }
        assertThat(client.chat("m").status()).isEqualTo(503);
        assertThat(drained).isNotDone();
        assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo("Slow.");
        drained.get(20, TimeUnit.SECONDS);
        assertThat(admission.calls()).isZero();
    }
}
