package dev.understudy.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class SseWriterTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final StreamChunk FINISH =
            new StreamChunk.Finish(FinishReason.STOP, Usage.of(3, 4), VendorMetadata.none(), ServedBy.by("p", "m"));
    private static final SseWriter WRITER = SseWriter.of("m").withKeepAlive(null);

    private static StreamChunk text(String text) {
        return new StreamChunk.Text(text);
    }

    /** What a client reads: the JSON of each event that is no comment. */
    private static List<JsonNode> read(String body) {
        List<JsonNode> events = new ArrayList<>();
        for (String event : body.split("\n\n")) {
            if (event.startsWith("data: {")) {
                events.add(JSON.readTree(event.substring(6)));
            }
        }
        return events;
    }

    private static String write(SseWriter writer, Flux<StreamChunk> stream) {
        return String.join("", writer.write(stream).collectList().block());
    }

    @Test
    void missingUsageIsNotInvented() {
        assertThat(lastEvents(Usage.none())).doesNotContain("prompt_tokens").endsWith("data: [DONE]\n\n");
    }

    @Test
    void anEstimatedUsageIsMarked() {
        assertThat(lastEvents(Usage.of(7, 3).withEstimated(true)))
                .contains("\"prompt_tokens\":7")
                .contains("\"estimated\":true");
        assertThat(lastEvents(Usage.of(7, 3))).contains("\"prompt_tokens\":7").doesNotContain("estimated");
    }

    private static String lastEvents(Usage usage) {
        return String.join(
                "",
                SseWriter.of("m")
                        .write(Flux.just(
                                new StreamChunk.Text("hi"),
                                new StreamChunk.Finish(
                                        FinishReason.STOP, usage, VendorMetadata.none(), ServedBy.by("p", "m"))))
                        .collectList()
                        .block());
    }

    @Test
    void aStreamIsWrittenAsOpenAiClientsReadIt() {
        String body = write(
                WRITER,
                Flux.just(
                        new StreamChunk.Reasoning("hm", null),
                        text("Hel"),
                        text("lo\n\"you\""),
                        new StreamChunk.ToolCallPart(0, "1", "clock", "{"),
                        new StreamChunk.ToolCallDone(0, new ToolCall("1", "clock", "{}")),
                        FINISH));
        List<JsonNode> events = read(body);
        assertThat(events).hasSize(6);
        JsonNode first = events.get(0);
        assertThat(first.get("object").asString()).isEqualTo("chat.completion.chunk");
        assertThat(first.get("model").asString()).isEqualTo("m");
        assertThat(delta(first).get("role").asString()).isEqualTo("assistant");
        assertThat(delta(first).get("reasoning_content").asString()).isEqualTo("hm");
        assertThat(delta(events.get(1)).get("content").asString()).isEqualTo("Hel");
        assertThat(delta(events.get(1)).has("role")).isFalse();
        assertThat(delta(events.get(2)).get("content").asString()).isEqualTo("lo\n\"you\"");
        JsonNode call = delta(events.get(3)).get("tool_calls").get(0);
        assertThat(call.get("function").get("arguments").asString()).isEqualTo("{}");
        assertThat(events.get(4).get("choices").get(0).get("finish_reason").asString())
                .isEqualTo("stop");
        assertThat(events.get(5).get("usage").get("total_tokens").asInt()).isEqualTo(7);
        assertThat(body).endsWith("data: [DONE]\n\n");
    }

    @Test
    void lastEventHasUsageAndEarlierOnesHaveNull() {
        StreamChunk finish = new StreamChunk.Finish(
                FinishReason.STOP,
                Usage.of(30, 20).withCachedInput(12).withReasoning(5),
                VendorMetadata.none(),
                ServedBy.by("p", "m"));
        StreamChunk switched = new StreamChunk.Switched("one", "two", FailureKind.TIMEOUT, 1);
        StreamChunk reset = new StreamChunk.Reset(0, FailureKind.TIMEOUT);
        List<JsonNode> events = read(write(
                WRITER.withTakeoverEvents(true),
                Flux.just(
                        text("a"),
                        switched,
                        reset,
                        new StreamChunk.Reasoning("hm", null),
                        new StreamChunk.ToolCallDone(0, new ToolCall("1", "clock", "{}")),
                        finish)));
        assertThat(events).hasSize(7);
        assertThat(events.subList(0, 6))
                .allSatisfy(event -> assertThat(event.get("usage").isNull()).isTrue());
        assertThat(events.get(6).get("choices")).isEmpty();
        assertThat(events.get(6).get("usage"))
                .isEqualTo(JSON.readTree("{\"prompt_tokens\":30,\"completion_tokens\":20,\"total_tokens\":50,"
                        + "\"prompt_tokens_details\":{\"cached_tokens\":12},"
                        + "\"completion_tokens_details\":{\"reasoning_tokens\":5}}"));
        assertThat(write(WRITER.withUsage(false), Flux.just(text("a"), finish))).doesNotContain("usage");
    }

    @Test
    void answerWithoutTextHasARole() {
        List<JsonNode> events = read(write(WRITER.withUsage(false), Flux.just(FINISH)));
        assertThat(events).hasSize(1);
        assertThat(delta(events.get(0)).get("role").asString()).isEqualTo("assistant");
    }

    @Test
    void whatFailsBehindTheFinishDoesNotSpoilTheAnswer() {
        Flux<StreamChunk> late = Flux.just(text("a"), FINISH).concatWith(Flux.error(new IllegalStateException("late")));
        assertThat(write(WRITER, late)).endsWith("data: [DONE]\n\n").doesNotContain("error");
    }

    @Test
    void aSignOfLifeNeedsSomeTimeBetween() {
        for (Duration never : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
            assertThatIllegalArgumentException().isThrownBy(() -> WRITER.withKeepAlive(never));
        }
    }

    private static JsonNode delta(JsonNode event) {
        return event.get("choices").get(0).get("delta");
    }

    @Test
    void anyTextSurvivesTheWriting() {
        Cases.play("server-sent events", 10, random -> {
            String text = Texts.any(random) + (char) random.nextInt(0xD7FF) + "\u2028\u0000\u007f";
            StringBuilder read = new StringBuilder();
            for (JsonNode event : read(write(WRITER.withUsage(false), Flux.just(text(text), FINISH)))) {
                JsonNode content = delta(event).get("content");
                read.append(content == null ? "" : content.asString());
            }
            assertThat(read.toString()).isEqualTo(text);
        });
    }

    @Test
    void aFailingStreamEndsWithAnErrorEventAndTheError() {
        ChatException.CallFailed failed = new ChatException.CallFailed(Failure.of(FailureKind.OVERLOADED, "busy"));
        StepVerifier.create(WRITER.write(Flux.just(text("a")).concatWith(Flux.error(failed))), 1)
                .expectNextCount(1)
                .thenRequest(1)
                .assertNext(event -> {
                    JsonNode error = read(event).get(0).get("error");
                    assertThat(error.get("type").asString()).isEqualTo("overloaded");
                    assertThat(error.get("message").asString()).contains("busy");
                })
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(failed));
    }

    @Test
    void aStreamWithoutFinishNeverLooksComplete() {
        StepVerifier.create(WRITER.write(Flux.just(text("a"))))
                .expectNextCount(1)
                .assertNext(event -> assertThat(event).contains("\"error\"").doesNotContain("[DONE]"))
                .verifyError(ChatException.CallFailed.class);
    }

    @Test
    void errorsThatAreNotOursAreNotRepeated() {
        StepVerifier.create(WRITER.write(Flux.error(new IllegalStateException("password: 1234"))))
                .assertNext(
                        event -> assertThat(event).contains("The answer failed").doesNotContain("1234"))
                .verifyError(IllegalStateException.class);
    }

    @Test
    void aTakeoverIsAComment() {
        StreamChunk switched = new StreamChunk.Switched("one", "two", FailureKind.TIMEOUT, 12);
        assertThat(write(WRITER, Flux.just(text("a"), switched, text("b"), FINISH)))
                .contains("\n\n: two goes on for one at 12, timeout\n\n");
        JsonNode event = read(write(WRITER.withTakeoverEvents(true), Flux.just(text("a"), switched, FINISH)))
                .get(1);
        assertThat(event.get("understudy").get("switched").get("to").asString()).isEqualTo("two");
        assertThat(event.get("choices")).isEmpty();
    }

    @Test
    void reasoningThatIsTakenBackIsFollowedByTheAnswer() {
        StreamChunk reset = new StreamChunk.Reset(0, FailureKind.EMPTY);
        String written = write(WRITER, Flux.just(new StreamChunk.Reasoning("hm", null), reset, text("b"), FINISH));
        assertThat(written).contains("\"hm\"", "\"b\"").endsWith("data: [DONE]\n\n");
    }

    @Test
    void resetIsWrittenOnlyForClientsThatAllowIt() {
        StreamChunk reset = new StreamChunk.Reset(0, FailureKind.TIMEOUT);
        StepVerifier.create(WRITER.write(Flux.just(text("a"), reset, text("b"), FINISH)))
                .expectNextCount(1)
                .assertNext(event -> assertThat(event).contains("taken back"))
                .verifyError(ChatException.CallFailed.class);
        assertThat(write(WRITER, Flux.just(reset, text("b"), FINISH))).contains("\"b\"");
        assertThat(read(write(WRITER.withTakeoverEvents(true), Flux.just(text("a"), reset, text("b"), FINISH)))
                        .get(1)
                        .get("understudy")
                        .get("reset")
                        .get("offset")
                        .asInt())
                .isZero();
    }

    @Test
    void silentStreamGetsKeepAliveComments() {
        StepVerifier.withVirtualTime(() -> WRITER.withKeepAlive(Duration.ofSeconds(10))
                        .write(Flux.concat(
                                Flux.just(text("a")), Flux.just(FINISH).delaySubscription(Duration.ofSeconds(25)))))
                .expectSubscription()
                .expectNextCount(1)
                .expectNoEvent(Duration.ofSeconds(10))
                .expectNext(": keep-alive\n\n")
                .expectNoEvent(Duration.ofSeconds(10))
                .expectNext(": keep-alive\n\n")
                .thenAwait(Duration.ofSeconds(5))
                .expectNextCount(1)
                .verifyComplete();
    }

    @Test
    void noKeepAliveWithoutDemand() {
        StepVerifier.withVirtualTime(
                        () -> WRITER.withKeepAlive(Duration.ofSeconds(10)).write(Flux.never()), 0)
                .expectSubscription()
                .expectNoEvent(Duration.ofSeconds(35))
                .thenRequest(1)
                .thenAwait(Duration.ofSeconds(10))
                .expectNext(": keep-alive\n\n")
                .expectNoEvent(Duration.ofSeconds(35))
                .thenCancel()
                .verify();
    }
}
