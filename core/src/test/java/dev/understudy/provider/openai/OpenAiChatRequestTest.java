package dev.understudy.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.Secret;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenAiChatRequestTest {

    private static final OpenAiChat DIALECT = new OpenAiChat(OpenAiCompatibility.defaults());

    @Test
    void onePromptIsASmallBody() {
        assertThat(body(ChatRequest.of("m1", "Hello"), false))
                .isEqualTo("{\"model\":\"m1\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}");
    }

    @Test
    void aStreamAsksForItsUsage() {
        ChatRequest request = ChatRequest.of("m1", "Be brief.", "Hello");
        String messages = "{\"model\":\"m1\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                + "{\"role\":\"user\",\"content\":\"Hello\"}],\"stream\":true";
        assertThat(body(request, true)).isEqualTo(messages + ",\"stream_options\":{\"include_usage\":true}}");
        OpenAiChat without = new OpenAiChat(OpenAiCompatibility.defaults().withUsageOnRequest(false));
        assertThat(new String(without.encode(request, true), StandardCharsets.UTF_8))
                .isEqualTo(messages + "}");
    }

    @Test
    void toolsCallsAndResultsAreSent() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("properties", Map.of("city", Map.of("type", "string")));
        ToolCall call = new ToolCall("c1", "weather", "{\"city\":\"Rome\"}");
        ChatRequest request = ChatRequest.of(
                        "m1",
                        List.of(
                                Message.user("Rome?"),
                                Message.assistant("", call),
                                Message.toolResult(call, "sunny"),
                                Message.assistant("Sunny.", call)),
                        List.of(new Tool("weather", "Tells the weather", schema)))
                .withToolChoice(ToolSet.Choice.named("weather"));
        String told = "{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"weather\","
                + "\"arguments\":\"{\\\"city\\\":\\\"Rome\\\"}\"}}";
        assertThat(body(request, false))
                .isEqualTo("{\"model\":\"m1\",\"messages\":[{\"role\":\"user\",\"content\":\"Rome?\"},"
                        + "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[" + told + "]},"
                        + "{\"role\":\"tool\",\"content\":\"sunny\",\"tool_call_id\":\"c1\"},"
                        + "{\"role\":\"assistant\",\"content\":\"Sunny.\",\"tool_calls\":[" + told + "]}],"
                        + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\","
                        + "\"description\":\"Tells the weather\",\"parameters\":{\"type\":\"object\","
                        + "\"properties\":{\"city\":{\"type\":\"string\"}}}}}],"
                        + "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"weather\"}}}");
        assertThat(body(request.withToolChoice(ToolSet.Choice.auto()), false)).doesNotContain("tool_choice");
        assertThat(body(request.withToolChoice(ToolSet.Choice.none()), false)).endsWith("\"tool_choice\":\"none\"}");
        assertThat(body(request.withToolChoice(ToolSet.Choice.required()), false))
                .endsWith("\"tool_choice\":\"required\"}");
    }

    @Test
    void imagesGoByReferenceOrAlong() {
        ChatRequest request = ChatRequest.of(
                "m1",
                List.of(Message.user(
                        "Compare",
                        Message.Image.url("https://example.org/a.png"),
                        Message.Image.of("image/png", new byte[] {1, 2, 3}))));
        assertThat(body(request, false))
                .contains("\"content\":[{\"type\":\"text\",\"text\":\"Compare\"},"
                        + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://example.org/a.png\"}},"
                        + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AQID\"}}]");
    }

    @Test
    void samplingAndFormatAreSent() {
        ChatRequest request = ChatRequest.of("m1", "Hello")
                .withTemperature(0.5)
                .withTopP(0.9)
                .withMaxTokens(100)
                .withStop("END", "STOP")
                .withSeed(7)
                .withFormat(ResponseFormat.jsonSchema("answer", Map.of("type", "object")));
        String rest = "\"stop\":[\"END\",\"STOP\"],\"seed\":7}";
        assertThat(body(request, false))
                .contains("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\","
                        + "\"schema\":{\"type\":\"object\"},\"strict\":true}}")
                .endsWith("\"temperature\":0.5,\"top_p\":0.9,\"max_tokens\":100," + rest);
        assertThat(body(request.withFormat(ResponseFormat.json()), false))
                .contains("\"response_format\":{\"type\":\"json_object\"}");
        assertThat(new String(
                        new OpenAiChat(OpenAiCompatibility.openAi()).encode(request, false), StandardCharsets.UTF_8))
                .endsWith("\"max_completion_tokens\":100," + rest);
    }

    @Test
    void extraFieldsTakePrecedenceWithinTheirDialectOnly() {
        ChatRequest request = ChatRequest.of("m1", "Hello")
                .withTemperature(0.5)
                .withMaxTokens(100)
                .withExtra("openai-chat", "temperature", 1)
                .withExtra("openai-chat", "reasoning_effort", "low")
                .withExtra("openai-chat", "max_completion_tokens", 50)
                .withExtra("anthropic", "thinking", true);
        assertThat(body(request, false))
                .endsWith("\"temperature\":1,\"reasoning_effort\":\"low\",\"max_completion_tokens\":50}")
                .doesNotContain("max_tokens", "thinking");
    }

    @Test
    void prefillMessageIsMarkedWhereRequired() {
        ChatRequest request = ChatRequest.of(
                "m1",
                List.of(Message.user("Count"), Message.assistant("One"), Message.user("On"), Message.assistant("Two")));
        OpenAiChat marking = new OpenAiChat(
                OpenAiCompatibility.defaults().withContinuation(OpenAiCompatibility.Continuation.PREFIX));
        assertThat(new String(marking.encode(request, false), StandardCharsets.UTF_8))
                .contains("{\"role\":\"assistant\",\"content\":\"One\"}")
                .contains("{\"role\":\"assistant\",\"content\":\"Two\",\"prefix\":true}");
        assertThat(body(request, false)).doesNotContain("prefix");
    }

    @Test
    void thoughtsAreNotSentBack() {
        Message said = new Message.Assistant("Yes", List.of(), List.of(ReasoningBlock.of("secretly no")));
        assertThat(body(ChatRequest.of("m1", List.of(Message.user("?"), said)), false))
                .doesNotContain("secretly");
    }

    @Test
    void equalRequestsAreEqualBytes() {
        assertThat(DIALECT.encode(manyOptions(), true)).isEqualTo(DIALECT.encode(manyOptions(), true));
    }

    private static ChatRequest manyOptions() {
        return ChatRequest.of("m1", "s", "p")
                .withTools(List.of(new Tool("t", "d", Map.of("type", "object", "required", List.of(), "a", 1, "b", 2))))
                .withFormat(
                        ResponseFormat.jsonSchema("n", Map.of("type", "object", "c", Map.of("d", 1, "e", 2, "f", 3))))
                .withExtra("openai-chat", "metadata", Map.of("x", 1, "y", 2, "z", 3));
    }

    @Test
    void theKeyGoesWhereTheServerLooksForIt() {
        Map<String, String> headers = new LinkedHashMap<>();
        DIALECT.authorize(Secret.of("k-123"), headers::put);
        new OpenAiChat(OpenAiCompatibility.azure("2024-10-21")).authorize(Secret.of("k-456"), headers::put);
        assertThat(headers).containsExactly(Map.entry("Authorization", "Bearer k-123"), Map.entry("api-key", "k-456"));
        assertThat(DIALECT.path(ChatRequest.of("m", "p"), false)).isEqualTo("/chat/completions");
        assertThat(DIALECT.probePath()).isEqualTo("/models");
    }

    @Test
    void azureNamesTheDeploymentInThePathOrInTheBody() {
        OpenAiChat classic = new OpenAiChat(OpenAiCompatibility.azure("2024-10-21"));
        assertThat(classic.path(ChatRequest.of("my gpt/5", "p"), true))
                .isEqualTo("/openai/deployments/my%20gpt%2F5/chat/completions?api-version=2024-10-21");
        assertThat(classic.probePath()).isEqualTo("/openai/models?api-version=2024-10-21");
        OpenAiChat v1 = new OpenAiChat(OpenAiCompatibility.azure());
        assertThat(v1.path(ChatRequest.of("m", "p"), true)).isEqualTo("/openai/v1/chat/completions");
        assertThat(v1.probePath()).isEqualTo("/openai/v1/models");
    }

    @Test
    void prefillIsMarkedInTheBodyWhereRequired() {
        ChatRequest request = ChatRequest.of("m1", List.of(Message.user("Count"), Message.assistant("One")));
        OpenAiChat marking =
                new OpenAiChat(OpenAiCompatibility.defaults().withContinuation(OpenAiCompatibility.Continuation.FLAGS));
        assertThat(new String(marking.encode(request, false), StandardCharsets.UTF_8))
                .contains("\"continue_final_message\":true,\"add_generation_prompt\":false")
                .doesNotContain("prefix");
        assertThat(new String(marking.encode(ChatRequest.of("m1", "Count"), false), StandardCharsets.UTF_8))
                .doesNotContain("continue_final_message");
    }

    @Test
    void aSeedIsCalledAsTheServerCallsItOrLeftOut() {
        ChatRequest request = ChatRequest.of("m1", "p").withSeed(7);
        assertThat(new String(
                        new OpenAiChat(OpenAiCompatibility.defaults().withSeedField("random_seed"))
                                .encode(request, false),
                        StandardCharsets.UTF_8))
                .contains("\"random_seed\":7")
                .doesNotContain("\"seed\"");
        assertThat(new String(
                        new OpenAiChat(OpenAiCompatibility.defaults().withSeedField(null)).encode(request, false),
                        StandardCharsets.UTF_8))
                .doesNotContain("seed");
    }

    @Test
    void quirksAreChecked() {
        assertThatThrownBy(() -> OpenAiCompatibility.defaults().withPath("chat"))
                .hasMessageContaining("slash");
        assertThatThrownBy(() -> OpenAiCompatibility.defaults().withKeyHeader("api key"))
                .hasMessageContaining("header");
        assertThatThrownBy(() -> OpenAiCompatibility.defaults().withMaxTokensField(" "))
                .hasMessageContaining("max_tokens");
        assertThat(OpenAiCompatibility.defaults().withDoneCompletes(true).doneCompletes())
                .isTrue();
    }

    private static String body(ChatRequest request, boolean stream) {
        return new String(DIALECT.encode(request, stream), StandardCharsets.UTF_8);
    }
}
