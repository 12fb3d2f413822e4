package dev.understudy.springai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.ToolSet;
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
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.core.retry.RetryTemplate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** OpenAI's model of Spring AI, with its own SDK, as a provider. */
class SpringAiProviderTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final ChatRequest REQUEST = ChatRequest.of("gpt-5.6", "Hi");
    private static final String[] TOKENS = "One two three four five six seven.".split("(?<=\\G.{4})");
    private static final String TEXT = String.join("", TOKENS);

    private final ScriptedServer server = ScriptedServer.start();
    private final List<String> warnings = new ArrayList<>();
    private final SpringAiProvider provider = provider(model(0));

    private SpringAiProvider provider(ChatModel model) {
        return SpringAiProvider.builder("spring", model).warnings(warnings::add).build();
    }

    private ChatModel model(int retries) {
        return OpenAiChatModel.builder()
                .options(OpenAiChatOptions.builder()
                        .baseUrl(server.url())
                        .apiKey("key")
                        .model("gpt-4o")
                        .maxRetries(retries)
                        .build())
                .build();
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void answerIsMapped() {
        server.always(ScriptedReply.text(TEXT).withUsage(dev.understudy.chat.Usage.of(3, 7)));
        ChatResponse response = provider.chat(REQUEST).block(LIMIT);
        assertThat(response.text()).isEqualTo(TEXT);
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(response.usage().input()).isEqualTo(3);
        assertThat(response.servedBy().provider()).isEqualTo("spring");
        assertThat(server.calls())
                .singleElement()
                .extracting(RecordedRequest::model)
                .isEqualTo("gpt-5.6");
    }

    @Test
    void streamIsMapped() {
        server.always(ScriptedReply.tokens(TOKENS));
        ChatResponse response =
                ChatResponseAggregator.collect(provider.stream(REQUEST)).block(LIMIT);
        assertThat(response.text()).isEqualTo(TEXT);
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void toolsAndTheirCallsAreMapped() {
        server.always(ScriptedReply.toolCall("call_1", "weather", "{\"city\":\"Ulm\"}"));
        ChatRequest request = REQUEST.withTools(List.of(Tool.of("weather", "Weather of a city")));
        ToolCall call = new ToolCall("call_1", "weather", "{\"city\":\"Ulm\"}");
        assertThat(provider.chat(request).block(LIMIT).toolCalls()).containsExactly(call);
        ChatResponse streamed =
                ChatResponseAggregator.collect(provider.stream(request)).block(LIMIT);
        assertThat(streamed.toolCalls()).containsExactly(call);
        assertThat(streamed.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(server.calls()).allSatisfy(sent -> assertThat(sent.text()).contains("Weather of a city"));
    }

    @Test
    void schemaOfTheAnswerIsSent() {
        server.always(ScriptedReply.text("{}"));
        provider.chat(REQUEST.withFormat(ResponseFormat.jsonSchema("answer", Map.of("type", "object"))))
                .block(LIMIT);
        assertThat(server.calls().get(0).text()).contains("json_schema");
    }

    @Test
    void statusAndRetryAfterOfTheSdkAreClassified() {
        server.always(ScriptedReply.rateLimited(Duration.ofSeconds(17)));
        StepVerifier.create(provider.chat(REQUEST))
                .expectErrorSatisfies(
                        error -> assertThat(error).isInstanceOfSatisfying(ChatException.CallFailed.class, failed -> {
                            assertThat(failed.failure().kind()).isEqualTo(FailureKind.RATE_LIMITED);
                            assertThat(failed.failure().status()).isEqualTo(429);
                            assertThat(failed.failure().retryAfter()).isEqualTo(Duration.ofSeconds(17));
                        }))
                .verify(LIMIT);
        StepVerifier.create(provider.stream(REQUEST))
                .expectErrorSatisfies(
                        error -> assertThat(error).isInstanceOfSatisfying(ChatException.class, failed -> assertThat(
                                        failed.failure().retryAfter())
                                .isEqualTo(Duration.ofSeconds(17))))
                .verify(LIMIT);
    }

    @Test
    void refusedConnectionIsClassified() {
        server.close();
        StepVerifier.create(provider.chat(REQUEST))
                .expectErrorSatisfies(
                        error -> assertThat(error).isInstanceOfSatisfying(ChatException.class, failed -> assertThat(
                                        failed.failure().kind())
                                .isEqualTo(FailureKind.CONNECT)))
                .verify(LIMIT);
    }

    @Test
    void streamThatEndsWithoutFinishReasonHasNoFinish() {
        server.always(ScriptedReply.tokens(TOKENS).withoutFinish().withoutTerminal());
        StepVerifier.create(ChatResponseAggregator.collect(provider.stream(REQUEST)))
                .expectErrorSatisfies(
                        error -> assertThat(error).isInstanceOfSatisfying(ChatException.class, failed -> assertThat(
                                        failed.failure().kind())
                                .isEqualTo(FailureKind.TRUNCATED)))
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
    void cancelClosesTheSocketWithTheNextBytes() {
        // The SDK closes a connection under the lock of the thread that reads from it.
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
    void cancelDoesNotWaitForTheModel() {
        CountDownLatch closing = new CountDownLatch(1);
        ChatModel stuck = new Templated(new RetryTemplate()) {
            @Override
            public Flux<org.springframework.ai.chat.model.ChatResponse> stream(Prompt prompt) {
                return Flux.concat(Flux.just(call(prompt)), Flux.never()).doOnCancel(() -> await(closing));
            }
        };
        StepVerifier.create(provider(stuck).stream(REQUEST))
                .expectNextCount(1)
                .thenCancel()
                .verify(LIMIT);
        assertThat(closing.getCount()).isOne();
        closing.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void partsThatSpringAiHasNoWordForAreReported() {
        server.always(ScriptedReply.text(TEXT));
        List<ProviderEvent> events = new ArrayList<>();
        ChatRequest request = REQUEST.withSeed(7)
                .withTools(List.of(Tool.of("weather", "Weather")))
                .withToolChoice(ToolSet.Choice.required());
        provider.chat(request)
                .contextWrite(CallScope.reportingTo(events::add)::in)
                .block(LIMIT);
        assertThat(events)
                .extracting(ProviderEvent::toString)
                .containsExactly(
                        "spring/gpt-5.6 is asked without seed, which it does not accept",
                        "spring/gpt-5.6 is asked without tool choice, which it does not accept");
    }

    @Test
    void modelThatRetriesByItselfIsWarnedOfOnce() {
        assertThat(warnings).isEmpty();
        SpringAiProvider retrying = provider(model(2));
        retrying.chat(REQUEST).block(LIMIT);
        retrying.chat(REQUEST).block(LIMIT);
        assertThat(warnings).singleElement().asString().contains("spring", "up to 2 times", "maxRetries");
    }

    @Test
    void modelWithRetryTemplateIsWarnedOf() {
        provider(new Templated(new RetryTemplate()));
        assertThat(warnings).singleElement().asString().contains("spring.ai.retry.max-attempts");
    }

    @Test
    void modelWithoutStreamingFailsTyped() {
        SpringAiProvider silent = provider(new Templated(new RetryTemplate()));
        StepVerifier.create(silent.stream(REQUEST))
                .expectErrorSatisfies(
                        error -> assertThat(error).isInstanceOfSatisfying(ChatException.class, failed -> assertThat(
                                        failed.failure().kind())
                                .isEqualTo(FailureKind.UNSUPPORTED)))
                .verify(LIMIT);
    }

    @Test
    void streamOfModelThatNeverGivesFinishReasonEndsOnRequest() {
        ChatModel lax = new Templated(new RetryTemplate()) {
            @Override
            public Flux<org.springframework.ai.chat.model.ChatResponse> stream(Prompt prompt) {
                return Flux.just(call(prompt));
            }
        };
        SpringAiProvider accepted =
                SpringAiProvider.builder("lax", lax).finishReasonRequired(false).build();
        assertThat(ChatResponseAggregator.collect(accepted.stream(REQUEST))
                        .block(LIMIT)
                        .text())
                .isEqualTo("templated");
        StepVerifier.create(provider(lax).stream(REQUEST)).expectNextCount(1).verifyComplete();
    }

    private static class Templated implements ChatModel {
        private final RetryTemplate retryTemplate;

        Templated(RetryTemplate retryTemplate) {
            this.retryTemplate = retryTemplate;
        }

        @Override
        public org.springframework.ai.chat.model.ChatResponse call(Prompt prompt) {
            assertThat(retryTemplate).isNotNull();
            return new org.springframework.ai.chat.model.ChatResponse(
                    List.of(new Generation(new AssistantMessage("templated"))));
        }
    }
}
