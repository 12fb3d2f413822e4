package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.EventReader;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedReply.FaultPoint;
import dev.understudy.testing.ScriptedServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Each API of clients on the wire, with vendors of several APIs behind the gateway. */
@Timeout(60)
class ProtocolsTest {

    private static final String TEXT = "one two three four five six seven eight";
    private static final Map<String, String> KEYS = Map.of("ANN", "key-of-ann", "BOB", "key-of-bob");

    /** An API that clients speak. */
    enum Api {
        COMPLETIONS("/v1/chat/completions", "/choices/0/message/content", """
                {"model":"%s","stream":%s,"messages":[{"role":"user","content":"Count."}]}
                """),
        MESSAGES("/v1/messages", "/content/0/text", """
                {"model":"%s","stream":%s,"max_tokens":100,"messages":[{"role":"user","content":"Count."}]}
                """),
        RESPONSES("/v1/responses", "/output/0/content/0/text", """
                {"model":"%s","stream":%s,"input":"Count."}
                """);

        private final String path;
        private final String answer;
        private final String request;

        Api(String path, String answer, String request) {
            this.path = path;
            this.answer = answer;
            this.request = request;
        }

        String request(String model, boolean stream) {
            return request.formatted(model, stream).strip();
        }

        /** Returns the text of a stream. */
        String text(String events) {
            StringBuilder text = new StringBuilder();
            for (EventReader.Event event : EventReader.read(events)) {
                if (!event.data().equals("[DONE]")) {
                    JsonNode piece =
                            switch (this) {
                                case COMPLETIONS -> event.json().at("/choices/0/delta/content");
                                case MESSAGES -> event.json().at("/delta/text");
                                case RESPONSES ->
                                    event.name().equals("response.output_text.delta")
                                            ? event.json().get("delta")
                                            : event.json().path("none");
                            };
                    text.append(piece.asString(""));
                }
            }
            return text.toString();
        }

        boolean isComplete(String events) {
            String last =
                    switch (this) {
                        case COMPLETIONS -> "data: [DONE]";
                        case MESSAGES -> "event: message_stop";
                        case RESPONSES -> "event: response.completed";
                    };
            return events.contains(last);
        }
    }

    private final ScriptedServer ann = ScriptedServer.start().strict().always(reply());
    private final ScriptedServer bob = ScriptedServer.start().strict().always(reply());

    @TempDir
    Path folder;

    private RunningGateway gateway;
    private GatewayClient client;

    private static ScriptedReply reply() {
        return ScriptedReply.text(TEXT).withUsage(Usage.of(9, 8));
    }

    @BeforeEach
    void start() throws Exception {
        Path file =
                Files.writeString(folder.resolve("understudy.yaml"), """
                providers:
                  ann: {dialect: openai, baseUrl: "%s", keys: ["${ANN}"], model: gpt-a}
                  bob: {dialect: anthropic, baseUrl: "%s", keys: ["${BOB}"], model: claude-b}
                  eve: {dialect: openai-responses, baseUrl: "%s", keys: ["${ANN}"], model: gpt-5.6}
                agents: {openai: {primary: ann, backups: [bob]}, anthropic: {primary: bob}, responses: {primary: eve}}
                """.formatted(ann.url(), bob.url(), ann.url()));
        gateway = RunningGateway.start(file, KEYS);
        client = new GatewayClient(gateway.port());
    }

    @AfterEach
    void stop() {
        gateway.close();
        ann.close();
        bob.close();
    }

    private GatewayClient.Response call(Api api, String body) {
        return client.send("POST", api.path, body);
    }

