package dev.understudy.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.Corpus;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.json.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class GeminiRequestTest {

    private static final Gemini DIALECT = new Gemini();
    private static final Tool WEATHER = new Tool(
            "weather",
            "Tells the weather",
            Map.of("type", "object", "properties", Map.of("city", Map.of("type", "string"))));

    @Test
    void aPromptIsAContentOfTheUser() {
        assertThat(json(ChatRequest.of("gemini-2.5-flash", "Be kind.", "hi")))
                .hasToString("{\"systemInstruction\":{\"parts\":[{\"text\":\"Be kind.\"}]},"
                        + "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}]}");
    }

    @Test
    void systemMessagesAreGatheredWhereverTheyStand() {
        JsonNode body = json(ChatRequest.of(
                "m",
                List.of(Message.system("One."), Message.user("q"), Message.system("Two."), Message.assistant("a"))));
        assertThat(body.path("systemInstruction")).hasToString("{\"parts\":[{\"text\":\"One.\\n\\nTwo.\"}]}");
        assertThat(body.path("contents")).hasSize(2);
    }

    @Test
    void onlySystemMessagesAreSentAsUser() {
        JsonNode body = json(ChatRequest.of("m", List.of(Message.system("Say hi."))));
        assertThat(body.has("systemInstruction")).isFalse();
        assertThat(body.path("contents")).hasToString("[{\"role\":\"user\",\"parts\":[{\"text\":\"Say hi.\"}]}]");
    }

    @Test
    void consecutiveMessagesOfOneRoleAreOneContent() {
        JsonNode contents = json(ChatRequest.of(
                        "m", List.of(Message.user("a"), Message.user("b"), Message.assistant("c"), Message.user(""))))
                .path("contents");
        assertThat(contents)
                .hasToString("[{\"role\":\"user\",\"parts\":[{\"text\":\"a\"},{\"text\":\"b\"}]},"
                        + "{\"role\":\"model\",\"parts\":[{\"text\":\"c\"}]}]");
    }

    @Test
    void picturesAreSentAsBytesOrByReference() {
        JsonNode parts = json(ChatRequest.of(
                        "m",
                        List.of(Message.user(
                                "look",
                                Message.Image.of("image/png", new byte[] {1, 2, 3}),
                                Message.Image.url("https://h/p.JPG?size=2"),
                                Message.Image.url("https://h/p"),
                                Message.Image.url("data:image/gif;base64,AAAA")))))
                .path("contents")
                .get(0)
                .path("parts");
        assertThat(parts)
                .hasToString("[{\"text\":\"look\"},"
                        + "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"AQID\"}},"
                        + "{\"fileData\":{\"fileUri\":\"https://h/p.JPG?size=2\",\"mimeType\":\"image/jpeg\"}},"
                        + "{\"fileData\":{\"fileUri\":\"https://h/p\"}},"
                        + "{\"inlineData\":{\"mimeType\":\"image/gif\",\"data\":\"AAAA\"}}]");
    }

    @Test
    void toolResultsFollowTheirCallsInASeparateContent() {
        ToolCall one = new ToolCall("c1", "weather", "{\"city\":\"Oslo\"}");
        ToolCall two = new ToolCall("c2", "weather", "");
        JsonNode contents = json(ChatRequest.of(
                        "gemini-2.5-pro",
                        List.of(
                                Message.user("q"),
                                new Message.Assistant("Let me see.", List.of(one, two), List.of()),
                                Message.user("hurry"),
                                Message.toolResult(one, "{\"sky\":\"grey\"}"),
                                Message.toolError(two, "no such city")),
                        List.of(WEATHER)))
                .path("contents");
        assertThat(contents).hasSize(4);
        assertThat(contents.get(1))
                .hasToString("{\"role\":\"model\",\"parts\":[{\"text\":\"Let me see.\"},"
                        + "{\"functionCall\":{\"name\":\"weather\",\"args\":{\"city\":\"Oslo\"}}},"
                        + "{\"functionCall\":{\"name\":\"weather\",\"args\":{}}}]}");
        assertThat(contents.get(2))
                .hasToString("{\"role\":\"user\",\"parts\":["
                        + "{\"functionResponse\":{\"name\":\"weather\",\"response\":{\"sky\":\"grey\"}}},"
                        + "{\"functionResponse\":{\"name\":\"weather\",\"response\":{\"error\":\"no such city\"}}}]}");
        assertThat(contents.get(3)).hasToString("{\"role\":\"user\",\"parts\":[{\"text\":\"hurry\"}]}");
    }

    @Test
    void aResultThatIsNoObjectIsPutIntoOne() {
        ToolCall call = new ToolCall("c", "now", "[1");
        JsonNode contents = json(ChatRequest.of(
                        "m", List.of(Message.user("q"), Message.assistant("", call), Message.toolResult(call, "noon"))))
                .path("contents");
        assertThat(contents.get(1).path("parts"))
                .hasToString("[{\"functionCall\":{\"name\":\"now\",\"args\":{\"invalid_arguments\":\"[1\"}}}]");
        assertThat(contents.get(2).path("parts"))
                .hasToString("[{\"functionResponse\":{\"name\":\"now\",\"response\":{\"result\":\"noon\"}}}]");
    }

    @Test
    void ownSignaturesGoBackToWhereTheyStoodAndOthersDoNot() {
        Message.Assistant said = new Message.Assistant(List.of(
                new ReasoningBlock("mine", new ReasoningBlock.Signature("sig=", false, "gemini")),
                new ReasoningBlock("theirs", new ReasoningBlock.Signature("x", false, "anthropic")),
                ReasoningBlock.of("nobody's"),
                new ContentBlock.Text("Well"),
                new ContentBlock.Text("", signature("gemini", "dGV4dA==")),
                new ToolCall("c:1", "now", "{}", signature("gemini", "Y2FsbA==")),
                new ContentBlock.Opaque("executableCode", new VendorData("gemini", "{\"executableCode\":{}}")),
                new ContentBlock.Opaque("thinking", new VendorData("anthropic", "{\"foreign\":{}}")),
                new ToolCall("c2", "now", "{}", signature("elsewhere", "eA=="))));
        assertThat(json(ChatRequest.of("gemini-2.5-pro", List.of(Message.user("q"), said)))
                        .path("contents")
                        .get(1)
                        .path("parts"))
                .hasToString("[{\"text\":\"mine\",\"thought\":true,\"thoughtSignature\":\"sig=\"},"
                        + "{\"text\":\"Well\"},{\"text\":\"\",\"thoughtSignature\":\"dGV4dA==\"},"
                        + "{\"functionCall\":{\"name\":\"now\",\"args\":{}},\"thoughtSignature\":\"Y2FsbA==\"},"
                        + "{\"executableCode\":{}},"
                        + "{\"functionCall\":{\"name\":\"now\",\"args\":{}}}]");
    }

    @Test
    void generation3CallsHaveIdsAndForeignOnesAPlaceholderSignature() {
        ToolCall one = new ToolCall("toolu_1", "now", "{}");
        ToolCall two = new ToolCall("toolu_2", "now", "{}");
        List<Message> history = List.of(
                Message.user("q"),
                Message.assistant("", one, two),
                Message.toolResult(one, "1"),
                Message.toolResult(two, "2"));
        JsonNode contents = json(ChatRequest.of("gemini-3.5-flash", history)).path("contents");
        assertThat(contents.get(1).path("parts"))
                .hasToString("[{\"functionCall\":{\"id\":\"toolu_1\",\"name\":\"now\",\"args\":{}},"
                        + "\"thoughtSignature\":\"skip_thought_signature_validator\"},"
                        + "{\"functionCall\":{\"id\":\"toolu_2\",\"name\":\"now\",\"args\":{}}}]");
        assertThat(contents.get(2).path("parts").get(1))
                .hasToString(
                        "{\"functionResponse\":{\"id\":\"toolu_2\",\"name\":\"now\",\"response\":{\"result\":\"2\"}}}");
        String before = json(ChatRequest.of("gemini-2.5-flash", history)).toString();
        assertThat(before).doesNotContain("toolu_1").doesNotContain("thoughtSignature");
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-3-pro-preview, true",
        "gemini-3.6-flash, true",
        "models/gemini-3.1-flash-lite, true",
        "gemini-10, true",
        "gemini-flash-latest, true",
        "gemini-2.5-flash, false",
        "gemini-1.5-flash-latest, false",
        "gemma-3-27b-it, false",
        "tunedModels/mine, false"
    })
    void generationsAreKnownByName(String model, boolean signs) {
        assertThat(GeminiContents.signs(model)).isEqualTo(signs);
    }

    @Test
    void samplingAndFormStandInTheConfig() {
        JsonNode config = json(ChatRequest.of("m", "q")
                        .withTemperature(1.7)
                        .withTopP(0.5)
                        .withMaxTokens(77)
                        .withStop("END")
                        .withSeed(3)
                        .withFormat(ResponseFormat.jsonSchema("s", Map.of("type", "object"))))
                .path("generationConfig");
        assertThat(config)
                .hasToString(
                        "{\"temperature\":1.7,\"topP\":0.5,\"maxOutputTokens\":77,\"stopSequences\":[\"END\"],"
                                + "\"seed\":3,\"responseMimeType\":\"application/json\",\"responseJsonSchema\":{\"type\":\"object\"}}");
        assertThat(json(ChatRequest.of("m", "q").withFormat(ResponseFormat.json()))
                        .path("generationConfig"))
                .hasToString("{\"responseMimeType\":\"application/json\"}");
    }

    @Test
    void toolsAndChoicesAreTheVendors() {
        ChatRequest request = ChatRequest.of("m", List.of(Message.user("q")), List.of(WEATHER, Tool.of("now", "")));
        assertThat(json(request).path("tools"))
                .hasToString("[{\"functionDeclarations\":[{\"name\":\"weather\",\"description\":\"Tells the weather\","
                        + "\"parametersJsonSchema\":"
                        + Corpus.MAPPER.readTree(Json.write(WEATHER.schema())) + "},{\"name\":\"now\"}]}]");
        assertThat(json(request).has("toolConfig")).isFalse();
        assertThat(choice(request, ToolSet.Choice.none())).hasToString("{\"mode\":\"NONE\"}");
        assertThat(choice(request, ToolSet.Choice.required())).hasToString("{\"mode\":\"ANY\"}");
        assertThat(choice(request, ToolSet.Choice.named("now")))
                .hasToString("{\"mode\":\"ANY\",\"allowedFunctionNames\":[\"now\"]}");
    }

    private static JsonNode choice(ChatRequest request, ToolSet.Choice choice) {
        return json(request.withToolChoice(choice)).path("toolConfig").path("functionCallingConfig");
    }

    @Test
    void extraFieldsOfThisDialectWinAndAreJoinedWithOurs() {
        JsonNode body = json(ChatRequest.of("m", "q")
                .withMaxTokens(5)
                .withTemperature(0.5)
                .withExtra(
                        "gemini",
                        "generationConfig",
                        Map.of("temperature", 1, "thinkingConfig", Map.of("includeThoughts", true)))
                .withExtra("gemini", "safetySettings", List.of())
                .withExtra("openai-chat", "seed", 1));
        assertThat(body.path("generationConfig").path("maxOutputTokens").intValue())
                .isEqualTo(5);
        assertThat(body.path("generationConfig").path("temperature").intValue()).isEqualTo(1);
        assertThat(body.path("generationConfig")
                        .path("thinkingConfig")
                        .path("includeThoughts")
                        .booleanValue())
                .isTrue();
        assertThat(body.has("safetySettings")).isTrue();
        assertThat(body.has("seed")).isFalse();
    }

    @Test
    void equalRequestsAreEqualBytes() {
        Map<String, Object> schema = new HashMap<>(Map.of("type", "object", "a", 1, "b", 2, "c", 3));
        ChatRequest one = ChatRequest.of("m", List.of(Message.user("q")), List.of(new Tool("t", "d", schema)));
        ChatRequest other = ChatRequest.of(
                "m",
                List.of(Message.user("q")),
                List.of(new Tool("t", "d", Map.of("a", 1, "b", 2, "c", 3, "type", "object"))));
        assertThat(DIALECT.encode(one, true))
                .isEqualTo(DIALECT.encode(one, true))
                .isEqualTo(DIALECT.encode(one, false));
        assertThat(Corpus.MAPPER.readTree(DIALECT.encode(one, true)))
                .isEqualTo(Corpus.MAPPER.readTree(DIALECT.encode(other, true)));
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-2.5-flash, /models/gemini-2.5-flash",
        "models/gemini-2.5-flash, /models/gemini-2.5-flash",
        "tunedModels/my one, /tunedModels/my%20one",
        "a?b#c, /models/a%3Fb%23c",
        "../../secret, /models/..%2F..%2Fsecret"
    })
    void pathNamesTheModelAndTheMethod(String model, String path) {
        ChatRequest request = ChatRequest.of(model, "q");
        assertThat(DIALECT.path(request, false)).isEqualTo(path + ":generateContent");
        assertThat(DIALECT.path(request, true)).isEqualTo(path + ":streamGenerateContent?alt=sse");
    }

    @Test
    void theKeyStandsInAFieldOfItsOwn() {
        Map<String, String> headers = new TreeMap<>();
        DIALECT.headers(headers::put);
        DIALECT.authorize(Secret.of("AIza-test"), headers::put);
        assertThat(headers).isEqualTo(Map.of("x-goog-api-key", "AIza-test"));
        assertThat(DIALECT.probePath()).isEqualTo("/models");
        assertThat(DIALECT.name()).isEqualTo("gemini");
    }

    private static JsonNode json(ChatRequest request) {
        return Corpus.MAPPER.readTree(DIALECT.encode(request, true));
    }

    private static VendorData signature(String origin, String value) {
        return new VendorData(origin, "{\"thoughtSignature\":\"" + value + "\"}");
    }
}
