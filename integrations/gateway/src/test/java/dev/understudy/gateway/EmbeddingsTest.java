package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.understudy.gateway.embedding.EmbeddingModels;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** Embeddings through the gateway, with two servers of one model. */
@Timeout(60)
class EmbeddingsTest {

    private static final String ANSWER = "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,"
            + "\"embedding\":[0.1,-0.25]}],\"model\":\"embed-1\",\"usage\":{\"prompt_tokens\":3,\"total_tokens\":3}}";
    private static final String ASK = "{\"model\":\"embed\",\"input\":[\"one\",\"two\"],\"dimensions\":2}";
    private static final Map<String, String> KEYS = Map.of("ONE", "key-one-canary", "TWO", "key-two-canary");

    private final ScriptedServer one = ScriptedServer.start().always(ok());
    private final ScriptedServer two = ScriptedServer.start().always(ok());

    @TempDir
    Path folder;

    private RunningGateway gateway;
    private GatewayClient client;

    private static ScriptedReply ok() {
        return ScriptedReply.raw(200, "application/json", ANSWER);
    }

    @BeforeEach
    void start() throws Exception {
        start(Map.of());
    }

    private void start(Map<String, String> more) throws Exception {
        Path config = Files.writeString(folder.resolve("understudy.yaml"), """
                providers: {a: {dialect: openai, baseUrl: "%s", keys: ["${ONE}"], model: gpt-a}}
                agents: {chat: {primary: a}}
                """.formatted(one.url()));
        Files.writeString(folder.resolve("embeddings.yaml"), """
                embeddings:
                  embed:
                    - {name: one, url: "%s", key: "${ONE}", price: 500000}
                    - {name: two, url: "%s", key: "${TWO}", model: vendor/embed}
                """.formatted(one.url(), two.url()));
        Map<String, String> environment = new HashMap<>(KEYS);
        environment.put("GATEWAY_EMBEDDINGS", "embeddings.yaml");
        environment.putAll(more);
        gateway = RunningGateway.start(config, environment);
        client = new GatewayClient(gateway.port());
    }

    @AfterEach
    void stop() {
        gateway.close();
        one.close();
        two.close();
    }

    private GatewayClient.Response ask(String body) {
        return client.send("POST", "/v1/embeddings", body);
    }

    @Test
    void requestAndAnswerArePassedThrough() {
        GatewayClient.Response response = ask(ASK);
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(ANSWER);
        assertThat(response.header("x-understudy-provider")).isEqualTo("one");
        assertThat(one.requests()).singleElement().satisfies(request -> {
            assertThat(request.path()).endsWith("/embeddings");
            assertThat(request.header("authorization")).isEqualTo("Bearer key-one-canary");
            assertThat(request.text())
                    .contains("\"input\":[\"one\",\"two\"]", "\"dimensions\":2", "\"model\":\"embed\"");
        });
    }

    @Test
    void otherServerOfTheModelTakesOver() {
        one.always(ScriptedReply.raw(500, "application/json", "{\"error\":{\"message\":\"key-one-canary broke\"}}"));
        GatewayClient.Response response = ask(ASK);
        assertThat(response.body()).isEqualTo(ANSWER);
        assertThat(response.header("x-understudy-provider")).isEqualTo("two");
        assertThat(two.requests().get(0).text()).contains("\"model\":\"vendor/embed\"");
        assertThat(two.requests().get(0).header("authorization")).isEqualTo("Bearer key-two-canary");
    }

    /** A hundred vectors of 3,072 numbers. */
    private static String large(String end) {
        String vector = String.join(",", Collections.nCopies(3_072, "-0.0123"));
        String vectors = IntStream.range(0, 100)
                .mapToObj(index -> "{\"index\":" + index + ",\"embedding\":[" + vector + "]}")
                .collect(Collectors.joining(","));
        return "{\"usage\":{\"prompt_tokens\":900},\"data\":[" + vectors + "],\"model\":\"embed-1\"" + end;
    }

