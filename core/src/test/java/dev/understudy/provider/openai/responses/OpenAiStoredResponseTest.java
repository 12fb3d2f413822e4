package dev.understudy.provider.openai.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.dialect.StoredAnswer;
import dev.understudy.provider.dialect.StreamDecoder;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.framing.SseFraming;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class OpenAiStoredResponseTest {

    private static final String CREATED =
            event(0, "response.created", "\"response\":{\"id\":\"resp/1\",\"model\":\"m\"}");
    private static final String ONCE = text(1, "Once");
    private static final String UPON = text(2, " upon");
    private static final String TIME = text(3, " a time");
    private static final String COMPLETED =
            event(4, "response.completed", "\"response\":{\"id\":\"resp/1\",\"status\":\"completed\"}");

    private final StoredAnswer kept = stored("/responses");

    private static StoredAnswer stored(String path) {
        OpenAiCompatibility server = OpenAiCompatibility.defaults().withPath(path);
        return Objects.requireNonNull(new OpenAiResponses(server).inBackground().store("p", ChatRequest.of("m", "?")));
    }

    private static String event(int number, String type, String fields) {
        return "data: {\"type\":\"" + type + "\",\"sequence_number\":" + number + "," + fields + "}\n\n";
    }

    private static String text(int number, String words) {
        return event(
                number,
                "response.output_text.delta",
                "\"output_index\":0,\"content_index\":0,\"delta\":\"" + words + "\"");
    }

    private static List<StreamChunk> heard(StreamDecoder connection, String... events) {
        List<StreamChunk> chunks = new ArrayList<>();
        SseFraming framing = new SseFraming();
        framing.push(String.join("", events).getBytes(StandardCharsets.UTF_8));
        while (framing.next()) {
            connection.read(framing, chunks::add);
        }
        return chunks;
    }

    private static StreamChunk.Text said(String words) {
        return new StreamChunk.Text(words, 0);
    }

    @Test
    void theTokenIsOfferedOnceBehindTheFirstContent() {
        assertThat(kept.isAlive()).isFalse();
        assertThat(heard(kept.connect(), CREATED, ONCE, UPON))
                .containsExactly(said("Once"), new StreamChunk.Resumable(kept), said(" upon"));
        assertThat(kept.isAlive()).isTrue();
        assertThat(heard(kept.connect(), TIME)).containsExactly(said("Once upon"), said(" a time"));
    }

    @Test
    void nextConnectionRequestsEventsAfterTheLastDecodedOne() {
        heard(kept.connect(), CREATED, ONCE, UPON);
        assertThat(kept.rest()).isEqualTo("/responses/resp%2F1?stream=true&starting_after=2");
        StoredAnswer versioned = stored("/responses?api-version=1");
        heard(versioned.connect(), CREATED);
        assertThat(versioned.rest()).isEqualTo("/responses/resp%2F1?api-version=1&stream=true&starting_after=0");
    }

    @Test
    void eventsRepeatedAfterReconnectAreSkipped() {
        heard(kept.connect(), CREATED, ONCE, UPON);
        StreamDecoder second = kept.connect();
        assertThat(heard(second, ONCE, UPON, TIME, TIME, COMPLETED))
                .containsExactly(said("Once upon"), said(" a time"));
        assertThat(second.finished()).isTrue();
        List<StreamChunk> end = new ArrayList<>();
        second.end(end::add);
        assertThat(end).singleElement().isInstanceOfSatisfying(StreamChunk.Finish.class, finish -> assertThat(
                        finish.reason())
                .isEqualTo(FinishReason.STOP));
    }

    @Test
    void aConnectionThatWasGivenUpIsReadNoMore() {
        StreamDecoder first = kept.connect();
        heard(first, CREATED, ONCE);
        StreamDecoder second = kept.connect();
        assertThat(heard(first, UPON, TIME, COMPLETED)).isEmpty();
        assertThat(first.finished()).isFalse();
        assertThatExceptionOfType(CallFailed.class).isThrownBy(() -> first.end(chunk -> {}));
        assertThat(kept.rest()).endsWith("starting_after=1");
        assertThat(heard(second, UPON)).containsExactly(said("Once"), said(" upon"));
    }

    @Test
    void callWithPartOfItsArgumentsGoesOn() {
        String call = "\"output_index\":0,";
        heard(
                kept.connect(),
                CREATED,
                event(
                        1,
                        "response.output_item.added",
                        call
                                + "\"item\":{\"type\":\"function_call\",\"id\":\"i\",\"call_id\":\"c\",\"name\":\"clock\"}"),
                event(2, "response.function_call_arguments.delta", call + "\"delta\":\"{\\\"z\\\"\""));
        VendorData data = new VendorData("openai-responses", "{\"id\":\"i\"}");
        assertThat(
                        heard(
                                kept.connect(),
                                event(3, "response.function_call_arguments.delta", call + "\"delta\":\":1}\""),
                                event(
                                        4,
                                        "response.output_item.done",
                                        call
                                                + "\"item\":{\"type\":\"function_call\",\"id\":\"i\",\"call_id\":\"c\",\"name\":\"clock\"}")))
                .containsExactly(
                        new StreamChunk.ToolCallPart(0, "c", "clock", "{\"z\"", 0),
                        new StreamChunk.ToolCallPart(0, "c", "clock", ":1}", 0),
                        new StreamChunk.ToolCallDone(0, new ToolCall("c", "clock", "{\"z\":1}", data), 0));
    }

    @Test
    void failedAnswerIsNotResumedAndAnUnreadableOneIs() {
        StreamDecoder first = kept.connect();
        heard(first, CREATED, ONCE);
        assertThatExceptionOfType(CallFailed.class).isThrownBy(() -> heard(first, "data: {\"type\":\"resp\n\n"));
        assertThat(kept.isAlive()).isTrue();
        assertThat(kept.rest()).endsWith("starting_after=1");
        StreamDecoder second = kept.connect();
        String failed = event(
                2,
                "response.failed",
                "\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"no\"}}");
        assertThatExceptionOfType(CallFailed.class).isThrownBy(() -> heard(second, failed));
        assertThat(kept.isAlive()).isFalse();
    }

    @Test
    void earlyEndMarkerEndsTheConnectionNotTheAnswer() {
        StreamDecoder first = kept.connect();
        heard(first, CREATED, ONCE, "data: [DONE]\n\n");
        assertThat(first.terminated()).isTrue();
        assertThatExceptionOfType(CallFailed.class).isThrownBy(() -> first.end(chunk -> {}));
        StreamDecoder second = kept.connect();
        assertThat(second.terminated()).isFalse();
        assertThat(heard(second, UPON, TIME, COMPLETED)).containsExactly(said("Once"), said(" upon"), said(" a time"));
        assertThat(second.finished()).isTrue();
    }

    @Test
    void answerWithoutEventNumbersCannotBeReplayed() {
        String unnumbered =
                "data: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\" upon\"}\n\n";
        heard(kept.connect(), CREATED, ONCE);
        assertThat(kept.isAlive()).isTrue();
        assertThat(heard(kept.connect(), unnumbered)).contains(said(" upon"));
        assertThat(kept.isAlive()).isFalse();
    }

    @Test
    void connectionThatStartsTooLateAddsNothing() {
        heard(kept.connect(), CREATED, ONCE);
        List<StreamChunk> told = new ArrayList<>();
        SseFraming framing = new SseFraming();
        framing.push(TIME.getBytes(StandardCharsets.UTF_8));
        StreamDecoder second = kept.connect();
        assertThat(framing.next()).isTrue();
        assertThatExceptionOfType(CallFailed.class)
                .isThrownBy(() -> second.read(framing, told::add))
                .satisfies(failed -> assertThat(failed.failure().kind()).isEqualTo(FailureKind.TRUNCATED));
        assertThat(told).containsExactly(said("Once"));
        assertThat(kept.isAlive()).isFalse();
    }

    @Test
    void answerThatMustNotBeStoredIsNotInBackground() {
        OpenAiResponses background = new OpenAiResponses().inBackground();
        ChatRequest request = ChatRequest.of("m", "?").withExtra("openai-responses", "store", false);
        assertThat(background.store("p", request)).isNull();
        assertThat(background.body(request, true).get("store")).isEqualTo(false);
        assertThat(background.body(request, true).containsKey("background")).isFalse();
    }
}
