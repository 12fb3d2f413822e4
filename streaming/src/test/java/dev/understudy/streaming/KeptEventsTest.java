package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class KeptEventsTest {

    private static final SseWriter WRITER = SseWriter.of("m").withKeepAlive(null);
    private static final List<PositionedChunk> CHUNKS = List.of(
            new PositionedChunk("s", 1, new StreamChunk.Text("Hello ")),
            new PositionedChunk("s", 2, new StreamChunk.Switched("a", "b", FailureKind.TRUNCATED, 6)),
            new PositionedChunk("s", 3, new StreamChunk.Text("world")),
            new PositionedChunk(
                    "s",
                    4,
                    new StreamChunk.Finish(
                            FinishReason.STOP, Usage.of(1, 2), VendorMetadata.none(), ServedBy.by("b", "m"))));

    private static List<String> events(List<PositionedChunk> chunks) {
        return WRITER.writeKept(Flux.fromIterable(chunks)).collectList().block();
    }

    @Test
    void eventsHaveTheIdOfTheirChunk() {
        List<String> events = events(CHUNKS);

        assertThat(events).hasSize(4);
        assertThat(events.get(0)).startsWith("id: s.1\ndata: {").contains("\"role\":\"assistant\"");
        assertThat(events.get(1)).startsWith(": ").doesNotContain("id:");
        assertThat(events.get(2)).startsWith("id: s.3\ndata: {");
    }

    @Test
    void lastOfSeveralEventsHasTheId() {
        String end = events(CHUNKS).get(3);

        assertThat(end).startsWith("data: {").endsWith("\n\nid: s.4\ndata: [DONE]\n\n");
        assertThat(end.split("id: ")).hasSize(2);
    }

    @Test
    void readerThatContinuesGetsTheSameEvents() {
        List<String> all = events(CHUNKS);
        for (int after = 1; after < CHUNKS.size(); after++) {
            assertThat(events(CHUNKS.subList(after, CHUNKS.size())).stream()
                            .map(KeptEventsTest::withoutTime)
                            .toList())
                    .isEqualTo(all.subList(after, all.size()).stream()
                            .map(KeptEventsTest::withoutTime)
                            .toList());
        }
    }

    private static String withoutTime(String event) {
        return event.replaceAll("\"created\":\\d+", "");
    }

    @Test
    void readerOfAllChunksGetsNoEvent() {
        assertThat(events(List.of())).isEmpty();
    }

    @Test
    void streamThatIsNotKeptHasNoIds() {
        assertThat(events(List.of(new PositionedChunk("", 1, new StreamChunk.Text("x")), CHUNKS.get(3))))
                .first()
                .asString()
                .startsWith("data: ");
    }

    @Test
    void retractionFailsForAReaderThatContinues() {
        Flux<PositionedChunk> rest = Flux.just(
                new PositionedChunk("s", 3, new StreamChunk.Text("x")),
                new PositionedChunk("s", 4, new StreamChunk.Reset(5, FailureKind.TRUNCATED)));

        StepVerifier.create(WRITER.writeKept(rest))
                .expectNextCount(1)
                .expectNextMatches(event -> event.startsWith("data: {\"error\""))
                .verifyError(ChatException.CallFailed.class);
    }

    @Test
    void errorBeforeTheFirstChunkIsAnEvent() {
        StepVerifier.create(WRITER.writeKept(Flux.error(new IllegalStateException("secret"))))
                .assertNext(event -> assertThat(event).contains("\"error\"").doesNotContain("secret"))
                .verifyError(IllegalStateException.class);
    }
}
