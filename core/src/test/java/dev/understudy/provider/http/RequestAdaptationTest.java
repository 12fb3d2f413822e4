package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.journey.JourneyVendor;
import dev.understudy.provider.OpenAiCompatibleVendor;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.util.context.Context;

/** Requests reach each server in a form that it accepts, through chat and stream, and every change is told. */
class RequestAdaptationTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final ToolCall CALL = new ToolCall("tool_1", "get_weather", "{\"city\":\"Bern\"}");

    private final ScriptedServer server = ScriptedServer.start();
    private final List<String> changes = new ArrayList<>();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void serverWithATemplateGetsOneSystemMessageAndRolesInTurn() {
        server.always(ScriptedReply.text("BLUE"));
        ChatRequest request = ChatRequest.of(
                "qwen3",
                List.of(
                        Message.system("Terse."),
                        Message.user("Hi"),
                        Message.assistant("Hello."),
                        Message.system("Answer BLUE."),
                        Message.user("Sky?"),
                        Message.user("Now?")));
        both(Providers.of(OpenAiCompatibleVendor.VLLM, endpoint("/v1")), request);
        assertThat(server.calls()).allSatisfy(call -> assertThat(call.text())
                .contains("{\"role\":\"system\",\"content\":\"Terse.\\n\\nAnswer BLUE.\"}")
                .contains("{\"role\":\"user\",\"content\":\"Sky?\\n\\nNow?\"}"));
        assertThat(changes).contains("system_messages", "equal_roles");
        assertThat(request.messages()).hasSize(6);
    }

    @Test
    void headerFieldsOfARequestAreSentAndReplaceNone() {
        server.always(ScriptedReply.text("Ok."));
        ChatRequest request = ChatRequest.of("m", "Hi");
        request = request.withOptions(request.options()
                .withHeader("X-Trace", "t-1")
                .withHeader("authorization", "Bearer other")
                .withIdempotencyKey("once-1"));
        both(Providers.openAiCompatible(endpoint("/v1"), OpenAiCompatibility.defaults()), request);
        assertThat(server.calls()).hasSize(2).allSatisfy(call -> {
            assertThat(call.header("x-trace")).isEqualTo("t-1");
            assertThat(call.header("idempotency-key")).isEqualTo("once-1");
            assertThat(call.header("authorization")).doesNotContain("other");
        });
        assertThat(request.toString() + request.options()).doesNotContain("t-1", "once-1", "other");
    }

    @Test
    void idOfTheRequestAndLimitsAreReadable() {
        server.always(ScriptedReply.text("Ok.")
                .withHeader("X-Request-Id", "req_7")
                .withHeader("x-ratelimit-remaining-tokens", "99")
                .withHeader("set-cookie", "secret=1"));
        ChatProvider provider = Providers.openAiCompatible(endpoint("/v1"), OpenAiCompatibility.defaults());
        ChatRequest request = ChatRequest.of("m", "Hi");
        StreamChunk.Finish finish =
                (StreamChunk.Finish) provider.stream(request).blockLast(LONG);
        for (VendorMetadata metadata :
                List.of(provider.chat(request).block(LONG).vendorMetadata(), finish.vendorMetadata())) {
            assertThat(metadata.requestId()).isEqualTo("req_7");
            assertThat(metadata.headers())
                    .isEqualTo(Map.of("x-request-id", "req_7", "x-ratelimit-remaining-tokens", "99"));
        }
        assertThat(VendorMetadata.none().requestId()).isNull();
    }

    @Test
    void optionThatAModelRefusesIsLeftOut() {
        server.rule(request -> request.text().contains("service_tier")
                ? ScriptedReply.raw(
                        400,
                        "application/json",
                        "{\"error\":{\"message\":\"Unsupported parameter: 'service_tier'\",\"param\":\"service_tier\",\"code\":\"unsupported_parameter\"}}")
                : null);
        server.always(ScriptedReply.text("Ok."));
        ChatRequest request = ChatRequest.of("m", "Hi");
        request = request.withOptions(request.options().withServiceTier(ChatRequest.ServiceTier.FLEX));
        both(Providers.openAiCompatible(endpoint("/v1"), OpenAiCompatibility.openAi()), request);
        assertThat(server.calls()).hasSize(3);
        assertThat(changes).containsOnly("service_tier");
    }

    @Test
    void declaredLongestAnswerIsKept() {
        server.always(ScriptedReply.text("Ok."));
        Endpoint limited = endpoint("/v1").withModel("m", Capabilities.assumed().withMaxOutput(8192));
        ChatRequest request = ChatRequest.of("m", "Hi").withMaxTokens(64_000);
        both(Providers.openAiCompatible(limited, OpenAiCompatibility.defaults()), request);
        assertThat(server.calls()).allSatisfy(call -> assertThat(call.text()).contains("\"max_tokens\":8192"));
        assertThat(changes).containsOnly("max_tokens");
    }

    @ParameterizedTest
    @EnumSource
    void declaredLongestAnswerIsKeptInEachDialect(JourneyVendor vendor) {
        server.always(ScriptedReply.text("Ok."));
        Capabilities limited = Capabilities.assumed().withMaxOutput(8192);
        both(vendor.at(server, "m", limited), ChatRequest.of("m", "Hi").withMaxTokens(64_000));
        assertThat(server.calls())
                .hasSize(2)
                .allSatisfy(call -> assertThat(call.text()).contains(":8192").doesNotContain("64000"));
    }

    @Test
    void onlyASystemTextIsSaidByTheUserAtOllama() {
        server.rule(request ->
                ScriptedReply.text(request.text().contains("\"role\":\"user\"") ? "Hi." : "The model is loaded."));
        both(Providers.ollama(endpoint("")), ChatRequest.of("m", List.of(Message.system("Write a haiku."))));
        assertThat(server.calls()).hasSize(2).allSatisfy(call -> assertThat(call.text())
                .contains("\"role\":\"user\",\"content\":\"Write a haiku.\""));
        assertThat(changes).containsOnly("user_turn");
    }

    @Test
    void longestAnswerIsLearnedFromARefusal() {
        server.rule(request -> request.text().contains("\"max_tokens\":64000")
                ? ScriptedReply.raw(
                        400,
                        "application/json",
                        "{\"error\":{\"message\":\"max_tokens must be less than or equal to 8192\",\"param\":\"max_tokens\"}}")
                : ScriptedReply.text("Ok."));
        ChatRequest request = ChatRequest.of("m", "Hi").withMaxTokens(64_000);
        both(Providers.openAiCompatible(endpoint("/v1"), OpenAiCompatibility.defaults()), request);
        assertThat(server.calls())
                .extracting(call -> call.text().contains("\"max_tokens\":8192"))
                .containsExactly(false, true, true);
        assertThat(changes).containsExactly("max_tokens");
    }

    @Test
    void thinkingIsTurnedOffWhereItForbidsAToolChoice() {
        server.rule(request -> request.text().contains("\"disabled\"")
                ? ScriptedReply.toolCall("c", "get_weather", "{}")
                : ScriptedReply.raw(
                        400,
                        "application/json",
                        "{\"error\":{\"message\":\"Thinking mode does not support this tool_choice\","
                                + "\"type\":\"invalid_request_error\",\"code\":\"invalid_request_error\"}}"));
        both(Providers.of(OpenAiCompatibleVendor.DEEPSEEK, endpoint("/v1")), forced());
        assertThat(server.calls()).hasSize(3);
        assertThat(changes).containsExactly("thinking");
    }

    @Test
    void anthropicDoesNotThinkWhereAToolMustBeCalled() {
        server.always(ScriptedReply.toolCall("c", "get_weather", "{}"));
        ChatRequest request = forced().withExtra("anthropic", "thinking", Map.of("type", "adaptive"));
        both(Providers.anthropic(endpoint("/v1")), request);
        assertThat(server.calls()).hasSize(2).allSatisfy(call -> assertThat(call.text())
                .doesNotContain("thinking")
                .contains("\"any\""));
        assertThat(changes).containsOnly("thinking");
    }

    @Test
    void budgetOfThinkingIsBelowTheLimitAndTemperatureYields() {
        server.always(ScriptedReply.text("Ok."));
        ChatRequest request = ChatRequest.of("m", "Hi")
                .withMaxTokens(4000)
                .withTemperature(0)
                .withExtra("anthropic", "thinking", Map.of("type", "enabled", "budget_tokens", 10_000));
        both(Providers.anthropic(endpoint("/v1")), request);
        assertThat(server.calls()).allSatisfy(call -> assertThat(call.text())
                .contains("\"budget_tokens\":2000")
                .doesNotContain("temperature"));
        assertThat(changes).containsOnly("temperature", "thinking.budget_tokens");
    }

    @Test
    void toolsOfTheHistoryAreDeclaredForAnthropic() {
        server.always(ScriptedReply.text("Sum."));
        ChatRequest request = ChatRequest.of(
                "m",
                List.of(
                        Message.user("Weather?"),
                        Message.assistant("", CALL),
                        Message.toolResult(CALL, "sunny"),
                        Message.user("Sum up.")));
        both(Providers.anthropic(endpoint("/v1")), request);
        assertThat(server.calls()).allSatisfy(call -> assertThat(call.text())
                .contains("\"tools\":[{\"name\":\"get_weather\"")
                .contains("\"tool_choice\":{\"type\":\"none\"}"));
        assertThat(changes).containsOnly("tools");
    }

    @Test
    void conversationThatFitsIsNotChanged() {
        server.always(ScriptedReply.text("Ok."));
        both(
                Providers.anthropic(endpoint("/v1")),
                ChatRequest.of("m", List.of(Message.system("s"), Message.user("q"))));
        assertThat(changes).isEmpty();
    }

    private static ChatRequest forced() {
        return ChatRequest.of("m", List.of(Message.user("Weather?")), List.of(Tool.of("get_weather", "Weather")))
                .withToolChoice(ToolSet.Choice.required());
    }

    private Endpoint endpoint(String path) {
        return Endpoint.of("p", server.url(path), "sk-test-0123456789abcdef");
    }

    /** Asks through chat and through stream. */
    private void both(ChatProvider provider, ChatRequest request) {
        Context context = CallScope.reportingTo(event -> {
                    if (event instanceof ProviderEvent.RequestAdapted adapted) {
                        changes.add(adapted.parameter());
                    }
                })
                .in(Context.empty());
        try (provider) {
            ChatResponse whole = provider.chat(request).contextWrite(context).block(LONG);
            assertThat(whole).isNotNull();
            StreamChunk last = provider.stream(request).contextWrite(context).blockLast(LONG);
            assertThat(last).isInstanceOfSatisfying(StreamChunk.Finish.class, finish -> assertThat(finish.reason())
                    .isIn(FinishReason.STOP, FinishReason.TOOL_CALLS));
        }
    }
}
