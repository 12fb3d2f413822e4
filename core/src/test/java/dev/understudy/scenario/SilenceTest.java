package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
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

/** Empty answers and silence are failures. */
class SilenceTest {

    private static final Duration SHORT = Duration.ofMillis(400);

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    private final ScriptedServer first = scenario.server();
    private final ScriptedServer second = scenario.server().then(ScriptedReply.text("I stand in."));

    private Understudy both(SocketDialect dialect, TimeoutPolicy timeoutPolicy) {
        return scenario.builder(
                        scenario.provider(dialect, SocketDialect.impatient("p1", first, "k1")),
                        scenario.provider(dialect, "p2", second, "k2"))
                .reasoningTimeouts(timeoutPolicy)
                .build();
    }

    private Understudy impatient(SocketDialect dialect) {
        return both(dialect, TimeoutPolicy.defaults().withFirstContent(SHORT).withResponse(SHORT));
    }

    private Understudy impatientInTheMiddle(SocketDialect dialect) {
        return both(dialect, TimeoutPolicy.defaults().withIdle(SHORT));
    }

    @EveryDialectAndKind
    void emptyAnswerIsRetriedOnceThenFailsOver(SocketDialect dialect, CallKind kind) {
        first.then(ScriptedReply.empty());
        CallResult result = kind.result(both(dialect, TimeoutPolicy.defaults()), REQUEST);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.kinds()).containsExactly(FailureKind.EMPTY, FailureKind.EMPTY);
        assertThat(first.calls()).hasSize(2);
        assertThat(second.calls()).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("silences")
    void silentProviderFailsOverWithoutRetry(
            SocketDialect dialect, CallKind kind, ScriptedReply.FaultPoint faultPoint) {
        first.then(ScriptedReply.text("Never result.").stall(faultPoint));
        CallResult result = kind.result(impatient(dialect), REQUEST);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.kinds()).containsExactly(FailureKind.TIMEOUT);
        assertThat(result.failures())
                .extracting(Failure::phase)
                .containsExactly(kind == CallKind.STREAM ? Failure.Phase.FIRST_CONTENT : Failure.Phase.RESPONSE);
        assertThat(first.calls()).hasSize(1);
        assertThat(first.endings().next().block(CallKind.TIMEOUT).ending())
                .isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
        scenario.assertNoTimerIsLeft();
    }

    /** Silence without headers, after headers, and after the opening events. */
    static Stream<Arguments> silences() {
        return SocketScenario.times(
                SocketScenario.everywhere(),
                ScriptedReply.FaultPoint.nothing(),
                ScriptedReply.FaultPoint.headers(),
                ScriptedReply.FaultPoint.tokens(0));
    }

    @EveryDialectAndKind
    void silentOnlyProviderIsRetriedOnce(SocketDialect dialect, CallKind kind) {
        first.then(
                ScriptedReply.text("Never result.").stall(ScriptedReply.FaultPoint.nothing()),
                ScriptedReply.text("Here I am."));
        Understudy alone = scenario.builder(scenario.provider(dialect, "p1", first, "k1"))
                .timeouts(TimeoutPolicy.defaults().withFirstContent(SHORT).withResponse(SHORT))
                .build();
        assertThat(kind.result(alone, REQUEST).text()).isEqualTo("Here I am.");
        assertThat(first.calls()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void serverWithoutAnySignHasALimitOfItsOwn(SocketDialect dialect) {
        first.then(ScriptedReply.text("Never result.").stall(ScriptedReply.FaultPoint.nothing()));
        TimeoutPolicy timeouts = TimeoutPolicy.defaults().withHeaders(SHORT);
        CallResult result = CallKind.STREAM.result(both(dialect, timeouts), REQUEST);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.failures()).extracting(Failure::phase).containsExactly(Failure.Phase.HEADERS);
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void headersEndTheLimitOfTheFirstSign(SocketDialect dialect) {
        first.then(ScriptedReply.text("Never result.").stall(ScriptedReply.FaultPoint.headers()));
        TimeoutPolicy timeouts = TimeoutPolicy.defaults().withHeaders(SHORT).withFirstContent(SHORT.multipliedBy(2));
        CallResult result = CallKind.STREAM.result(both(dialect, timeouts), REQUEST);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.failures()).extracting(Failure::phase).containsExactly(Failure.Phase.FIRST_CONTENT);
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void pingsDoNotEndSilence(SocketDialect dialect) {
        first.then(ScriptedReply.text("Never result.").withPings(500).between(Duration.ofMillis(10)));
        CallResult result = CallKind.STREAM.result(impatient(dialect), REQUEST);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.failures()).extracting(Failure::phase).containsExactly(Failure.Phase.FIRST_CONTENT);
        assertThat(first.calls()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void silenceAfterContentEndsWithPartialAnswer(SocketDialect dialect) {
        first.then(ScriptedReply.text("one two three").stall(ScriptedReply.FaultPoint.tokens(2)));
        CallResult result = CallKind.STREAM.result(impatientInTheMiddle(dialect), REQUEST);
        assertThat(result.text()).isEqualTo("one two");
        assertThat(result.cut().partial().text()).isEqualTo("one two");
        assertThat(result.cut().failure().kind()).isEqualTo(FailureKind.TIMEOUT);
        assertThat(result.cut().failure().phase()).isEqualTo(Failure.Phase.IDLE);
        assertThat(first.endings().next().block(CallKind.TIMEOUT).ending())
                .isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
        assertThat(second.calls()).isEmpty();
        scenario.assertNoTimerIsLeft();
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void pingsAfterContentDoNotEndSilence(SocketDialect dialect) {
        List<byte[]> pieces = new ArrayList<>(opening(dialect));
        for (int i = 0; i < 500; i++) {
            pieces.add(bytes(
                    dialect == SocketDialect.OPENAI ? ": ping\n\n" : "event: ping\ndata: {\"type\":\"ping\"}\n\n"));
        }
        first.then(ScriptedReply.raw(200, "text/event-stream", pieces.toArray(byte[][]::new))
                .between(Duration.ofMillis(10)));
        CallResult result = CallKind.STREAM.result(impatientInTheMiddle(dialect), REQUEST);
        assertThat(result.text()).isEqualTo("one");
        assertThat(result.cut().failure().phase()).isEqualTo(Failure.Phase.IDLE);
    }

    private static List<byte[]> opening(SocketDialect dialect) {
        return dialect == SocketDialect.OPENAI
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
