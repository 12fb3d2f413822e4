package dev.understudy.examples.gateway;

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

/** What a client sees of each scene: the whole answer, or one clear error, and never an end that only looks like one. */
class GatewayScenesTest {

    private static final Duration SECONDS = Duration.ofSeconds(10);

    private static ScenarioServers scenarioServers;
    private static DisposableServer server;
    private static Caller caller;

    @BeforeAll
    static void open() {
        scenarioServers = ScenarioServers.open(Listener.none());
        server = new GatewayServer(GatewayServer.LOOPBACK, 0, null)
                .start(ModelDirectory.of(scenarioServers.chains()), routes -> {});
        caller = new Caller(server.port());
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
    void theWholeAnswerComesThroughBothDoors(String scene) {
        Caller.Heard streamed = caller.stream(scene, "\"temperature\":0");
        assertThat(streamed.status()).isEqualTo(200);
        assertThat(streamed.whole()).as(streamed.body()).isTrue();
        assertThat(streamed.text()).isEqualTo(DemoScenario.ANSWER);
        assertThat(streamed.errors()).isEmpty();

        Caller.Heard whole = caller.chat(scene);
        assertThat(whole.status()).as(whole.body()).isEqualTo(200);
        assertThat(whole.text()).isEqualTo(DemoScenario.ANSWER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "stall", "garbled", "error-in-band"})
    void whatCannotBeSavedExactlyEndsWithAnErrorAndABrokenBody(String scene) {
        Caller.Heard heard = caller.stream(scene);
        assertThat(heard.status()).isEqualTo(200);
        assertThat(heard.broken()).isTrue();
        assertThat(heard.whole()).isFalse();
        assertThat(DemoScenario.ANSWER).startsWith(heard.text());
        assertThat(heard.text()).contains("word39");
        assertThat(heard.errors()).hasSize(1);
        assertThat(heard.data()).doesNotContain("[DONE]");
        assertThat(heard.chunks())
                .noneMatch(chunk -> chunk.at("/choices/0/finish_reason").isString());
    }

    @ParameterizedTest
    @CsvSource({
        "too-long, 400, invalid_request_error, context_length_exceeded",
        "against-policy, 400, invalid_request_error, content_policy_violation",
        "all-down, 503, server_error, overloaded",
        "wrong-key, 502, server_error, upstream_auth"
    })
    void whatNobodyCanAnswerIsOneClearError(String scene, int status, String type, String code) {
        for (Caller.Heard heard : List.of(caller.chat(scene), caller.stream(scene))) {
            assertThat(heard.status()).isEqualTo(status);
            assertThat(heard.header("content-type")).startsWith("application/json");
            JsonNode error = heard.json().get("error");
            assertThat(error.get("type").asString()).isEqualTo(type);
            assertThat(error.get("code").asString()).isEqualTo(code);
            assertThat(error.get("message").asString()).isNotBlank();
            assertThat(heard.body()).doesNotContain("lead-key").doesNotContain("second-key");
        }
    }

    @Test
    void aRateLimitSaysWhenToComeBackAndNobodyIsAskedUntilThen() {
        Caller.Heard limited = caller.chat("rate-limited");
        assertThat(limited.status()).isEqualTo(429);
        assertThat(limited.errorCode()).isEqualTo("rate_limit_exceeded");
        assertThat(limited.header("x-should-retry")).isEmpty();
        int asked = scenarioServers.primary("rate-limited").calls().size();
        Caller.Heard soon = caller.stream("rate-limited");
        assertThat(soon.status()).isEqualTo(503);
        for (Caller.Heard heard : List.of(limited, soon)) {
            assertThat(Integer.parseInt(heard.header("retry-after"))).isBetween(1, 40);
        }
        assertThat(scenarioServers.primary("rate-limited").calls()).hasSize(asked);
    }

    @Test
    void otherErrorsSayThatItIsNotWorthAskingAgainAtOnce() {
        assertThat(caller.chat("all-down").header("x-should-retry")).isEqualTo("false");
    }

    @Test
    void headersSayWhoServed() {
        Caller.Heard quiet = caller.chat("quiet");
        assertThat(quiet.header("x-understudy-provider")).isEqualTo("lead");
        assertThat(quiet.header("x-understudy-model")).isEqualTo("gpt-demo");
        assertThat(quiet.header("x-understudy-attempts")).isEqualTo("1");
        Caller.Heard stoodIn = caller.stream("no-finish", "\"temperature\":0");
        assertThat(stoodIn.header("x-understudy-provider")).isEqualTo("lead");
        Caller.Heard overloaded = caller.stream("overloaded");
        assertThat(overloaded.header("x-understudy-provider")).isEqualTo("second");
        assertThat(overloaded.header("x-understudy-model")).isEqualTo("claude-demo");
        assertThat(overloaded.chunks())
                .allSatisfy(chunk -> assertThat(chunk.get("model").asString()).isEqualTo("claude-demo"));
    }

    @Test
    void aStreamHasOpenAisForm() {
        Caller.Heard heard = caller.stream("quiet", "\"stream_options\":{\"include_usage\":true}");
        assertThat(heard.header("content-type")).startsWith("text/event-stream");
        List<JsonNode> chunks = heard.chunks();
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
        assertThat(caller.stream("quiet").chunks()).noneMatch(chunk -> chunk.has("usage"));
    }

    @Test
    void toolCallsComeInOpenAisForm() {
        String tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"parameters\":"
                + "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}}}]";
        JsonNode whole = caller.chat("tools", tools).json();
        assertThat(whole.at("/choices/0/finish_reason").asString()).isEqualTo("tool_calls");
        assertThat(whole.at("/choices/0/message/content").isNull()).isTrue();
        assertThat(whole.at("/choices/0/message/tool_calls/0/function/arguments")
                        .asString())
                .isEqualTo("{\"city\":\"Bern\"}");
        Caller.Heard streamed = caller.stream("tools", tools);
        assertThat(streamed.whole()).isTrue();
        assertThat(streamed.chunks()).anySatisfy(chunk -> assertThat(
                        chunk.at("/choices/0/delta/tool_calls/0/function/name").asString(""))
                .isEqualTo("weather"));
    }

    @Test
    void anOutageIsSeenByNobody() {
        List<Caller.Heard> all = IntStream.range(0, 120)
                .mapToObj(number ->
                        number % 2 == 0 ? caller.chat("outage") : caller.stream("outage", "\"temperature\":0"))
                .toList();
        assertThat(all).allSatisfy(heard -> {
            assertThat(heard.status()).isEqualTo(200);
            assertThat(heard.text()).isEqualTo(DemoScenario.ANSWER);
        });
        assertThat(all)
                .extracting(heard -> heard.header("x-understudy-provider"))
                .contains("lead", "second");
    }

    @ParameterizedTest
    @CsvSource({"slow, true", "no-answer, false", "no-answer, true"})
    void aClientThatLeavesCancelsWhatRunsForIt(String scene, boolean stream) throws Exception {
        ScriptedServer lead = scenarioServers.primary(scene);
        int before = lead.calls().size();
        try (java.net.Socket client = new java.net.Socket(GatewayServer.LOOPBACK, server.port())) {
            byte[] body = Caller.body(scene, stream).getBytes(StandardCharsets.UTF_8);
            String head = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + "Content-Length: " + body.length + "\r\n\r\n";
            client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            client.getOutputStream().write(body);
            lead.arrivals().filter(asked -> asked.number() > before).blockFirst(SECONDS);
            if (scene.equals("slow")) {
                client.getInputStream().readNBytes(400);
            }
        }
        RecordedRequest asked = lead.calls().get(before);
        assertThat(asked.ended().block(SECONDS).ending()).isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
    }

    @Test
    void modelsAreTheChains() {
        JsonNode models = caller.get("/v1/models").json();
        assertThat(models.get("object").asString()).isEqualTo("list");
        assertThat(models.at("/data/0/id").asString()).isEqualTo("quiet");
    }
}
