package dev.understudy.provider.openai.responses;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.provider.Corpus;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.Secret;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class OpenAiResponsesRequestTest {

    private static final OpenAiResponses DIALECT = new OpenAiResponses();
    private static final Tool WEATHER = new Tool(
            "weather",
            "Tells the weather",
            Map.of("type", "object", "properties", Map.of("city", Map.of("type", "string"))));

    @Test
    void onePromptIsOnePlainItem() {
        assertThat(text(ChatRequest.of("m1", "hello"), false))
                .isEqualTo("{\"model\":\"m1\",\"input\":[{\"role\":\"user\",\"content\":\"hello\"}]}");
        assertThat(text(ChatRequest.of("m1", "hello"), true)).endsWith("\"stream\":true}");
    }

    @Test
    void systemMessagesAtTheBeginningAreInstructionsAndLaterOnesStay() {
        JsonNode body = json(ChatRequest.of(
                "m1",
                List.of(
                        Message.system("Be kind."),
                        Message.system("Be brief."),
                        Message.user("a"),
                        Message.system("Rhyme."),
                        Message.user("b"))));
        assertThat(body.path("instructions").stringValue()).isEqualTo("Be kind.\n\nBe brief.");
        assertThat(body.path("input").values().stream()
                        .map(item -> item.path("role").stringValue())
                        .toList())
                .containsExactly("user", "system", "user");
    }

    @Test
    void anInputIsNeverEmpty() {
        JsonNode body = json(ChatRequest.of("m1", List.of(Message.system("Say hi."))));
        assertThat(body.has("instructions")).isFalse();
        assertThat(body.path("input").toString()).isEqualTo("[{\"role\":\"system\",\"content\":\"Say hi.\"}]");
    }

    @Test
    void picturesAreParts() {
        JsonNode content = json(ChatRequest.of(
                        "m1",
                        List.of(Message.user(
                                "What?",
                                Message.Image.url("https://x.test/a.png"),
                                Message.Image.of("image/png", new byte[] {1, 2, 3})))))
                .path("input")
                .path(0)
                .path("content");
        assertThat(content.toString())
                .isEqualTo("[{\"type\":\"input_text\",\"text\":\"What?\"},"
                        + "{\"type\":\"input_image\",\"image_url\":\"https://x.test/a.png\"},"
                        + "{\"type\":\"input_image\",\"image_url\":\"data:image/png;base64,AQID\"}]");
    }

    @Test
    void assistantTurnIsReasoningTextAndCallsInThisOrder() {
        ToolCall call = new ToolCall("call_1", "weather", "{\"city\":\"Rome\"}");
        JsonNode input = json(ChatRequest.of(
                        "m1",
                        List.of(
                                Message.user("q"),
                                new Message.Assistant(
                                        "Looking.",
                                        List.of(call),
                                        List.of(
                                                new ReasoningBlock(
                                                        "Rome.",
                                                        new ReasoningBlock.Signature(
                                                                "opaque", true, "openai-responses")),
                                                new ReasoningBlock(
                                                        "",
                                                        new ReasoningBlock.Signature(
                                                                "dark", true, "openai-responses")))),
                                Message.toolResult(call, "sunny"))))
                .path("input");
        assertThat(input.toString())
                .isEqualTo("[{\"role\":\"user\",\"content\":\"q\"},"
                        + "{\"type\":\"reasoning\",\"summary\":[{\"type\":\"summary_text\",\"text\":\"Rome.\"}],\"encrypted_content\":\"opaque\"},"
                        + "{\"type\":\"reasoning\",\"summary\":[],\"encrypted_content\":\"dark\"},"
                        + "{\"role\":\"assistant\",\"content\":\"Looking.\"},"
                        + "{\"type\":\"function_call\",\"call_id\":\"call_1\",\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Rome\\\"}\"},"
                        + "{\"type\":\"function_call_output\",\"call_id\":\"call_1\",\"output\":\"sunny\"}]");
    }

    @Test
    void thoughtsThatAnotherVendorSealedOrNobodyAreNotSent() {
        String body = text(
                ChatRequest.of(
                        "m1",
                        List.of(
                                Message.user("q"),
                                new Message.Assistant(
                                        "a",
                                        List.of(),
                                        List.of(
                                                new ReasoningBlock(
                                                        "theirs",
                                                        new ReasoningBlock.Signature("sig", false, "anthropic")),
                                                ReasoningBlock.of("mine"))),
                                Message.user("q2"))),
                false);
        assertThat(body).doesNotContain("theirs").doesNotContain("mine").doesNotContain("reasoning");
    }

    @Test
    void toolsAreFlatAndNotStrict() {
        ChatRequest request = ChatRequest.of("m1", List.of(Message.user("q")), List.of(WEATHER));
        assertThat(json(request).path("tools"))
                .isEqualTo(
                        Corpus.MAPPER.readTree(
                                "[{\"type\":\"function\",\"name\":\"weather\",\"description\":\"Tells the weather\","
                                        + "\"parameters\":{\"properties\":{\"city\":{\"type\":\"string\"}},\"type\":\"object\"},\"strict\":false}]"));
        assertThat(json(request).has("tool_choice")).isFalse();
        assertThat(choice(request, ToolSet.Choice.none())).isEqualTo("\"none\"");
        assertThat(choice(request, ToolSet.Choice.required())).isEqualTo("\"required\"");
        assertThat(choice(request, ToolSet.Choice.named("weather")))
                .isEqualTo("{\"type\":\"function\",\"name\":\"weather\"}");
    }

    private static String choice(ChatRequest request, ToolSet.Choice choice) {
        return json(request.withToolChoice(choice)).path("tool_choice").toString();
    }

    @Test
    void theFormStandsInText() {
        ChatRequest request = ChatRequest.of("m1", "q");
        assertThat(json(request.withFormat(ResponseFormat.json())).path("text").toString())
                .isEqualTo("{\"format\":{\"type\":\"json_object\"}}");
        assertThat(json(request.withFormat(ResponseFormat.jsonSchema("point", Map.of("type", "object"))))
                        .path("text")
                        .toString())
                .isEqualTo(
                        "{\"format\":{\"type\":\"json_schema\",\"name\":\"point\",\"schema\":{\"type\":\"object\"},\"strict\":true}}");
    }

    @Test
    void optionsUnknownToResponsesAreLeftOut() {
        String body = text(
                ChatRequest.of("m1", "q")
                        .withTemperature(0.5)
                        .withTopP(0.9)
                        .withMaxTokens(100)
                        .withStop("END")
                        .withSeed(7),
                false);
        assertThat(body)
                .contains("\"temperature\":0.5,\"top_p\":0.9,\"max_output_tokens\":100")
                .doesNotContain("END")
                .doesNotContain("seed");
    }

    @ParameterizedTest
    @CsvSource({"1, 16", "15, 16", "16, 16", "17, 17"})
    void limitOfTokensIsTheSmallestThatTheVendorAccepts(int requested, int sent) {
        ChatRequest request = ChatRequest.of("m1", "q").withMaxTokens(requested);
        assertThat(json(request).path("max_output_tokens").intValue()).isEqualTo(sent);
    }

    @Test
    void extraFieldsWinAndThoseOfTextAreJoined() {
        JsonNode body = json(ChatRequest.of("m1", "q")
                .withFormat(ResponseFormat.json())
                .withMaxTokens(5)
                .withExtra("openai-responses", "text", Map.of("verbosity", "low"))
                .withExtra("openai-responses", "max_output_tokens", 50)
                .withExtra("openai-chat", "user", "u"));
        assertThat(body.path("text").path("format").path("type").stringValue()).isEqualTo("json_object");
        assertThat(body.path("text").path("verbosity").stringValue()).isEqualTo("low");
        assertThat(body.path("max_output_tokens").intValue()).isEqualTo(50);
        assertThat(body.has("user")).isFalse();
    }

    @Test
    void equalRequestsAreEqualBytes() {
        ChatRequest request = ChatRequest.of("m1", List.of(Message.system("s"), Message.user("q")), List.of(WEATHER))
                .withExtra("openai-responses", "metadata", Map.of("x", 1, "y", 2, "z", 3));
        assertThat(DIALECT.encode(request, true)).isEqualTo(DIALECT.encode(request, true));
    }

    @Test
    void requestsAndKeysGoWhereTheVendorLooksForThem() {
        Map<String, String> headers = new LinkedHashMap<>();
        DIALECT.authorize(Secret.of("k-123"), headers::put);
        OpenAiResponses azure = new OpenAiResponses(OpenAiCompatibility.azure().withPath("/openai/v1/responses"));
        azure.authorize(Secret.of("k-456"), headers::put);
        assertThat(headers).containsExactly(Map.entry("Authorization", "Bearer k-123"), Map.entry("api-key", "k-456"));
        assertThat(DIALECT.path(ChatRequest.of("m", "q"), true)).isEqualTo("/responses");
        assertThat(DIALECT.probePath()).isEqualTo("/models");
        assertThat(azure.path(ChatRequest.of("m", "q"), true)).isEqualTo("/openai/v1/responses");
        assertThat(azure.probePath()).isEqualTo("/openai/v1/models");
    }

    private static String text(ChatRequest request, boolean stream) {
        return new String(DIALECT.encode(request, stream), StandardCharsets.UTF_8);
    }

    private static JsonNode json(ChatRequest request) {
        return Corpus.MAPPER.readTree(DIALECT.encode(request, false));
    }

    @Test
    void encryptedReasoningIsIncludedForReasoningModelsOnly() {
        List<String> wanted = List.of("reasoning.encrypted_content", "web_search_call.action.sources");
        assertThat(json(ChatRequest.of("gpt-5.6", "hi").withExtra("openai-responses", "include", wanted))
                        .path("include"))
                .hasSize(2);
        assertThat(json(ChatRequest.of("gpt-4.1", "hi").withExtra("openai-responses", "include", wanted))
                        .path("include")
                        .toString())
                .isEqualTo("[\"web_search_call.action.sources\"]");
        assertThat(json(ChatRequest.of("gpt-4.1", "hi").withExtra("openai-responses", "include", wanted.subList(0, 1)))
                        .has("include"))
                .isFalse();
    }
}
