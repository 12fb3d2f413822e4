package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.Listener;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.DisposableServer;
import tools.jackson.databind.JsonNode;

/** Responses of the gateway in each demo scenario: the complete answer, or exactly one error. */
class GatewayScenariosTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static ScenarioServers scenarioServers;
    private static DisposableServer server;
    private static GatewayClient client;

    @BeforeAll
    static void open() {
        scenarioServers = ScenarioServers.open(Listener.none());
        server = new GatewayServer(GatewayServer.LOOPBACK, 0, null)
                .start(ModelDirectory.of(scenarioServers.chains()), routes -> {});
        client = new GatewayClient(server.port());
        // The first call loads classes, which may take longer than the scenarios' limit for the first content.
        client.stream("quiet");
        client.stream("overloaded");
    }

    @AfterAll
    static void close() {
        server.disposeNow();
        scenarioServers.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "quiet",
                "rate-limited-once",
                "broken-once",
                "overloaded",
                "reset-once",
                "no-answer",
                "slow-first-token",
                "cut",
                "stall",
                "garbled",
                "error-in-band",
                "no-done",
                "no-finish"
            })
    void chatAndStreamGiveTheCompleteAnswer(String scenario) {
        GatewayClient.Response streamed = client.stream(scenario);
        assertThat(streamed.status()).isEqualTo(200);
        assertThat(streamed.complete()).as(streamed.body()).isTrue();
        assertThat(streamed.text()).isEqualTo(DemoScenario.ANSWER);
        assertThat(streamed.errors()).isEmpty();

        GatewayClient.Response unary = client.chat(scenario);
        assertThat(unary.status()).as(unary.body()).isEqualTo(200);
        assertThat(unary.text()).isEqualTo(DemoScenario.ANSWER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"cut-other-answer", "stall-other-answer", "garbled-other-answer", "error-in-band-other-answer"})
    void aStreamWithoutEqualReplayEndsWithOneError(String scenario) {
        GatewayClient.Response response = client.stream(scenario);
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.broken()).as(response.body()).isTrue();
        assertThat(response.complete()).isFalse();
        assertThat(DemoScenario.ANSWER).startsWith(response.text());
        assertThat(response.text()).contains("word39");
        assertThat(response.errors()).hasSize(1);
        assertThat(response.data()).doesNotContain("[DONE]");
        assertThat(response.chunks())
                .noneMatch(chunk -> chunk.at("/choices/0/finish_reason").isString());
    }

    @ParameterizedTest
    @CsvSource({
        "too-long, 400, invalid_request_error, context_length_exceeded",
        "against-policy, 400, invalid_request_error, content_policy_violation",
        "all-down, 503, server_error, overloaded",
        "wrong-key, 502, server_error, upstream_auth"
    })
    void aFailureOfEveryProviderIsOneError(String scenario, int status, String type, String code) {
        for (GatewayClient.Response response : List.of(client.chat(scenario), client.stream(scenario))) {
            assertThat(response.status()).isEqualTo(status);
            assertThat(response.header("content-type")).startsWith("application/json");
            JsonNode error = response.json().get("error");
            assertThat(error.get("type").asString()).isEqualTo(type);
            assertThat(error.get("code").asString()).isEqualTo(code);
            assertThat(error.get("message").asString()).isNotBlank();
            assertThat(response.body()).doesNotContain("lead-key").doesNotContain("second-key");
        }
    }

    @Test
    void aRateLimitSetsRetryAfterAndStopsRequests() {
        GatewayClient.Response limited = client.chat("rate-limited");
        assertThat(limited.status()).isEqualTo(429);
        assertThat(limited.errorCode()).isEqualTo("rate_limit_exceeded");
        assertThat(limited.header("x-should-retry")).isEmpty();
        int requests = scenarioServers.primary("rate-limited").calls().size();
        GatewayClient.Response second = client.stream("rate-limited");
        assertThat(second.status()).isEqualTo(429);
        assertThat(second.errorCode()).isEqualTo("rate_limit_exceeded");
        for (GatewayClient.Response response : List.of(limited, second)) {
            assertThat(Integer.parseInt(response.header("retry-after"))).isBetween(1, 40);
        }
        assertThat(scenarioServers.primary("rate-limited").calls()).hasSize(requests);
    }

    @Test
    void anErrorWithoutRetryAfterForbidsRetries() {
        assertThat(client.chat("all-down").header("x-should-retry")).isEqualTo("false");
    }

    @Test
    void headersNameProviderModelAndAttempts() {
        GatewayClient.Response quiet = client.chat("quiet");
        assertThat(quiet.header("x-understudy-provider")).isEqualTo("lead");
        assertThat(quiet.header("x-understudy-model")).isEqualTo("gpt-demo");
        assertThat(quiet.header("x-understudy-attempts")).isEqualTo("1");
        GatewayClient.Response interrupted = client.stream("no-finish", "\"temperature\":0");
        assertThat(interrupted.header("x-understudy-provider")).isEqualTo("lead");
        GatewayClient.Response overloaded = client.stream("overloaded");
        assertThat(overloaded.header("x-understudy-provider")).isEqualTo("second");
        assertThat(overloaded.header("x-understudy-model")).isEqualTo("claude-demo");
        assertThat(overloaded.chunks())
                .allSatisfy(chunk -> assertThat(chunk.get("model").asString()).isEqualTo("claude-demo"));
    }

    @Test
    void aStreamHasTheFormOfOpenAi() {
        GatewayClient.Response response = client.stream("quiet", "\"stream_options\":{\"include_usage\":true}");
        assertThat(response.header("content-type")).startsWith("text/event-stream");
        List<JsonNode> chunks = response.chunks();
        assertThat(chunks).allSatisfy(chunk -> {
            assertThat(chunk.get("object").asString()).isEqualTo("chat.completion.chunk");
            assertThat(chunk.get("id").asString())
                    .startsWith("chatcmpl-")
                    .isEqualTo(chunks.get(0).get("id").asString());
            assertThat(chunk.get("created").isIntegralNumber()).isTrue();
        });
        assertThat(chunks.get(0).at("/choices/0/delta/role").asString()).isEqualTo("assistant");
        JsonNode last = chunks.get(chunks.size() - 1);
        assertThat(last.get("choices").isEmpty()).isTrue();
        assertThat(last.at("/usage/prompt_tokens").asInt()).isEqualTo(12);
        assertThat(last.at("/usage/completion_tokens").asInt()).isEqualTo(60);
        assertThat(client.stream("quiet").chunks()).noneMatch(chunk -> chunk.has("usage"));
    }

    @Test
    void toolCallsHaveTheFormOfOpenAi() {
        String tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"parameters\":"
                + "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}}}]";
        JsonNode unary = client.chat("tools", tools).json();
        assertThat(unary.at("/choices/0/finish_reason").asString()).isEqualTo("tool_calls");
        assertThat(unary.at("/choices/0/message/content").isNull()).isTrue();
        assertThat(unary.at("/choices/0/message/tool_calls/0/function/arguments")
                        .asString())
                .isEqualTo("{\"city\":\"Bern\"}");
        GatewayClient.Response streamed = client.stream("tools", tools);
        assertThat(streamed.complete()).isTrue();
        assertThat(streamed.chunks()).anySatisfy(chunk -> assertThat(
                        chunk.at("/choices/0/delta/tool_calls/0/function/name").asString(""))
                .isEqualTo("weather"));
    }

    @Test
    void anOutageOfTheFirstProviderFailsNoCall() {
        List<GatewayClient.Response> all = IntStream.range(0, 120)
                .mapToObj(number ->
                        number % 2 == 0 ? client.chat("outage") : client.stream("outage", "\"temperature\":0"))
                .toList();
        assertThat(all).allSatisfy(response -> {
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.text()).isEqualTo(DemoScenario.ANSWER);
        });
        assertThat(all)
                .extracting(response -> response.header("x-understudy-provider"))
                .contains("lead", "second");
    }

    @ParameterizedTest
    @CsvSource({"slow, true", "no-answer, false", "no-answer, true"})
    void aDisconnectCancelsTheUpstreamRequest(String scenario, boolean stream) throws Exception {
        ScriptedServer primary = scenarioServers.primary(scenario);
        int before = primary.calls().size();
        try (java.net.Socket socket = new java.net.Socket(GatewayServer.LOOPBACK, server.port())) {
            byte[] body = GatewayClient.body(scenario, stream).getBytes(StandardCharsets.UTF_8);
            String head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: " + body.length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body);
            primary.arrivals().filter(request -> request.number() > before).blockFirst(TIMEOUT);
            if (scenario.equals("slow")) {
                socket.getInputStream().readNBytes(400);
            }
        }
        RecordedRequest request = primary.calls().get(before);
        assertThat(request.ended().block(TIMEOUT).ending()).isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
    }

    @Test
    void modelsListTheScenarios() {
        JsonNode models = client.get("/v1/models").json();
        assertThat(models.get("object").asString()).isEqualTo("list");
        assertThat(models.at("/data/0/id").asString()).isEqualTo("quiet");
    }
}
