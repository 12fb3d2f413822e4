package dev.understudy.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.PublisherProbe;
import reactor.test.publisher.TestPublisher;

class UnderstudySseTest {

    private static final ChatException CUT =
            new ChatException.CallFailed(Failure.of(FailureKind.TRUNCATED, "vendor-a was cut"));

    private static final StreamChunk TAKEOVER =
            new StreamChunk.Switched("vendor-a", "vendor-b", FailureKind.TRUNCATED, 2);

    @Test
    void textKeepsItsSpacesAsJson() {
        List<ServerSentEvent<Map<String, Object>>> events =
                events(answer(" Hi", "\n there ").concatWith(finish()));
        assertThat(events).extracting(ServerSentEvent::event).containsExactly("text", "text", "done");
        assertThat(events).extracting(ServerSentEvent::id).containsExactly("1", "2", "3");
        assertThat(data(events, 0)).isEqualTo(Map.of("text", " Hi"));
        assertThat(data(events, 1)).isEqualTo(Map.of("text", "\n there "));
        assertThat(data(events, 2)).containsEntry("finishReason", "stop");
    }

    @Test
    void takeoverIsNotShown() {
        List<ServerSentEvent<Map<String, Object>>> events = events(answer("Hi")
                .concatWith(Flux.just(TAKEOVER))
                .concatWith(answer(" there"))
                .concatWith(finish()));
        assertThat(events.toString()).doesNotContain("vendor");
        assertThat(events).hasSize(3);
    }

    @Test
    void toolCallsAndRetractionsAreEvents() {
        List<ServerSentEvent<Map<String, Object>>> events = events(Flux.<StreamChunk>just(
                        new StreamChunk.ToolCallDone(0, new ToolCall("id-1", "time", "{}")),
                        new StreamChunk.Reset(4, FailureKind.SERVER))
                .concatWith(finish()));
        assertThat(data(events, 0)).containsEntry("name", "time").containsEntry("id", "id-1");
        assertThat(data(events, 1)).isEqualTo(Map.of("keep", 4));
    }

    @Test
    void errorBeforeTheFirstEventFailsTheResponse() {
        StepVerifier.create(UnderstudySse.events(Flux.error(CUT)))
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(CUT));
    }

    @Test
    void errorAfterTextIsTheLastEvent() {
        List<ServerSentEvent<Map<String, Object>>> events = events(answer("Hi").concatWith(Flux.error(CUT)));
        assertThat(events).extracting(ServerSentEvent::event).containsExactly("text", "error");
        assertThat(data(events, 1)).containsEntry("status", 502);
        assertThat(events.toString()).doesNotContain("vendor-a");
    }

    @Test
    void streamWithoutFinishIsAnError() {
        assertThat(events(answer("Hi"))).extracting(ServerSentEvent::event).containsExactly("text", "error");
    }

    /** The comment has committed the status, and a browser that sees no event would ask again. */
    @Test
    void errorAfterACommentIsTheLastEvent() {
        StepVerifier.withVirtualTime(() ->
                        UnderstudySse.events(Flux.<StreamChunk>error(CUT).delaySubscription(Duration.ofSeconds(20))))
                .thenAwait(Duration.ofSeconds(20))
                .assertNext(event -> assertThat(event.comment()).isEqualTo("keep-alive"))
                .assertNext(event -> assertThat(event.event()).isEqualTo("error"))
                .verifyComplete();
    }

    @Test
    void openAiErrorBehindAChunkWithoutAnEventFailsTheResponse() {
        Flux<StreamChunk> stream = Flux.concat(Flux.just(new StreamChunk.Text("")), Flux.error(CUT));
        StepVerifier.create(UnderstudySse.openAi(stream, "m")).verifyError(ChatException.class);
    }

    @Test
    void openAiErrorAfterTextIsTheLastEvent() {
        StepVerifier.create(UnderstudySse.openAi(answer("Hi").concatWith(Flux.error(CUT)), "m"))
                .thenConsumeWhile(event -> !String.valueOf(event.data()).contains("error"))
                .expectNextCount(1)
                .verifyComplete();
    }

    @Test
    void errorsOfTheApplicationAreItsOwn() {
        StepVerifier.create(UnderstudySse.events(answer("Hi").concatWith(Flux.error(new IllegalStateException("own")))))
                .expectNextCount(1)
                .verifyError(IllegalStateException.class);
    }

    @Test
    void cancellationReachesTheStream() {
        PublisherProbe<StreamChunk> probe = PublisherProbe.of(answer("Hi").concatWith(Flux.never()));
        StepVerifier.create(UnderstudySse.events(probe.flux()))
                .expectNextCount(1)
                .thenCancel()
                .verify();
        probe.assertWasCancelled();
    }

    @Test
    void demandReachesTheStream() {
        TestPublisher<StreamChunk> source = TestPublisher.create();
        StepVerifier.create(UnderstudySse.events(source.flux()), 0)
                .then(() -> source.assertMaxRequested(2))
                .thenCancel()
                .verify();
    }

    @Test
    void silenceIsFilledWithComments() {
        StepVerifier.withVirtualTime(() -> UnderstudySse.events(Flux.never()))
                .expectSubscription()
                .expectNoEvent(Duration.ofSeconds(14))
                .thenAwait(Duration.ofSeconds(1))
                .expectNextMatches(event -> "keep-alive".equals(event.comment()))
                .thenCancel()
                .verify();
    }

    @Test
    void openAiFormEndsWithDone() {
        List<ServerSentEvent<String>> events = UnderstudySse.openAi(
                        answer(" Hi").concatWith(Flux.just(TAKEOVER)).concatWith(finish()), "model-x")
                .collectList()
                .block();
        assertThat(events).isNotNull();
        assertThat(events.get(0).data()).startsWith(" {").contains("\"content\":\" Hi\"", "model-x");
        assertThat(events.get(events.size() - 1).data()).isEqualTo(" [DONE]");
        assertThat(events.toString()).doesNotContain("vendor");
    }

    @Test
    void openAiFormFailsBeforeItsFirstEvent() {
        StepVerifier.create(UnderstudySse.openAi(Flux.error(CUT), "model-x"))
                .verifyErrorSatisfies(error ->
                        assertThat(((ChatException) error).failure().kind()).isEqualTo(FailureKind.TRUNCATED));
    }

    @Test
    void openAiFormEndsWithAnErrorThatNamesNoVendor() {
        List<ServerSentEvent<String>> events = UnderstudySse.openAi(answer("Hi").concatWith(Flux.error(CUT)), "model-x")
                .collectList()
                .block();
        assertThat(events).isNotNull().hasSize(2);
        assertThat(events.get(1).data()).contains("\"error\"").doesNotContain("vendor");
    }

    private static Flux<StreamChunk> answer(String... tokens) {
        return Flux.fromArray(tokens).map(StreamChunk.Text::new);
    }

    /** Returns the last chunk of an answer by a provider. */
    private static Flux<StreamChunk> finish() {
        return ScriptedProvider.named("vendor-a").always(ScriptedAnswer.text("x")).stream(ChatRequest.of("any", "Hi"))
                .filter(chunk -> chunk instanceof StreamChunk.Finish);
    }

    private static List<ServerSentEvent<Map<String, Object>>> events(Flux<StreamChunk> stream) {
        return java.util.Objects.requireNonNull(
                UnderstudySse.events(stream).collectList().block());
    }

    private static Map<String, Object> data(List<ServerSentEvent<Map<String, Object>>> events, int index) {
        return java.util.Objects.requireNonNull(events.get(index).data());
    }
}
