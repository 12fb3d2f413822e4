package dev.understudy.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.understudy.Understudy;
import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
import dev.understudy.chat.Usage;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.streaming.ResumePolicy;
import dev.understudy.streaming.ResumingProvider;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedReply.FaultPoint;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** OpenAI's models of LangChain4j as a provider. */
class LangChain4jProviderTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final ChatRequest REQUEST = ChatRequest.of("gpt-5.6", "Hi");
    private static final String[] TOKENS = "One two three four five six seven.".split("(?<=\\G.{4})");
    private static final String TEXT = String.join("", TOKENS);

    private final ScriptedServer server = ScriptedServer.start();
    private final List<String> warnings = new ArrayList<>();
    private final LangChain4jProvider provider = provider(0);

    private LangChain4jProvider provider(int retries) {
        return LangChain4jProvider.builder(
                        "lc",
                        OpenAiChatModel.builder()
                                .baseUrl(server.url())
                                .apiKey("key")
                                .modelName("gpt-4o")
                                .maxRetries(retries)
                                .build())
                .streaming(OpenAiStreamingChatModel.builder()
                        .baseUrl(server.url())
                        .apiKey("key")
                        .modelName("gpt-4o")
                        .build())
                .warnings(warnings::add)
                .build();
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void answerIsMapped() {
        server.always(ScriptedReply.text(TEXT).withUsage(Usage.of(3, 7)));
        ChatResponse response = provider.chat(REQUEST).block(LIMIT);
        assertThat(response.text()).isEqualTo(TEXT);
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(response.usage()).isEqualTo(Usage.of(3, 7));
        assertThat(response.servedBy().provider()).isEqualTo("lc");
        assertThat(server.calls())
                .singleElement()
                .extracting(RecordedRequest::model)
                .isEqualTo("gpt-5.6");
    }

    @Test
    void streamIsMapped() {
        server.always(ScriptedReply.tokens(TOKENS));
        List<StreamChunk> chunks = provider.stream(REQUEST).collectList().block(LIMIT);
        assertThat(chunks).hasSize(TOKENS.length + 1).last().isInstanceOf(StreamChunk.Finish.class);
        assertThat(chunks.stream().map(StreamChunk::text).reduce("", String::concat))
                .isEqualTo(TEXT);
    }

    @Test
    void streamOfModelWithoutStreamingIsOnePiece() {
        server.always(ScriptedReply.text(TEXT));
        LangChain4jProvider whole = LangChain4jProvider.of(
                "whole",
                OpenAiChatModel.builder()
                        .baseUrl(server.url())
                        .apiKey("key")
                        .maxRetries(0)
                        .build());
        assertThat(ChatResponseAggregator.collect(whole.stream(REQUEST))
                        .block(LIMIT)
                        .text())
                .isEqualTo(TEXT);
    }

    @Test
    void toolsAndTheirCallsAreMapped() {
        server.always(ScriptedReply.toolCall("call_1", "weather", "{\"city\":\"Ulm\"}"));
        ChatRequest request = REQUEST.withTools(List.of(Tool.ofJson(
                "weather",
                "Weather of a city",
                "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}")));
        ToolCall call = new ToolCall("call_1", "weather", "{\"city\":\"Ulm\"}");
        assertThat(provider.chat(request).block(LIMIT).toolCalls()).containsExactly(call);
        ChatResponse streamed =
                ChatResponseAggregator.collect(provider.stream(request)).block(LIMIT);
        assertThat(streamed.toolCalls()).containsExactly(call);
        assertThat(streamed.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(server.calls())
                .allSatisfy(sent -> assertThat(sent.text()).contains("Weather of a city", "\"city\""));
    }

    @Test
    void schemaOfTheAnswerIsSent() {
        server.always(ScriptedReply.text("{}"));
        provider.chat(REQUEST.withFormat(ResponseFormat.jsonSchema("answer", Map.of("type", "object"))))
                .block(LIMIT);
        assertThat(server.calls().get(0).text()).contains("json_schema");
    }

    @Test
    void statusOfTheModelIsClassified() {
        server.always(ScriptedReply.rateLimited(Duration.ofSeconds(17)));
        StepVerifier.create(provider.chat(REQUEST))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                ChatException.CallFailed.class,
                                failed -> assertThat(failed.failure().kind()).isEqualTo(FailureKind.RATE_LIMITED)))
                .verify(LIMIT);
        StepVerifier.create(provider.stream(REQUEST))
                .expectErrorSatisfies(
                        error -> assertThat(error).isInstanceOfSatisfying(ChatException.class, failed -> assertThat(
                                        failed.failure().kind())
                                .isEqualTo(FailureKind.RATE_LIMITED)))
                .verify(LIMIT);
    }

    @Test
    void cutStreamIsTakenOver() {
        server.always(ScriptedReply.tokens(TOKENS).reset(FaultPoint.tokens(4)));
        try (Understudy understudy = Understudy.builder()
                .provider(provider)
                .provider(ScriptedProvider.named("second").always(ScriptedAnswer.tokens(TOKENS)))
                .retry(RetryPolicy.none())
                .build()) {
            ChatResponse response = ChatResponseAggregator.collect(
                            ResumingProvider.over(understudy, ResumePolicy.exact()).stream(REQUEST))
                    .block(LIMIT);
            assertThat(response.text()).isEqualTo(TEXT);
            assertThat(response.servedBy().provider()).isEqualTo("second");
        }
    }

    @Test
    void cancelClosesTheSocket() {
        String[] many = "word ".repeat(1000).split("(?<= )");
        server.always(ScriptedReply.tokens(many).between(Duration.ofMillis(20)));
        StepVerifier.create(provider.stream(REQUEST))
                .expectNextCount(1)
                .thenCancel()
                .verify(LIMIT);
        assertThat(Mono.from(server.endings()).block(LIMIT).ending())
                .isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
    }

    @Test
    void partsThatLangChain4jHasNoWordForAreReported() {
        server.always(ScriptedReply.text(TEXT));
        List<ProviderEvent> events = new ArrayList<>();
        ChatRequest request = REQUEST.withSeed(7)
                .withTools(List.of(Tool.ofJson("weather", "Weather", "{\"type\":\"object\",\"minProperties\":1}")))
                .withToolChoice(ToolSet.Choice.named("weather"));
        provider.chat(request)
                .contextWrite(CallScope.reportingTo(events::add)::in)
                .block(LIMIT);
        assertThat(events)
                .extracting(ProviderEvent::toString)
                .containsExactly(
                        "lc/gpt-5.6 is asked without schema of tool weather, which it does not accept",
                        "lc/gpt-5.6 is asked without tool choice, which it does not accept",
                        "lc/gpt-5.6 is asked without seed, which it does not accept");
    }

    @Test
    void modelThatRetriesByItselfIsWarnedOf() {
        assertThat(warnings).isEmpty();
        provider(2);
        assertThat(warnings).singleElement().asString().contains("lc", "up to 2 times", "maxRetries");
    }

    @Test
    void publisherOfAModelIsPreferred() {
        ScriptedProvider inner = ScriptedProvider.named("inner").always(ScriptedAnswer.tokens(TOKENS));
        LangChain4jProvider nested = LangChain4jProvider.of(
                "nested", UnderstudyChatModel.of(inner, "m"), UnderstudyStreamingChatModel.of(inner, "m"));
        StepVerifier.create(nested.stream(REQUEST), 1)
                .expectNextCount(1)
                .thenCancel()
                .verify(LIMIT);
        assertThat(inner.peakDemand()).isEqualTo(1);
    }

    @Test
    void textOfTheCompleteResponseIsDeliveredIfNoPartCame() {
        StreamingChatModel late = new StreamingChatModel() {
            @Override
            public void doChat(
                    dev.langchain4j.model.chat.request.ChatRequest request, StreamingChatResponseHandler handler) {
                handler.onCompleteResponse(dev.langchain4j.model.chat.response.ChatResponse.builder()
                        .aiMessage(AiMessage.from("late"))
                        .build());
            }
        };
        LangChain4jProvider lateProvider =
                LangChain4jProvider.of("late", UnderstudyChatModel.of(ScriptedProvider.named("x"), "m"), late);
        assertThat(ChatResponseAggregator.collect(lateProvider.stream(REQUEST))
                        .block(LIMIT)
                        .text())
                .isEqualTo("late");
    }

    @Test
    void requestSurvivesTheWayToLangChain4jAndBack() {
        ToolCall call = new ToolCall("1", "weather", "{\"city\":\"Ulm\"}");
        ChatRequest request = ChatRequest.of(
                        "m",
                        List.of(
                                Message.system("Be brief."),
                                Message.user("Look", Message.Image.of("image/png", new byte[] {1, 2, 3})),
                                new Message.Assistant(
                                        List.of(ReasoningBlock.of("Hm."), new ContentBlock.Text("So."), call)),
                                Message.toolResult(call, "sun")))
                .withTemperature(0.5)
                .withTools(
                        List.of(
                                Tool.ofJson(
                                        "weather",
                                        "Weather",
                                        "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"]}")));
        assertThat(RequestMapper.request(new ParametersMapper(request).map())).isEqualTo(request);
    }
}