    @Test
    void answerOfManyNumbersIsPassedThrough() {
        one.always(ScriptedReply.raw(200, "application/json", large("}")));
        GatewayClient.Response response = ask(ASK);
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body().equals(large("}"))).isTrue();
        assertThat(response.header("x-understudy-provider")).isEqualTo("one");
    }

    @Test
    void largeAnswerThatIsNoJsonFailsOver() {
        one.always(ScriptedReply.raw(200, "application/json", large("")));
        GatewayClient.Response response = ask(ASK);
        assertThat(response.body()).isEqualTo(ANSWER);
        assertThat(response.header("x-understudy-provider")).isEqualTo("two");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        400 | 400 | {"error":{"message":"'dimensions' has to be an integer"}}
        400 | 503 | {"error":{"message":"The engine is overloaded","code":"engine_overloaded"}}
        408 | 502 | {"error":{"message":"took too long"}}
        409 | 502 | {}
        410 | 404 | {}
        425 | 502 | <html><body>Too early</body></html>
        200 | 429 | {"error":{"message":"Rate limit reached, try again in 20 s"}}
        """)
    void failuresAreClassifiedAsThoseOfCalls(int status, int expected, String body) {
        one.always(ScriptedReply.raw(status, "application/json", body));
        two.always(ScriptedReply.raw(status, "application/json", body));
        assertThat(ask(ASK).status()).isEqualTo(expected);
    }

    @Test
    void waitInMillisecondsIsRead() {
        ScriptedReply limited = ScriptedReply.raw(429, "application/json", "{}").withHeader("retry-after-ms", "61500");
        one.always(limited);
        two.always(limited);
        assertThat(Integer.parseInt(ask(ASK).header("retry-after"))).isBetween(30, 62);
    }

    @Test
    void datesOfRetryAfterAreRelativeToTheServer() {
        ScriptedReply limited = ScriptedReply.raw(429, "application/json", "{}")
                .withHeader("date", "Wed, 21 Oct 2015 07:28:00 GMT")
                .withHeader("retry-after", "Wed, 21 Oct 2015 07:30:00 GMT");
        one.always(limited);
        two.always(limited);
        assertThat(Integer.parseInt(ask(ASK).header("retry-after"))).isBetween(60, 120);
    }

    @Test
    void errorsKeepTheirStatusAndNoSecret() {
        one.always(limited("key-one-canary"));
        two.always(limited("key-two-canary"));
        GatewayClient.Response response = ask(ASK);
        assertThat(response.status()).isEqualTo(429);
        assertThat(response.header("retry-after")).isNotEmpty();
        assertThat(response.body()).doesNotContain("canary");
        assertThat(ask("{\"model\":\"other\",\"input\":\"x\"}").errorCode()).isEqualTo("model_not_found");
        assertThat(ask("{\"model\":\"embed\"}").status()).isEqualTo(400);
    }

    private static ScriptedReply limited(String key) {
        return ScriptedReply.raw(429, "application/json", "{\"error\":{\"message\":\"" + key + " is limited\"}}")
                .withRetryAfter(Duration.ofMinutes(2));
    }

    /** Three tokens at 500,000 a million cost 1.5. */
    @Test
    void embeddingsAreChargedToTheBudgetOfAKey() throws Exception {
        gateway.close();
        Files.writeString(
                folder.resolve("keys.yaml"), "keys: [{name: app, key: \"${APP}\", budget: {cost: 2, per: month}}]");
        start(Map.of("GATEWAY_KEYS", "keys.yaml", "APP", "key-of-app-canary"));
        String[] key = {"x-api-key", "key-of-app-canary"};
        assertThat(client.send("POST", "/v1/embeddings", ASK, key).status()).isEqualTo(200);
        assertThat(client.send("POST", "/v1/embeddings", ASK, key).status()).isEqualTo(200);
        Flux.interval(Duration.ZERO, Duration.ofMillis(20), Schedulers.boundedElastic())
                .onBackpressureDrop()
                .takeUntil(tick -> client.get("/metrics").body().contains("gateway_key_cost_total{key=\"app\"} 3.0"))
                .blockLast(Duration.ofSeconds(30));
        assertThat(client.send("POST", "/v1/embeddings", ASK, key).errorCode()).isEqualTo("insufficient_quota");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {}                                                        | embeddings has to be an object
        {embeddings: {m: []}}                                     | embeddings.m has to be a list with at least one
        {embeddings: {m: [{url: "ftp://x"}]}}                     | embeddings.m[0].url has to be an http(s) address
        {embeddings: {m: [{url: "http://x", key: plain}]}}        | embeddings.m[0].key has to be an environment variable
        {embeddings: {m: [{url: "http://x", key: "${NONE}"}]}}    | embeddings.m[0].key is the environment variable NONE, which is not set
        {embeddings: {m: [{url: "http://x", color: red}]}}        | embeddings.m[0].color is not known
        {embeddings: {m: [{url: "http://x", price: -1}]}}         | embeddings.m[0].price has to be a number
        {embeddings: {m: [{url: "http://x", price: low}]}}        | embeddings.m[0].price has to be a number
        {embeddings: {m: [{url: "http://x"}, {url: "http://x/"}]}} | embeddings.m needs routes with names of their own
        """)
    void wrongFilesAreReported(String document, String message) throws Exception {
        Path file = Files.writeString(folder.resolve("wrong.yaml"), document);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EmbeddingModels.read(file, KEYS))
                .withMessageContaining(message);
    }
}
