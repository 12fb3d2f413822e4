package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Saying nothing is a failure too, in each of its forms. */
class SilenceTest {

    private static final Duration SHORT = Duration.ofMillis(400);

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    private final ScriptedServer first = stage.server();
    private final ScriptedServer second = stage.server().then(ScriptedReply.text("I stand in."));

    private Understudy both(Wire wire, TimeoutPolicy timeoutPolicy) {
        return stage.builder(
                        stage.provider(wire, Wire.impatient("p1", first, "k1")),
                        stage.provider(wire, "p2", second, "k2"))
                .reasoningTimeouts(timeoutPolicy)
                .build();
    }

    private Understudy impatient(Wire wire) {
        return both(wire, TimeoutPolicy.defaults().withFirstContent(SHORT).withResponse(SHORT));
    }

    private Understudy impatientInTheMiddle(Wire wire) {
        return both(wire, TimeoutPolicy.defaults().withIdle(SHORT));
    }

    @OnEveryWire
    void anEmptyAnswerIsAskedForOnceMoreAndThenTheNextIsAsked(Wire wire, Door door) {
        first.then(ScriptedReply.empty());
        Heard heard = door.hear(both(wire, TimeoutPolicy.defaults()), REQUEST);
        assertThat(heard.text()).isEqualTo("I stand in.");
        assertThat(heard.kinds()).containsExactly(FailureKind.EMPTY, FailureKind.EMPTY);
        assertThat(first.calls()).hasSize(2);
        assertThat(second.calls()).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("silences")
    void aSilentProviderIsLeftForTheNextWithoutARetry(Wire wire, Door door, ScriptedReply.FaultPoint faultPoint) {
        first.then(ScriptedReply.text("Never heard.").stall(faultPoint));
        Heard heard = door.hear(impatient(wire), REQUEST);
        assertThat(heard.text()).isEqualTo("I stand in.");
        assertThat(heard.kinds()).containsExactly(FailureKind.TIMEOUT);
        assertThat(heard.failures())
                .extracting(Failure::phase)
                .containsExactly(door == Door.STREAM ? Failure.Phase.FIRST_CONTENT : Failure.Phase.RESPONSE);
        assertThat(first.calls()).hasSize(1);
        assertThat(first.endings().next().block(Door.SOON).ending()).isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
        stage.assertNoTimerIsLeft();
    }

    /** Nothing at all, only headers, and only what opens an answer. */
    static Stream<Arguments> silences() {
        return Rehearsal.times(
                Rehearsal.everywhere(),
                ScriptedReply.FaultPoint.nothing(),
                ScriptedReply.FaultPoint.headers(),
                ScriptedReply.FaultPoint.tokens(0));
    }

    @OnEveryWire
    void aSilentProviderIsAskedOnceMoreWhenItIsTheOnlyOne(Wire wire, Door door) {
        first.then(
                ScriptedReply.text("Never heard.").stall(ScriptedReply.FaultPoint.nothing()),
                ScriptedReply.text("Here I am."));
        Understudy alone = stage.builder(stage.provider(wire, "p1", first, "k1"))
                .timeouts(TimeoutPolicy.defaults().withFirstContent(SHORT).withResponse(SHORT))
                .build();
        assertThat(door.hear(alone, REQUEST).text()).isEqualTo("Here I am.");
        assertThat(first.calls()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void pingsAreSilence(Wire wire) {
        first.then(ScriptedReply.text("Never heard.").withPings(500).between(Duration.ofMillis(10)));
        Heard heard = Door.STREAM.hear(impatient(wire), REQUEST);
        assertThat(heard.text()).isEqualTo("I stand in.");
        assertThat(heard.failures()).extracting(Failure::phase).containsExactly(Failure.Phase.FIRST_CONTENT);
        assertThat(first.calls()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void silenceInTheMiddleEndsAStreamWithWhatWasDelivered(Wire wire) {
        first.then(ScriptedReply.text("one two three").stall(ScriptedReply.FaultPoint.tokens(2)));
        Heard heard = Door.STREAM.hear(impatientInTheMiddle(wire), REQUEST);
        assertThat(heard.text()).isEqualTo("one two");
        assertThat(heard.cut().partial().text()).isEqualTo("one two");
        assertThat(heard.cut().failure().kind()).isEqualTo(FailureKind.TIMEOUT);
        assertThat(heard.cut().failure().phase()).isEqualTo(Failure.Phase.IDLE);
        assertThat(first.endings().next().block(Door.SOON).ending()).isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
        assertThat(second.calls()).isEmpty();
        stage.assertNoTimerIsLeft();
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void pingsInTheMiddleAreSilenceToo(Wire wire) {
        List<byte[]> pieces = new ArrayList<>(opening(wire));
        for (int i = 0; i < 500; i++) {
            pieces.add(bytes(wire == Wire.OPENAI ? ": ping\n\n" : "event: ping\ndata: {\"type\":\"ping\"}\n\n"));
        }
        first.then(ScriptedReply.raw(200, "text/event-stream", pieces.toArray(byte[][]::new))
                .between(Duration.ofMillis(10)));
        Heard heard = Door.STREAM.hear(impatientInTheMiddle(wire), REQUEST);
        assertThat(heard.text()).isEqualTo("one");
        assertThat(heard.cut().failure().phase()).isEqualTo(Failure.Phase.IDLE);
    }

    private static List<byte[]> opening(Wire wire) {
        return wire == Wire.OPENAI
                ? List.of(bytes("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"one\"}}]}\n\n"))
                : List.of(
                        bytes("event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\","
                                + "\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],"
                                + "\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}\n\n"),
                        bytes("event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
                                + "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"),
                        bytes("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
                                + "\"delta\":{\"type\":\"text_delta\",\"text\":\"one\"}}\n\n"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
