package dev.understudy.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.streaming.PositionedChunk;
import dev.understudy.streaming.kept.KeptStreamException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class KeptEventsTest {

    @Test
    void eventsOfAKeptStreamHaveTheIdsOfItsChunks() {
        List<ServerSentEvent<Map<String, Object>>> events =
                collected(UnderstudySse.keptEvents(Flux.concat(kept(4, "Hi"), finish())));

        assertThat(events).extracting(ServerSentEvent::id).containsExactly("s.4", "s.5");
        assertThat(events).extracting(ServerSentEvent::event).containsExactly("text", "done");
        List<ServerSentEvent<String>> openAi =
                collected(UnderstudySse.keptOpenAi(Flux.concat(kept(4, "Hi"), finish()), "m"));
        assertThat(openAi).first().satisfies(event -> assertThat(event.id()).isEqualTo("s.4"));
        assertThat(openAi).last().satisfies(event -> {
            assertThat(event.id()).isEqualTo("s.5");
            assertThat(event.data()).isEqualTo(" [DONE]");
        });
    }

    @Test
    void readerOfAllChunksGetsNoEvent() {
        StepVerifier.create(UnderstudySse.keptEvents(Flux.empty())).verifyComplete();
        StepVerifier.create(UnderstudySse.keptOpenAi(Flux.empty(), "m")).verifyComplete();
    }

    @Test
    void cutKeptStreamIsAnError() {
        assertThat(collected(UnderstudySse.keptEvents(kept(1, "Hi"))))
                .extracting(ServerSentEvent::event)
                .containsExactly("text", "error");
    }

    @Test
    void keptStreamThatIsGoneFailsTheResponse() {
        for (Map.Entry<KeptStreamException.Reason, Integer> one : Map.of(
                        KeptStreamException.Reason.UNKNOWN, 404,
                        KeptStreamException.Reason.POSITION_LOST, 410,
                        KeptStreamException.Reason.CANCELLED, 410,
                        KeptStreamException.Reason.FULL, 503,
                        KeptStreamException.Reason.UNAVAILABLE, 503)
                .entrySet()) {
            Flux<PositionedChunk> failed = Flux.error(new KeptStreamException(one.getKey()));
            for (Flux<?> events : List.of(UnderstudySse.keptEvents(failed), UnderstudySse.keptOpenAi(failed, "m"))) {
                StepVerifier.create(events).verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(ResponseStatusException.class, response -> assertThat(
                                        response.getStatusCode().value())
                                .isEqualTo(one.getValue())));
            }
        }
    }

    @Test
    void storeThatFailsAfterTextAbortsTheResponse() {
        StepVerifier.create(UnderstudySse.keptEvents(kept(1, "Hi")
                        .concatWith(Flux.error(new KeptStreamException(KeptStreamException.Reason.UNAVAILABLE)))))
                .expectNextCount(1)
                .verifyError(ResponseStatusException.class);
        assertThat(collected(UnderstudySse.keptEvents(kept(1, "Hi")
                        .concatWith(Flux.error(new KeptStreamException(KeptStreamException.Reason.CANCELLED))))))
                .extracting(ServerSentEvent::event)
                .containsExactly("text", "error");
    }

    @Test
    void storeThatFailsAfterTextAbortsTheResponseWithoutAnEvent() {
        Flux<PositionedChunk> lost =
                kept(1, "Hi").concatWith(Flux.error(new KeptStreamException(KeptStreamException.Reason.UNAVAILABLE)));
        StepVerifier.create(UnderstudySse.keptOpenAi(lost, "m"))
                .expectNextCount(1)
                .verifyError(ResponseStatusException.class);
    }

    @Test
    void cancelledStreamIsAnErrorForClientsOfOpenAi() {
        Flux<PositionedChunk> cancelled =
                kept(1, "Hi").concatWith(Flux.error(new KeptStreamException(KeptStreamException.Reason.CANCELLED)));
        StepVerifier.create(UnderstudySse.keptOpenAi(cancelled, "m"))
                .expectNextCount(1)
                .assertNext(event -> assertThat(event.data()).contains("\"error\""))
                .verifyError(ResponseStatusException.class);
    }

    @Test
    void streamThatBeginsWithATakeoverHasItsRole() {
        Flux<PositionedChunk> stream = Flux.concat(switched(1), kept(2, "Hi"), finish());
        List<ServerSentEvent<String>> events = collected(UnderstudySse.keptOpenAi(stream, "m"));

        assertThat(events).hasSize(4).noneMatch(event -> event.comment() != null);
        assertThat(events.get(0).data()).contains("\"role\":\"assistant\"", "\"content\":\"Hi\"");
        assertThat(events.get(0).id()).isEqualTo("s.2");
    }

    @Test
    void retractionBeforeTextHarmsNoReaderFromTheBeginning() {
        Flux<PositionedChunk> stream = Flux.concat(
                switched(1),
                Flux.just(new PositionedChunk("s", 2, new StreamChunk.Reset(0, FailureKind.TIMEOUT))),
                kept(3, "Hi"),
                finish());

        assertThat(collected(UnderstudySse.keptOpenAi(stream, "m")))
                .noneMatch(event -> String.valueOf(event.data()).contains("\"error\""));
    }

    private static Flux<PositionedChunk> switched(long position) {
        return Flux.just(
                new PositionedChunk("s", position, new StreamChunk.Switched("a", "b", FailureKind.TIMEOUT, 0)));
    }

    private static Flux<PositionedChunk> kept(long position, String text) {
        return Flux.just(new PositionedChunk("s", position, new StreamChunk.Text(text)));
    }

    private static Flux<PositionedChunk> finish() {
        return Flux.just(new PositionedChunk(
                "s",
                5,
                new StreamChunk.Finish(
                        FinishReason.STOP, Usage.of(1, 1), VendorMetadata.none(), ServedBy.by("a", "m"))));
    }

    private static <T> List<ServerSentEvent<T>> collected(Flux<ServerSentEvent<T>> events) {
        return Objects.requireNonNull(events.collectList().block());
    }
}
