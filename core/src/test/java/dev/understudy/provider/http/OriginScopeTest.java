package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.provider.anthropic.Anthropic;
import dev.understudy.provider.bedrock.BedrockAnthropic;
import dev.understudy.provider.bedrock.BedrockConverse;
import dev.understudy.provider.cohere.Cohere;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.gemini.Gemini;
import dev.understudy.provider.gemini.GeminiInteractions;
import dev.understudy.provider.ollama.Ollama;
import dev.understudy.provider.openai.OpenAiChat;
import dev.understudy.provider.openai.responses.OpenAiResponses;
import dev.understudy.testing.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What one vendor signed or encrypted goes back to that vendor, and to nobody else. */
class OriginScopeTest {

    private static final List<Dialect> DIALECTS = List.of(
            new OpenAiChat(OpenAiCompatibility.openAi()),
            new OpenAiResponses(),
            new Anthropic(),
            new BedrockAnthropic(),
            new BedrockConverse(),
            new Gemini(),
            new GeminiInteractions(),
            new Cohere(),
            new Ollama());

    private static Stream<Arguments> everyPair() {
        return DIALECTS.stream().flatMap(reader -> DIALECTS.stream()
                .map(Dialect::originScope)
                .distinct()
                .map(origin -> Arguments.of(reader, origin)));
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void signedReasoningIsSentToItsOwnDialectOnly(Dialect reader, String origin) {
        boolean own =
                reader.originScope().equals(origin) && !(reader instanceof OpenAiChat) && !(reader instanceof Ollama);
        for (boolean redacted : new boolean[] {false, true}) {
            String body = body(reader, asked("c2VhbGVk", redacted, origin));
            assertThat(body.contains("c2VhbGVk"))
                    .as("%s with a seal of %s: %s", reader.name(), origin, body)
                    .isEqualTo(own);
            assertThat(own || !body.contains("a thought"))
                    .as("%s with a seal of %s: %s", reader.name(), origin, body)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.anthropic.com/v1, anthropic",
        "https://eu-gateway.example.org/v1, anthropic@eu-gateway.example.org",
        "https://API.z.ai/api/anthropic/v1, anthropic@api.z.ai",
        "https://us-east5-aiplatform.googleapis.com/v1, anthropic",
        "https://notanthropic.com/v1, anthropic@notanthropic.com",
        "http://localhost:8080, anthropic",
    })
    void signaturesOfOtherHostsNameTheHost(String url, String owner) {
        assertThat(OriginScope.of(
                                new Anthropic(), Endpoint.of("p", url).baseUrl().getHost())
                        .owner())
                .isEqualTo(owner);
    }

    @Test
    void gatewaySignaturesAreSentToTheGatewayOnly() {
        OriginScope gateway = OriginScope.of(new Anthropic(), "gateway.example.org");
        OriginScope vendor = OriginScope.of(new Anthropic(), "api.anthropic.com");
        String theirs = "anthropic@gateway.example.org";
        assertThat(body(new Anthropic(), gateway.sent(asked("c2VhbGVk", false, theirs))))
                .contains("c2VhbGVk");
        assertThat(body(new Anthropic(), vendor.sent(asked("c2VhbGVk", false, theirs))))
                .doesNotContain("c2VhbGVk");
        assertThat(body(new Anthropic(), gateway.sent(asked("c2VhbGVk", false, "anthropic"))))
                .doesNotContain("c2VhbGVk");
        assertThat(body(new Anthropic(), vendor.sent(asked("c2VhbGVk", false, "anthropic"))))
                .contains("c2VhbGVk");
    }

    @Test
    void vendorsOwnAddressCopiesNothing() {
        OriginScope home = OriginScope.of(new Gemini(), "generativelanguage.googleapis.com");
        ChatRequest request = asked("c2VhbGVk", false, "gemini");
        ChatResponse response = answer(new ReasoningBlock.Signature("s", false, "gemini"));
        assertThat(home.sent(request)).isSameAs(request);
        assertThat(home.received(response)).isSameAs(response);
        assertThat(OriginScope.of(new Gemini(), "elsewhere.test").sent(ChatRequest.of("m", "hi")))
                .isEqualTo(ChatRequest.of("m", "hi"));
    }

    @Test
    void answersOfAGatewayCarryItsNameOnTheirSeals() {
        OriginScope gateway = OriginScope.of(new OpenAiResponses(), "acme.openai.azure.com");
        ReasoningBlock.Signature reasoningSignature = new ReasoningBlock.Signature("s", true, "openai-responses");
        ReasoningBlock.Signature named =
                new ReasoningBlock.Signature("s", true, "openai-responses@acme.openai.azure.com");
        assertThat(gateway.received(answer(reasoningSignature)).reasoningBlocks())
                .containsExactly(new ReasoningBlock("", named));
        assertThat(gateway.received(new StreamChunk.Reasoning("", reasoningSignature)))
                .isEqualTo(new StreamChunk.Reasoning("", named));
        StreamChunk text = new StreamChunk.Text("a");
        assertThat(gateway.received(text)).isSameAs(text);
    }

    @Test
    void providersNameTheSealsOfTheirAnswers() {
        try (var server = ScriptedServer.start();
                ChatProvider provider = new HttpProvider(
                        Endpoint.of("p", server.url() + "/v1", "k"),
                        new Anthropic(),
                        null,
                        new OriginScope("anthropic", "anthropic@there"))) {
            provider.chat(asked("c2VhbGVk", false, "anthropic@there")).block();
            provider.chat(asked("c2VhbGVk", false, "anthropic")).block();
            provider.stream(asked("c2VhbGVk", false, "anthropic@there")).blockLast();
            assertThat(server.calls())
                    .extracting(call -> call.text().contains("c2VhbGVk"))
                    .containsExactly(true, false, true);
        }
    }

    private static ChatResponse answer(ReasoningBlock.Signature reasoningSignature) {
        ChatResponse plain = ChatResponse.of("p", "m", "a");
        return new ChatResponse(
                "a", "", List.of(new ReasoningBlock("", reasoningSignature)), List.of(), plain.finish());
    }

    private static ChatRequest asked(String value, boolean redacted, String origin) {
        ToolCall call = new ToolCall("c1", "f", "{}");
        ReasoningBlock reasoningBlock =
                new ReasoningBlock(redacted ? "" : "a thought", new ReasoningBlock.Signature(value, redacted, origin));
        return ChatRequest.of(
                "gemini-3-pro",
                List.of(
                        Message.user("q"),
                        new Message.Assistant("Let me see.", List.of(call), List.of(reasoningBlock)),
                        Message.toolResult(call, "r")));
    }

    private static String body(Dialect dialect, ChatRequest request) {
        return new String(dialect.encode(request, false), StandardCharsets.UTF_8);
    }
}