    @ParameterizedTest
    @EnumSource
    void wholeAnswerNamesItsProducer(Api api) {
        GatewayClient.Response response = call(api, api.request("openai", false));
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.json().at(api.answer).asString()).isEqualTo(TEXT);
        assertThat(response.json().path("model").asString()).startsWith("gpt");
        assertThat(response.header("x-understudy-provider")).isEqualTo("ann");
        assertThat(response.json().get("usage").toString()).contains(":9", ":8");
    }

    @ParameterizedTest
    @EnumSource
    void streamOfEachVendorIsWhole(Api api) {
        for (String agent : List.of("openai", "anthropic", "responses")) {
            GatewayClient.Response response = call(api, api.request(agent, true));
            assertThat(response.header("content-type")).startsWith("text/event-stream");
            assertThat(api.text(response.body())).isEqualTo(TEXT);
            assertThat(api.isComplete(response.body())).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void vendorThatDiesInMidAnswerIsNotSeen(Api api) {
        ann.always(reply().cut(FaultPoint.tokens(3)));
        GatewayClient.Response response = call(api, api.request("openai", true));
        assertThat(api.text(response.body())).isEqualTo(TEXT);
        assertThat(api.isComplete(response.body())).isTrue();
        assertThat(response.body()).contains(": bob goes on for ann");
        assertThat(response.broken()).isFalse();
    }

    @Test
    void chunksNameTheModelThatGoesOn() {
        ann.always(reply().cut(FaultPoint.tokens(3)));
        GatewayClient.Response response = call(Api.COMPLETIONS, Api.COMPLETIONS.request("openai", true));
        assertThat(response.chunks())
                .extracting(chunk -> chunk.path("model").asString())
                .startsWith("gpt-a")
                .endsWith("claude-b");
    }

    @ParameterizedTest
    @EnumSource
    void answerThatNobodyFinishesEndsWithAnError(Api api) {
        ann.always(reply().cut(FaultPoint.tokens(3)));
        bob.always(ScriptedReply.status(500));
        GatewayClient.Response response = call(api, api.request("openai", true));
        assertThat(TEXT).startsWith(api.text(response.body()));
        assertThat(api.isComplete(response.body())).isFalse();
        assertThat(response.body()).contains("\"error\":{");
        assertThat(response.broken()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void clientThatLeavesCancelsTheVendor(Api api) throws Exception {
        ann.always(reply().stall(FaultPoint.tokens(4)));
        RawClient raw = RawClient.post(gateway.port(), api.path, api.request("openai", true));
        raw.readUntil("two");
        raw.close();
        RecordedRequest request = ann.endings().blockFirst(Duration.ofSeconds(20));
        assertThat(request).isNotNull();
        assertThat(request.ending()).isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
        assertThat(bob.calls()).isEmpty();
    }

    @Test
    void errorsHaveTheFormOfTheApi() {
        ann.always(ScriptedReply.rateLimited(Duration.ofSeconds(7)));
        bob.always(ScriptedReply.rateLimited(Duration.ofSeconds(7)));
        GatewayClient.Response limited = call(Api.MESSAGES, Api.MESSAGES.request("anthropic", false));
        assertThat(limited.status()).isEqualTo(429);
        assertThat(limited.json().path("type").asString()).isEqualTo("error");
        assertThat(limited.json().at("/error/type").asString()).isEqualTo("rate_limit_error");
        assertThat(limited.header("retry-after")).isNotEmpty();
        GatewayClient.Response unknown = call(Api.MESSAGES, Api.MESSAGES.request("nobody", false));
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.json().at("/error/type").asString()).isEqualTo("not_found_error");
        GatewayClient.Response wrong = call(Api.RESPONSES, "{\"model\":\"openai\"}");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.json().at("/error/param").asString()).isEqualTo("input");
    }

    @Test
    void overloadHasAnthropicsStatus() {
        bob.always(ScriptedReply.status(503));
        GatewayClient.Response overloaded = call(Api.MESSAGES, Api.MESSAGES.request("anthropic", false));
        assertThat(overloaded.status()).isEqualTo(529);
        assertThat(overloaded.json().at("/error/type").asString()).isEqualTo("overloaded_error");
    }

    @Test
    void tokensAreCountedWithoutAVendor() {
        GatewayClient.Response counted = client.send(
                "POST",
                "/v1/messages/count_tokens",
                "{\"model\":\"anthropic\",\"messages\":[{\"role\":\"user\",\"content\":\"" + "word ".repeat(100)
                        + "\"}]}");
        assertThat(counted.status()).isEqualTo(200);
        assertThat(counted.json().path("input_tokens").asInt()).isBetween(100, 200);
        assertThat(bob.calls()).isEmpty();
    }

    @Test
    void modelsAreListedAndFoundInBothForms() {
        assertThat(client.get("/v1/models").json().path("data")).hasSize(3);
        assertThat(client.get("/v1/models/anthropic").json().path("object").asString())
                .isEqualTo("model");
        assertThat(client.get("/v1/models/nobody").errorCode()).isEqualTo("model_not_found");
        assertThat(client.get("/v1/models/a+b%2Bc%20d").body()).contains("no model a+b+c d here");
        GatewayClient.Response list = client.get("/v1/models", "anthropic-version", "2023-06-01");
        assertThat(list.json().path("has_more").isBoolean()).isTrue();
        assertThat(list.json().at("/data/0/type").asString()).isEqualTo("model");
    }

    @Test
    void logprobsThatAVendorCannotGiveAreRefused() {
        String body = Api.COMPLETIONS.request("%s", false).replace("\"stream\":false", "\"logprobs\":true");
        GatewayClient.Response refused = call(Api.COMPLETIONS, body.formatted("anthropic"));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().at("/error/param").asString()).isEqualTo("logprobs");
        assertThat(call(Api.COMPLETIONS, body.formatted("openai")).status()).isEqualTo(200);
        assertThat(ann.calls().get(0).text()).contains("\"logprobs\":true");
    }

    /** The second turn carries the first one back to its vendor, whichever API the client speaks. */
    @Test
    void signedThinkingGoesBackThroughEachApi() {
        StreamChunk[] thinking = {
            new StreamChunk.Reasoning("I should look.", new ReasoningBlock.Signature("c2lnbmVk", false, "anthropic")),
            new StreamChunk.ToolCallDone(0, new ToolCall("toolu_1", "look", "{\"at\":\"sky\"}"))
        };
        for (Api api : Api.values()) {
            bob.always(ScriptedReply.chunks(thinking));
            JsonNode first =
                    call(api, withTool(api, api.request("anthropic", false))).json();
            bob.always(reply());
            GatewayClient.Response second = call(api, withTool(api, secondTurn(api, first)));
            assertThat(second.status()).as(second.body()).isEqualTo(200);
            List<RecordedRequest> calls = bob.calls();
            assertThat(calls.get(calls.size() - 1).text())
                    .as(api.name())
                    .contains("\"signature\":\"c2lnbmVk\"", "I should look.", "\"tool_use_id\":\"toolu_1\"", "blue");
        }
    }

    private static String withTool(Api api, String request) {
        String schema = "{\"type\":\"object\",\"properties\":{\"at\":{\"type\":\"string\"}}}";
        String tool =
                switch (api) {
                    case COMPLETIONS ->
                        "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\",\"parameters\":" + schema
                                + "}}],\"reasoning_effort\":\"low\"";
                    case MESSAGES ->
                        "\"tools\":[{\"name\":\"look\",\"input_schema\":" + schema
                                + "}],\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}";
                    case RESPONSES ->
                        "\"tools\":[{\"type\":\"function\",\"name\":\"look\",\"parameters\":" + schema
                                + "}],\"reasoning\":{\"effort\":\"low\"}";
                };
        return request.replace("\"max_tokens\":100", "\"max_tokens\":2000").replaceFirst("\\{", "{" + tool + ",");
    }

    private static String secondTurn(Api api, JsonNode answer) {
        JsonNode request = JsonFields.JSON.readTree(api.request("anthropic", false));
        switch (api) {
            case COMPLETIONS -> {
                request.get("messages").asArray().add(answer.at("/choices/0/message"));
                request.get("messages")
                        .asArray()
                        .addObject()
                        .put("role", "tool")
                        .put("tool_call_id", "toolu_1")
                        .put("content", "blue");
            }
            case MESSAGES -> {
                request.get("messages")
                        .asArray()
                        .addObject()
                        .put("role", "assistant")
                        .set("content", answer.get("content"));
                request.get("messages")
                        .asArray()
                        .addObject()
                        .put("role", "user")
                        .putArray("content")
                        .addObject()
                        .put("type", "tool_result")
                        .put("tool_use_id", "toolu_1")
                        .put("content", "blue");
            }
            case RESPONSES -> {
                var input = request.asObject().putArray("input");
                input.addObject().put("role", "user").put("content", "Count.");
                answer.get("output").forEach(input::add);
                input.addObject()
                        .put("type", "function_call_output")
                        .put("call_id", "toolu_1")
                        .put("output", "blue");
            }
        }
        return request.toString();
    }
}
