package dev.understudy.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.FailureKind;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedReply.FaultPoint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.chat.client.AdvisorParams;
import org.springframework.ai.chat.client.advisor.MessageChatMemoryAdvisor;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.chat.memory.MessageWindowChatMemory;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.ai.retry.TransientAiException;
import org.springframework.ai.tool.annotation.Tool;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class ChatClientTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String[] TOKENS =
            "The answer goes on, word by word, until its very last word.".split("(?<=\\G.{4})");
    private static final ScriptedReply ANSWER = ScriptedReply.tokens(TOKENS);
    private static final String TEXT = String.join("", TOKENS);

    private final TwoServers servers = new TwoServers();

    @AfterEach
    void close() {
        servers.close();
    }

    @Test
    void answerOfOneServerArrivesWithMetadata() {
        servers.first.always(ANSWER);
        ChatResponse response = servers.client.prompt().user("Hi").call().chatResponse();
        assertThat(response).isNotNull();
        assertThat(response.getResult().getOutput().getText()).isEqualTo(TEXT);
        assertThat(response.getResult().getMetadata().getFinishReason()).isEqualTo("STOP");
        assertThat(UnderstudyChatModel.servedBy(response).provider()).isEqualTo("first");
        assertThat(response.getMetadata().<Boolean>get("understudy.fallback")).isFalse();
    }

    @Test
    void callFailsOverToTheNextProvider() {
        servers.first.always(ScriptedReply.error(503, "overloaded_error", "Overloaded"));
        servers.second.always(ANSWER);
        ChatResponse response = servers.client.prompt().user("Hi").call().chatResponse();
        assertThat(response.getResult().getOutput().getText()).isEqualTo(TEXT);
        assertThat(response.getMetadata().<String>get("understudy.provider")).isEqualTo("second");
        assertThat(response.getMetadata().<Integer>get("understudy.attempts")).isEqualTo(2);
    }

    @ParameterizedTest(name = "after {0} tokens")
    @ValueSource(ints = {1, 2, 7, 13})
    void streamSurvivesVendorThatDiesInMidAnswer(int tokens) {
        servers.first.always(ANSWER.reset(FaultPoint.tokens(tokens)));
        servers.second.always(ANSWER);
        assertThat(text(
                        servers
                                .client
                                .prompt()
                                .user("Hi")
                                .options(UnderstudyChatOptions.builder().temperature(0.0))
                                .stream()
                                .content()))
                .isEqualTo(TEXT);
        assertThat(servers.first.calls()).hasSize(1);
        assertThat(servers.second.calls()).hasSize(1);
    }

    @Test
    void toolIsCalledOnceWhenBothStreamsOfTheTurnAreCut() {
        Weather weather = new Weather();
        ScriptedReply call = ScriptedReply.toolCall("call_1", "weather", "{\"city\":\"Ulm\"}");
        servers.first
                .when(request -> !hasResult(request), call.cut(FaultPoint.tokens(1)))
                .when(ChatClientTest::hasResult, ANSWER.reset(FaultPoint.tokens(5)));
        servers.second.when(request -> !hasResult(request), call).when(ChatClientTest::hasResult, ANSWER);
        String text = text(
                servers.client.prompt().user("Weather?").tools(weather).stream().content());
        assertThat(text).isEqualTo(TEXT);
        assertThat(weather.calls).hasValue(1);
        assertThat(servers.second.calls()).last().satisfies(request -> assertThat(request.text())
                .contains("\"tool_calls\"", "sunny in Ulm"));
    }

    @Test
    void toolIsCalledOnceByCall() {
        Weather weather = new Weather();
        servers.first.always(ScriptedReply.error(503, "overloaded_error", "Overloaded"));
        servers.second
                .when(request -> !hasResult(request), ScriptedReply.toolCall("call_1", "weather", "{\"city\":\"Ulm\"}"))
                .when(ChatClientTest::hasResult, ANSWER);
        assertThat(servers.client
                        .prompt()
                        .user("Weather?")
                        .tools(weather)
                        .call()
                        .content())
                .isEqualTo(TEXT);
        assertThat(weather.calls).hasValue(1);
    }

    @Test
    void memoryHoldsTheAnswerThatWasTakenOver() {
        servers.first.always(ANSWER.reset(FaultPoint.tokens(3)));
        servers.second.always(ANSWER);
        ChatMemory memory = MessageWindowChatMemory.builder().build();
        MessageChatMemoryAdvisor advisor =
                MessageChatMemoryAdvisor.builder(memory).build();
        text(servers
                .client
                .prompt()
                .user("Hi")
                .advisors(spec -> spec.advisors(advisor).param(ChatMemory.CONVERSATION_ID, "one"))
                .stream()
                .content());
        assertThat(memory.get("one"))
                .extracting(org.springframework.ai.chat.messages.Message::getText)
                .containsExactly("Hi", TEXT);
    }

    @Test
    void structuredAnswerBecomesAnEntity() {
        servers.first.always(ScriptedReply.text("{\"name\":\"Ulm\",\"people\":126000}"));
        assertThat(servers.client.prompt().user("Ulm?").call().entity(City.class))
                .isEqualTo(new City("Ulm", 126_000));
        assertThat(servers.client
                        .prompt()
                        .user("Ulm?")
                        .advisors(AdvisorParams.ENABLE_NATIVE_STRUCTURED_OUTPUT)
                        .call()
                        .entity(City.class))
                .isEqualTo(new City("Ulm", 126_000));
        List<RecordedRequest> calls = servers.first.calls();
        assertThat(calls.get(0).text()).doesNotContain("json_schema");
        assertThat(calls.get(1).text()).contains("json_schema").doesNotContain("RFC8259");
    }

    @Test
    void cancelBeforeTheFirstTokenClosesTheSocket() {
        servers.first.always(ANSWER.stall(FaultPoint.headers()));
        StepVerifier.create(servers.client.prompt().user("Hi").stream().content())
                .expectSubscription()
                .then(() -> servers.first.arrivals().blockFirst(LIMIT))
                .thenCancel()
                .verify(LIMIT);
        assertThat(endOf(servers)).isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
    }

    @Test
    void cancelAfterTheFirstTokenClosesTheSocket() {
        servers.first.always(ANSWER.stall(FaultPoint.tokens(4)));
        StepVerifier.create(servers.client.prompt().user("Hi").stream().content())
                .expectNextCount(1)
                .thenCancel()
                .verify(LIMIT);
        assertThat(endOf(servers)).isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
    }

    @Test
    void failuresArriveAsExceptionsOfSpringAi() {
        servers.first.always(ScriptedReply.error(401, "authentication_error", "invalid x-api-key"));
        servers.second.always(ScriptedReply.error(401, "authentication_error", "invalid x-api-key"));
        assertThatThrownBy(() -> servers.client.prompt().user("Hi").call().content())
                .isInstanceOf(NonTransientAiException.class)
                .cause()
                .isInstanceOfSatisfying(
                        ChatException.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(FailureKind.AUTH));
    }

    @Test
    void cutStreamFailsAsTransientWithThePartialAnswer() {
        servers.first.always(ANSWER.reset(FaultPoint.tokens(6)));
        servers.second.always(ScriptedReply.error(503, "overloaded_error", "Overloaded"));
        StepVerifier.create(servers.client.prompt().user("Hi").stream().content())
                .thenConsumeWhile(text -> true)
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(TransientAiException.class)
                        .cause()
                        .isInstanceOfSatisfying(ChatException.PartialAnswer.class, cut -> assertThat(TEXT)
                                .startsWith(cut.partial().text())))
                .verify(LIMIT);
    }

    private static boolean hasResult(RecordedRequest request) {
        return request.text().contains("\"role\":\"tool\"");
    }

    private static String text(Flux<String> content) {
        return content.collectList().map(parts -> String.join("", parts)).block(LIMIT);
    }

    private static RecordedRequest.Ending endOf(TwoServers servers) {
        return Mono.from(servers.first.endings()).block(LIMIT).ending();
    }

    record City(String name, int people) {}

    static final class Weather {
        final AtomicInteger calls = new AtomicInteger();

        @Tool(description = "Weather of a city")
        String weather(String city) {
            calls.incrementAndGet();
            return "sunny in " + city;
        }
    }
}
