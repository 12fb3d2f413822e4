package dev.understudy.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.provider.Corpus;
import dev.understudy.provider.endpoint.Secret;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class AnthropicRequestTest {

    private static final Anthropic DIALECT = new Anthropic();
    private static final Tool WEATHER = new Tool(
            "weather",
            "Tells the weather",
            Map.of("type", "object", "properties", Map.of("city", Map.of("type", "string"))));

    @Test
    void onePromptIsOnePlainMessage() {
        assertThat(text(ChatRequest.of("claude-x", "hello"), false))
                .isEqualTo(
                        "{\"model\":\"claude-x\",\"max_tokens\":4096,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}");
    }

    @Test
    void streamingIsAskedForOnlyWhenStreaming() {
        assertThat(json(ChatRequest.of("m", "q"), true).path("stream").asBoolean())
                .isTrue();
        assertThat(json(ChatRequest.of("m", "q"), false).has("stream")).isFalse();
    }

    @Test
    void allSystemMessagesStandAtTheTopInOrder() {
        JsonNode body = json(ChatRequest.of(
                "m",
                List.of(
                        Message.system("Be kind."),
                        Message.user("a"),
                        Message.system("Be brief."),
                        Message.assistant("b"),
                        Message.user("c"))));
        assertThat(body.path("system").stringValue()).isEqualTo("Be kind.\n\nBe brief.");
        assertThat(roles(body)).containsExactly("user", "assistant", "user");
    }

    @Test
    void onlySystemMessagesAreSentAsUser() {
        JsonNode body = json(ChatRequest.of("m", List.of(Message.system("Say hi."))));
        assertThat(body.has("system")).isFalse();
        assertThat(body.path("messages")).hasToString("[{\"role\":\"user\",\"content\":\"Say hi.\"}]");
    }

    @Test
    void picturesAreSentAsBytesOrByReference() {
        JsonNode content = json(ChatRequest.of(
                        "m",
                        List.of(Message.user(
                                "look",
                                Message.Image.of("image/png", new byte[] {1, 2, 3}),
                                Message.Image.url("https://h/p.jpg"),
                                Message.Image.url("data:image/gif;base64,AAAA")))))
                .path("messages")
                .get(0)
                .path("content");
        assertThat(content.get(0)).hasToString("{\"type\":\"text\",\"text\":\"look\"}");
        assertThat(content.get(1))
                .hasToString(
                        "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"AQID\"}}");
        assertThat(content.get(2))
                .hasToString("{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://h/p.jpg\"}}");
        assertThat(content.get(3))
                .hasToString(
                        "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/gif\",\"data\":\"AAAA\"}}");
    }

    @Test
    void toolResultsComeFirstInOneUserTurn() {
        ToolCall one = new ToolCall("toolu_1", "weather", "{\"city\": \"Oslo\"}");
        ToolCall two = new ToolCall("toolu_2", "weather", "");
        JsonNode messages = json(ChatRequest.of(
                        "m",
                        List.of(
                                Message.user("q"),
                                new Message.Assistant("Let me see.", List.of(one, two), List.of()),
                                Message.user("hurry"),
                                Message.toolResult(one, "rain"),
                                Message.toolError(two, "no such city")),
                        List.of(WEATHER)))
                .path("messages");
        assertThat(messages).hasSize(3);
        assertThat(messages.get(1).path("content"))
                .hasToString("[{\"type\":\"text\",\"text\":\"Let me see.\"},"
                        + "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"weather\",\"input\":{\"city\":\"Oslo\"}},"
                        + "{\"type\":\"tool_use\",\"id\":\"toolu_2\",\"name\":\"weather\",\"input\":{}}]");
        assertThat(messages.get(2).path("content"))
                .hasToString("[{\"type\":\"tool_result\",\"tool_use_id\":\"toolu_1\",\"content\":\"rain\"},"
                        + "{\"type\":\"tool_result\",\"tool_use_id\":\"toolu_2\",\"content\":\"no such city\",\"is_error\":true},"
                        + "{\"type\":\"text\",\"text\":\"hurry\"}]");
    }

    @Test
    void callsOfOtherVendorsAreSpelledAsThisOneAllows() {
        ToolCall call = new ToolCall("functions.weather:0", "weather", "{\"city\":");
        ToolCall nameless = new ToolCall("", "weather", "[1]");
        JsonNode messages = json(ChatRequest.of(
                        "m",
                        List.of(
                                Message.user("q"),
                                Message.assistant("", call, nameless),
                                Message.toolResult(call, "rain"),
                                Message.toolResult(nameless, "sun"))))
                .path("messages");
        JsonNode said = messages.get(1).path("content");
        assertThat(said.get(0).path("id").stringValue()).matches("[a-zA-Z0-9_-]+");
        assertThat(said.get(0).path("input")).hasToString("{\"invalid_arguments\":\"{\\\"city\\\":\"}");
        assertThat(said.get(1).path("input")).hasToString("{\"invalid_arguments\":\"[1]\"}");
        JsonNode results = messages.get(2).path("content");
        for (int i = 0; i < 2; i++) {
            assertThat(results.get(i).path("tool_use_id")).isEqualTo(said.get(i).path("id"));
        }
    }

    @Test
    void ownSealedThoughtsGoBackUnchangedAndOthersDoNot() {
        Message.Assistant said = new Message.Assistant(
                "answer",
                List.of(),
                List.of(
                        new ReasoningBlock("mine", new ReasoningBlock.Signature("sig==", false, "anthropic")),
                        new ReasoningBlock("", new ReasoningBlock.Signature("opaque", true, "anthropic")),
                        new ReasoningBlock("", new ReasoningBlock.Signature("bare", false, "anthropic")),
                        new ReasoningBlock("theirs", new ReasoningBlock.Signature("x", false, "gemini")),
                        ReasoningBlock.of("nobody's")));
        JsonNode content = json(ChatRequest.of("m", List.of(Message.user("q"), said, Message.user("go on"))))
                .path("messages")
                .get(1)
                .path("content");
        assertThat(content)
                .hasToString("[{\"type\":\"thinking\",\"thinking\":\"mine\",\"signature\":\"sig==\"},"
                        + "{\"type\":\"redacted_thinking\",\"data\":\"opaque\"},"
                        + "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"bare\"},"
                        + "{\"type\":\"text\",\"text\":\"answer\"}]");
    }

    @Test
    void consecutiveMessagesOfOneRoleAreOneTurn() {
        JsonNode messages = json(ChatRequest.of(
                        "m",
                        List.of(
                                Message.user("a"),
                                Message.user("b"),
                                Message.assistant("c"),
                                Message.assistant("d"),
                                Message.user("e"))))
                .path("messages");
        assertThat(messages).hasSize(3);
        assertThat(messages.get(0).path("content"))
                .hasToString("[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]");
    }

    @Test
    void emptyTextsWhichTheVendorRefusesAreLeftOut() {
        JsonNode messages = json(ChatRequest.of(
                        "m", List.of(Message.user("a"), Message.assistant(" "), Message.user(""), Message.user("b"))))
                .path("messages");
        assertThat(messages)
                .hasToString("[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"}]");
    }

    @Test
    void aPrefillEndsWithoutWhiteSpaceAndWithoutAThought() {
        Message.Assistant begun = new Message.Assistant(
                "The answer is \n",
                List.of(),
                List.of(new ReasoningBlock("t", new ReasoningBlock.Signature("s", false, "anthropic"))));
        JsonNode messages =
                json(ChatRequest.of("m", List.of(Message.user("q"), begun))).path("messages");
        assertThat(messages.get(1).path("content").get(1).path("text").stringValue())
                .isEqualTo("The answer is");

        Message.Assistant onlyThought = new Message.Assistant(
                "", List.of(), List.of(new ReasoningBlock("t", new ReasoningBlock.Signature("s", false, "anthropic"))));
        assertThat(json(ChatRequest.of("m", List.of(Message.user("q"), onlyThought)))
                        .path("messages"))
                .hasSize(1);
    }

    @Test
    void samplingIsFittedToWhatTheVendorKnows() {
        JsonNode body = json(ChatRequest.of("m", "q")
                .withTemperature(1.7)
                .withTopP(0.5)
                .withMaxTokens(77)
                .withStop("END", "###")
                .withSeed(3));
        assertThat(body.path("temperature").doubleValue()).isEqualTo(1.0);
        assertThat(body.path("top_p").doubleValue()).isEqualTo(0.5);
        assertThat(body.path("max_tokens").intValue()).isEqualTo(77);
        assertThat(body.path("stop_sequences")).hasToString("[\"END\",\"###\"]");
        assertThat(body.has("seed")).isFalse();
        assertThat(json(ChatRequest.of("m", "q").withTemperature(0.3))
                        .path("temperature")
                        .doubleValue())
                .isEqualTo(0.3);
    }

    @Test
    void theModelsOwnLimitBoundsTheAnswer() {
        Anthropic dialect = new Anthropic(Map.of("small", 1_000));
        assertThat(maxTokens(dialect, ChatRequest.of("small", "q"))).isEqualTo(1_000);
        assertThat(maxTokens(dialect, ChatRequest.of("small", "q").withMaxTokens(5_000)))
                .isEqualTo(1_000);
        assertThat(maxTokens(dialect, ChatRequest.of("small", "q").withMaxTokens(50)))
                .isEqualTo(50);
        assertThat(maxTokens(dialect, ChatRequest.of("other", "q"))).isEqualTo(4_096);
        assertThat(maxTokens(dialect, ChatRequest.of("other", "q").withMaxTokens(90_000)))
                .isEqualTo(90_000);
    }

    @Test
    void onlyProvidersThatKnowTheSameLimitsShareTheirBytes() {
        assertThat(new Anthropic().encoding()).isEqualTo(new Anthropic(Map.of()).encoding());
        assertThat(new Anthropic(Map.of("small", 1_000)).encoding()).isNotEqualTo(new Anthropic().encoding());
    }

    @Test
    void toolsAndChoicesAreTheVendors() {
        ChatRequest request = ChatRequest.of("m", List.of(Message.user("q")), List.of(WEATHER, Tool.of("now", "")));
        JsonNode tools = json(request).path("tools");
        assertThat(tools.get(0)
                        .path("input_schema")
                        .path("properties")
                        .path("city")
                        .path("type")
                        .stringValue())
                .isEqualTo("string");
        assertThat(tools.get(0).path("description").stringValue()).isEqualTo("Tells the weather");
        assertThat(tools.get(1).has("description")).isFalse();
        assertThat(tools.get(1).path("input_schema").path("type").stringValue()).isEqualTo("object");
        assertThat(json(request).has("tool_choice")).isFalse();
        assertThat(json(request.withToolChoice(ToolSet.Choice.none())).path("tool_choice"))
                .hasToString("{\"type\":\"none\"}");
        assertThat(json(request.withToolChoice(ToolSet.Choice.required())).path("tool_choice"))
                .hasToString("{\"type\":\"any\"}");
        assertThat(json(request.withToolChoice(ToolSet.Choice.named("now"))).path("tool_choice"))
                .hasToString("{\"type\":\"tool\",\"name\":\"now\"}");
        assertThat(json(ChatRequest.of("m", "q").withToolChoice(ToolSet.Choice.none()))
                        .has("tool_choice"))
                .isFalse();
    }

    @Test
    void aSchemaMissesItsTypeNoMore() {
        Tool loose = new Tool("t", "d", Map.of("properties", Map.of()));
        assertThat(json(ChatRequest.of("m", List.of(Message.user("q")), List.of(loose)))
                        .path("tools")
                        .get(0)
                        .path("input_schema"))
                .hasToString("{\"type\":\"object\",\"properties\":{}}");
    }

    @Test
    void strictSchemaIsAFieldAndOtherFormatsAreAnInstruction() {
        ResponseFormat strict = ResponseFormat.jsonSchema("s", Map.of("type", "object"));
        JsonNode body = json(ChatRequest.of("m", "sys", "q").withFormat(strict));
        assertThat(body.path("output_config"))
                .hasToString("{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\"}}}");
        assertThat(body.path("system").stringValue()).isEqualTo("sys");

        JsonNode any = json(ChatRequest.of("m", "sys", "q").withFormat(ResponseFormat.json()));
        assertThat(any.has("output_config")).isFalse();
        assertThat(any.path("system").stringValue()).startsWith("sys\n\n").contains("JSON object");

        JsonNode loose = json(ChatRequest.of("m", "q")
                .withFormat(new ResponseFormat.JsonSchema("s", Map.of("type", "object"), false)));
        assertThat(loose.has("output_config")).isFalse();
        assertThat(loose.path("system").stringValue()).contains("{\"type\":\"object\"}");
    }

    @Test
    void extraFieldsOfThisDialectWin() {
        JsonNode body = json(ChatRequest.of("m", "q")
                .withMaxTokens(5)
                .withExtra("anthropic", "max_tokens", 9)
                .withExtra("anthropic", "thinking", Map.of("type", "enabled"))
                .withExtra("openai-chat", "seed", 1));
        assertThat(body.path("max_tokens").intValue()).isEqualTo(9);
        assertThat(body.path("thinking").path("type").stringValue()).isEqualTo("enabled");
        assertThat(body.has("seed")).isFalse();
    }

    @Test
    void anEffortDoesNotCostTheSchema() {
        JsonNode config = json(ChatRequest.of("m", "q")
                        .withFormat(ResponseFormat.jsonSchema("s", Map.of("type", "object")))
                        .withExtra("anthropic", "output_config", Map.of("effort", "low")))
                .path("output_config");
        assertThat(config.path("effort").stringValue()).isEqualTo("low");
        assertThat(config.path("format").path("type").stringValue()).isEqualTo("json_schema");
    }

    @Test
    void equalRequestsAreEqualBytes() {
        Map<String, Object> schema = new HashMap<>(Map.of("type", "object", "a", 1, "b", 2, "c", 3));
        Map<String, Object> same = new TreeMap<>(schema);
        ChatRequest one = ChatRequest.of("m", List.of(Message.user("q")), List.of(new Tool("t", "d", schema)));
        assertThat(DIALECT.encode(one, true)).isEqualTo(DIALECT.encode(one, true));
        assertThat(Corpus.MAPPER.readTree(DIALECT.encode(one, true)))
                .isEqualTo(Corpus.MAPPER.readTree(DIALECT.encode(
                        ChatRequest.of("m", List.of(Message.user("q")), List.of(new Tool("t", "d", same))), true)));
    }

    @Test
    void keyAndVersionStandInTheirOwnFields() {
        Map<String, String> headers = new TreeMap<>();
        DIALECT.headers(headers::put);
        DIALECT.authorize(Secret.of("sk-test"), headers::put);
        assertThat(headers).isEqualTo(Map.of("anthropic-version", "2023-06-01", "x-api-key", "sk-test"));
        assertThat(DIALECT.path(ChatRequest.of("m", "q"), true)).isEqualTo("/messages");
        assertThat(DIALECT.probePath()).isEqualTo("/models");
        assertThat(DIALECT.name()).isEqualTo("anthropic");
    }

    private static int maxTokens(Anthropic dialect, ChatRequest request) {
        return Corpus.MAPPER
                .readTree(dialect.encode(request, false))
                .path("max_tokens")
                .intValue();
    }

    private static List<String> roles(JsonNode body) {
        return body.path("messages")
                .valueStream()
                .map(message -> message.path("role").stringValue())
                .toList();
    }

    private static JsonNode json(ChatRequest request) {
        return json(request, false);
    }

    private static JsonNode json(ChatRequest request, boolean stream) {
        return Corpus.MAPPER.readTree(text(request, stream));
    }

    private static String text(ChatRequest request, boolean stream) {
        return new String(DIALECT.encode(request, stream), StandardCharsets.UTF_8);
    }
}
