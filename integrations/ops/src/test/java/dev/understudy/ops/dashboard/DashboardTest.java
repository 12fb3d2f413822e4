package dev.understudy.ops.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Usage;
import dev.understudy.ops.admin.ActivityLog;
import dev.understudy.ops.admin.OperatorClient;
import dev.understudy.ops.agent.Agents;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the dashboard, and the data that it reads. DashboardBrowserTest runs it in a browser. */
class DashboardTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final List<String> FILES = List.of(
            "index.html",
            "dashboard.css",
            "icon.svg",
            "app.js",
            "api.js",
            "dom.js",
            "charts.js",
            "providers.js",
            "calls.js");

    private final ActivityLog activityLog = new ActivityLog();
    private final ScriptedProvider ann = ScriptedProvider.named("ann")
            .always(ScriptedAnswer.text("I am Ann").withUsage(Usage.of(100, 10)))
            .can(Capabilities.assumed().withPrice(Capabilities.Price.of(2, 10)));
    private final ScriptedProvider bob = ScriptedProvider.named("bob").always(ScriptedAnswer.text("I am Bob"));
    private final Understudy understudy = Understudy.builder()
            .name("support")
            .provider(ann)
            .provider(bob)
            .retry(RetryPolicy.none())
            .listener(activityLog)
            .build();
    private final OperatorClient operator = new OperatorClient(Agents.of(understudy), activityLog);

    @AfterEach
    void close() {
        operator.close();
        understudy.close();
    }

    private HttpResponse<String> fetch(String path) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(operator.url("/understudy/" + path)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    static Stream<String> files() {
        return FILES.stream();
    }

    private static String source(String name) throws IOException {
        try (InputStream file = DashboardTest.class.getResourceAsStream("/dev/understudy/ops/dashboard/" + name)) {
            return new String(Objects.requireNonNull(file, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void fileIsServedWithoutATokenAndWithStrictHeaders(String name) throws Exception {
        HttpResponse<String> response = fetch(name);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(source(name));
        assertThat(response.headers().firstValue("x-content-type-options")).hasValue("nosniff");
        assertThat(response.headers().firstValue("referrer-policy")).hasValue("no-referrer");
        assertThat(response.headers().firstValue("content-security-policy"))
                .hasValueSatisfying(policy -> assertThat(policy)
                        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                        .doesNotContain("unsafe", "*", "data:"));
    }

    @Test
    void folderIsThePage() throws Exception {
        assertThat(fetch("").body()).isEqualTo(source("index.html"));
        assertThat(fetch("").headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
        assertThat(fetch("?x=1").statusCode()).isEqualTo(200);
        HttpRequest bare =
                HttpRequest.newBuilder(URI.create(operator.url("/understudy"))).build();
        assertThat(CLIENT.send(bare, HttpResponse.BodyHandlers.ofString()).body())
                .isEqualTo(source("index.html"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing.js", "../openapi.json", "%2e%2e/openapi.json", "index.html/", "/index.html"})
    void otherPathsNeedAToken(String path) throws Exception {
        assertThat(fetch(path).statusCode()).isEqualTo(401);
    }

    @Test
    void unknownHostGetsNoFile() {
        assertThat(operator.raw("GET /understudy/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 421");
    }

    @ParameterizedTest
    @MethodSource("files")
    void fileHasNoInlineCodeAndNoForeignAddress(String name) throws IOException {
        assertThat(source(name).replace("http://www.w3.org/2000/svg", ""))
                .doesNotContainPattern(Pattern.compile("https?:|//[a-z]+\\.|\\son[a-z]+=\"|style=|@import|url\\("))
                .doesNotContainPattern(Pattern.compile(
                        "innerHTML|outerHTML|insertAdjacent|document\\.write|eval\\(|new Function|DOMParser"));
    }

    @Test
    void overviewHasCallsWithTheirAttempts() {
        ann.then(ScriptedAnswer.fail(FailureKind.OVERLOADED));
        ask();
        ask();
        Map<String, Object> overview = operator.get("/api/overview").json();
        assertThat(overview).containsEntry("access", "read");
        List<Map<String, Object>> calls = maps(overview.get("calls"));
        assertThat(calls).hasSize(2);
        assertThat(calls.get(0)).containsEntry("outcome", "served").containsEntry("provider_id", "ann");
        assertThat(calls.get(1)).containsEntry("provider_id", "bob").containsEntry("fallback", true);
        assertThat(maps(calls.get(1).get("attempts")))
                .extracting(attempt -> attempt.get("provider_id") + " " + attempt.get("outcome"))
                .containsExactly("ann failed", "bob served");
        Map<String, Object> agent = maps(overview.get("agents")).get(0);
        List<Map<String, Object>> series = maps(agent.get("series"));
        assertThat(series).hasSize(60);
        assertThat(sum(series, "served")).isEqualTo(2);
        assertThat(sum(series, "fallback")).isEqualTo(1);
        assertThat(sum(series, "failovers")).isEqualTo(1);
        assertThat(sum(series, "cost")).isEqualTo((100 * 2 + 10 * 10) / 1e6);
    }

    @Test
    void overviewKeepsTheLastHundredCalls() {
        for (int i = 0; i < 150; i++) {
            ask();
        }
        List<Map<String, Object>> calls =
                maps(operator.get("/api/overview").json().get("calls"));
        assertThat(calls).hasSize(100);
        assertThat(((Number) calls.get(0).get("call")).longValue()
                        - ((Number) calls.get(99).get("call")).longValue())
                .isEqualTo(99);
    }

    @Test
    void overviewHasNoTextOfPromptsAndVendors() {
        ann.then(ScriptedAnswer.fail(dev.understudy.chat.Failure.of(FailureKind.SERVER, "canary of a vendor")));
        understudy.chat(ChatRequest.of("m", "canary of a caller")).block(Duration.ofSeconds(10));
        assertThat(String.valueOf(maps(overviewWithoutCheck().get("calls")))).doesNotContain("canary");
    }

    private Map<String, Object> overviewWithoutCheck() {
        try {
            HttpResponse<byte[]> response = CLIENT.send(
                    HttpRequest.newBuilder(URI.create(operator.url("/api/overview")))
                            .header("authorization", "Bearer " + OperatorClient.READ)
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            return dev.understudy.ops.event.JsonDocuments.object(response.body());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void ask() {
        understudy.chat(OperatorClient.REQUEST).block(Duration.ofSeconds(10));
    }

    private static double sum(List<Map<String, Object>> series, String field) {
        return series.stream()
                .mapToDouble(at -> ((Number) at.get(field)).doubleValue())
                .sum();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> maps(Object list) {
        return (List<Map<String, Object>>) list;
    }
}
