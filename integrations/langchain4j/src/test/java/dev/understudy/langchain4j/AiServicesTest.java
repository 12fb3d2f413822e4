package dev.understudy.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.Result;
import dev.langchain4j.service.TokenStream;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.FailureKind;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedReply.FaultPoint;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** AI services of LangChain4j over servers that fail. */
class AiServicesTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String[] TOKENS =
            "The answer goes on, word by word, until its very last word.".split("(?<=\\G.{4})");
    private static final ScriptedReply ANSWER = ScriptedReply.tokens(TOKENS);
    private static final String TEXT = String.join("", TOKENS);

    private final TwoServers servers = new TwoServers();
    private final Weather weather = new Weather();
    private final MessageWindowChatMemory memory = MessageWindowChatMemory.withMaxMessages(20);
    private final Assistant assistant = AiServices.builder(Assistant.class)
            .chatModel(servers.model)
            .streamingChatModel(servers.streaming)
            .chatMemory(memory)
            .tools(weather)
            .build();

    interface Assistant {
        Result<String> ask(String question);

        City city(String question);

        TokenStream stream(String question);
    }

    record City(String name, int people) {}

    static final class Weather {
        final AtomicInteger calls = new AtomicInteger();

        @Tool("Weather of a city")
        String weather(String city) {
            calls.incrementAndGet();
            return "sunny in " + city;
        }
    }

    @AfterEach
    void close() {
        servers.close();
    }

    @Test
    void answerFailsOverToTheNextProvider() {
        servers.first.always(ScriptedReply.error(503, "overloaded_error", "Overloaded"));
        servers.second.always(ANSWER);
        Result<String> result = assistant.ask("Hi");
        assertThat(result.content()).isEqualTo(TEXT);
        assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void toolIsCalledOnce() {
        servers.first.always(ScriptedReply.error(503, "overloaded_error", "Overloaded"));
        servers.second
                .when(request -> !hasResult(request), ScriptedReply.toolCall("call_1", "weather", "{\"city\":\"Ulm\"}"))
                .when(AiServicesTest::hasResult, ANSWER);
        assertThat(assistant.ask("Weather?").content()).isEqualTo(TEXT);
        assertThat(weather.calls).hasValue(1);
        assertThat(servers.second.calls()).last().satisfies(request -> assertThat(request.text())
                .contains("\"tool_calls\"", "sunny in "));
    }

    @Test
    void structuredAnswerBecomesAnObject() {
        servers.first.always(ScriptedReply.text("{\"name\":\"Ulm\",\"people\":126000}"));
        assertThat(assistant.city("Ulm?")).isEqualTo(new City("Ulm", 126_000));
        assertThat(servers.first.calls().get(0).text()).contains("json_schema", "\"people\"");
    }

    @ParameterizedTest(name = "after {0} tokens")
    @ValueSource(ints = {1, 2, 7, 13})
    void tokenStreamSurvivesVendorThatDiesInMidAnswer(int tokens) {
        servers.first.always(ANSWER.reset(FaultPoint.tokens(tokens)));
        servers.second.always(ANSWER);
        Streamed streamed = new Streamed(assistant.stream("Hi"));
        assertThat(streamed.end().aiMessage().text()).isEqualTo(TEXT);
        assertThat(streamed.text).hasToString(TEXT);
        assertThat(servers.first.calls()).hasSize(1);
        assertThat(servers.second.calls()).hasSize(1);
        assertThat(memory.messages()).last().isEqualTo(AiMessage.from(TEXT));
    }

    @Test
    void toolIsCalledOnceWhenBothStreamsOfTheTurnAreCut() {
        ScriptedReply call = ScriptedReply.toolCall("call_1", "weather", "{\"city\":\"Ulm\"}");
        servers.first
                .when(request -> !hasResult(request), call.cut(FaultPoint.tokens(1)))
                .when(AiServicesTest::hasResult, ANSWER.reset(FaultPoint.tokens(5)));
        servers.second.when(request -> !hasResult(request), call).when(AiServicesTest::hasResult, ANSWER);
        Streamed streamed = new Streamed(assistant.stream("Weather?"));
        assertThat(streamed.end().aiMessage().text()).isEqualTo(TEXT);
        assertThat(streamed.text).hasToString(TEXT);
        assertThat(weather.calls).hasValue(1);
        assertThat(memory.messages())
                .extracting(ChatMessage::type)
                .extracting(Enum::name)
                .containsExactly("USER", "AI", "TOOL_EXECUTION_RESULT", "AI");
    }

    @Test
    void cancelBeforeTheFirstTokenClosesTheSocket() {
        servers.first.always(ANSWER.stall(FaultPoint.headers()));
        CompletableFuture<ChatResponse> answer =
                servers.model.chatAsync(dev.langchain4j.model.chat.request.ChatRequest.builder()
                        .messages(dev.langchain4j.data.message.UserMessage.from("Hi"))
                        .build());
        servers.first.arrivals().blockFirst(LIMIT);
        answer.cancel(true);
        assertThat(ending()).isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
    }

    @Test
    void cancelAfterTheFirstTokenClosesTheSocket() {
        servers.first.always(ANSWER.stall(FaultPoint.tokens(4)));
        CompletableFuture<StreamingHandle> cancelled = new CompletableFuture<>();
        CompletableFuture<Object> ended = new CompletableFuture<>();
        assistant.stream("Hi")
                .onPartialResponseWithContext((text, context) -> {
                    context.streamingHandle().cancel();
                    cancelled.complete(context.streamingHandle());
                })
                .onCompleteResponse(ended::complete)
                .onError(ended::complete)
                .start();
        assertThat(cancelled.orTimeout(30, TimeUnit.SECONDS).join().isCancelled())
                .isTrue();
        assertThat(ending()).isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
        assertThat(ended).isNotDone();
    }

    @Test
    void failuresArriveAsExceptionsOfLangChain4j() {
        servers.first.always(ScriptedReply.error(401, "authentication_error", "invalid x-api-key"));
        servers.second.always(ScriptedReply.error(401, "authentication_error", "invalid x-api-key"));
        assertThatThrownBy(() -> assistant.ask("Hi"))
                .isInstanceOf(AuthenticationException.class)
                .cause()
                .isInstanceOfSatisfying(
                        ChatException.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(FailureKind.AUTH));
    }

    @Test
    void cutStreamFailsWithThePartialAnswer() {
        servers.first.always(ANSWER.reset(FaultPoint.tokens(6)));
        servers.second.always(ScriptedReply.error(503, "overloaded_error", "Overloaded"));
        Streamed streamed = new Streamed(assistant.stream("Hi"));
        assertThatThrownBy(streamed::end)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(InternalServerException.class)
                .cause()
                .isInstanceOfSatisfying(ChatException.PartialAnswer.class, cut -> assertThat(TEXT)
                        .startsWith(cut.partial().text()));
    }

    private RecordedRequest.Ending ending() {
        return Mono.from(servers.first.endings()).block(LIMIT).ending();
    }

    private static boolean hasResult(RecordedRequest request) {
        return request.text().contains("\"role\":\"tool\"");
    }

    private static final class Streamed {
        final StringBuffer text = new StringBuffer();
        private final CompletableFuture<ChatResponse> end = new CompletableFuture<>();

        Streamed(TokenStream stream) {
            stream.onPartialResponse(text::append)
                    .onCompleteResponse(end::complete)
                    .onError(end::completeExceptionally)
                    .start();
        }

        ChatResponse end() {
            return end.orTimeout(30, TimeUnit.SECONDS).join();
        }
    }
}
