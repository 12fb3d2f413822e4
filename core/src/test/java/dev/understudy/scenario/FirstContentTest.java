package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.StreamChunk;
import dev.understudy.event.Event;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.TlsCertificates;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Failures before the first content fail over; failures after it end the call with a partial answer. */
class FirstContentTest {

    private static final Duration SHORT = Duration.ofMillis(400);

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    private final ScriptedServer first = scenario.server();
    private final ScriptedServer second = scenario.server().then(ScriptedReply.text("I stand in."));

    /** Fault of an answer. */
    enum Accident {
        CUT(ScriptedReply::cut, FailureKind.TRUNCATED),
        RESET(ScriptedReply::reset, FailureKind.TRUNCATED),
        STALL(ScriptedReply::stall, FailureKind.TIMEOUT),
        GARBLE(ScriptedReply::garble, FailureKind.PROTOCOL),
        IN_BAND_ERROR(
                (scriptedReply, faultPoint) -> scriptedReply.fail(faultPoint, "overloaded_error", "Busy."),
                FailureKind.OVERLOADED);

        final BiFunction<ScriptedReply, ScriptedReply.FaultPoint, ScriptedReply> happens;
        final FailureKind kind;

        Accident(BiFunction<ScriptedReply, ScriptedReply.FaultPoint, ScriptedReply> happens, FailureKind kind) {
            this.happens = happens;
            this.kind = kind;
        }
    }

    private Understudy both(SocketDialect dialect, TimeoutPolicy ofTheFirst) {
        return scenario.builder(
                        scenario.provider(dialect, SocketDialect.impatient("p1", first, "k1")),
                        scenario.provider(dialect, "p2", second, "k2"))
                .retry(RetryPolicy.none())
                .reasoningTimeouts(ofTheFirst)
                .build();
    }

    private Understudy both(SocketDialect dialect) {
        return both(dialect, TimeoutPolicy.defaults());
    }

    /** Returns a client with a short idle timeout where the fault needs it. */
    private Understudy both(SocketDialect dialect, Accident accident) {
        return both(
                dialect,
                accident == Accident.STALL ? TimeoutPolicy.defaults().withIdle(SHORT) : TimeoutPolicy.defaults());
    }

    private Understudy impatient(SocketDialect dialect, Accident accident) {
        TimeoutPolicy limits = TimeoutPolicy.defaults();
        return both(
                dialect,
                accident == Accident.STALL ? limits.withFirstContent(SHORT).withResponse(SHORT) : limits);
    }

    static Stream<Arguments> accidents() {
        return SocketScenario.times(Stream.of(SocketDialect.values()).map(Arguments::of), (Object[]) Accident.values());
    }

    @ParameterizedTest
    @MethodSource("accidents")
    void failoverBeforeContentIsInvisible(SocketDialect dialect, Accident accident) {
        first.then(accident.happens.apply(
                ScriptedReply.text("one two three").withPings(2), ScriptedReply.FaultPoint.tokens(0)));
        CallResult result = CallKind.STREAM.result(impatient(dialect, accident), REQUEST);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.kinds()).containsExactly(accident.kind);
        assertThat(result.finish().reason()).isEqualTo(FinishReason.STOP);
        assertThat(first.calls()).hasSize(1);
        assertThat(scenario.events(Event.FirstContent.class))
                .extracting(Event.FirstContent::provider)
                .containsExactly("p2");
    }

    @ParameterizedTest
    @MethodSource("accidents")
    void streamDoesNotRestartAfterContent(SocketDialect dialect, Accident accident) {
        first.then(accident.happens.apply(ScriptedReply.text("one two three"), ScriptedReply.FaultPoint.tokens(2)));
        CallResult result = CallKind.STREAM.result(both(dialect, accident), REQUEST);
        assertThat(result.text()).isEqualTo("one two");
        assertThat(result.finish()).isNull();
        assertThat(result.cut().failure().kind()).isEqualTo(accident.kind);
        assertThat(first.calls()).hasSize(1);
        assertThat(second.calls()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("accidents")
    void partialAnswerHoldsDeliveredContent(SocketDialect dialect, Accident accident) {
        first.then(accident.happens.apply(
                ScriptedReply.text("one two three").withReasoning("I count."), ScriptedReply.FaultPoint.tokens(4)));
        CallResult result = CallKind.STREAM.result(both(dialect, accident), REQUEST);
        ChatResponse partial = result.cut().partial();
        assertThat(partial.text()).isEqualTo("one two").isEqualTo(result.text());
        assertThat(partial.reasoning()).isEqualTo("I count.");
        assertThat(partial.finishReason()).isEqualTo(FinishReason.ERROR);
        assertThat(partial.servedBy().provider()).isEqualTo("p1");
        assertThat(result.attemptLog().attempts())
                .extracting(AttemptLog.Attempt::outcome)
                .containsExactly(AttemptLog.Outcome.PARTIAL);
    }

    @ParameterizedTest
    @MethodSource("accidents")
    void interruptedResponseIsNotDeliveredInParts(SocketDialect dialect, Accident accident) {
        first.then(accident.happens.apply(ScriptedReply.text("one two three"), ScriptedReply.FaultPoint.tokens(2)));
        CallResult result = CallKind.CHAT.result(impatient(dialect, accident), REQUEST);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.kinds()).containsExactly(accident.kind);
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void openingChunksAreHeldUntilContent(SocketDialect dialect) {
        first.then(ScriptedReply.text("one two").withPings(20).between(Duration.ofMillis(5)));
        Understudy understudy = both(dialect);
        assertThat(understudy.stream(REQUEST).blockFirst(CallKind.TIMEOUT))
                .isInstanceOfSatisfying(StreamChunk.Text.class, chunk -> assertThat(chunk.text())
                        .isEqualTo("one"));
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void reasoningAndToolCallsAreContent(SocketDialect dialect) {
        first.then(
                ScriptedReply.text("one").withReasoning("Let me think.").cut(ScriptedReply.FaultPoint.tokens(1)),
                ScriptedReply.toolCall("call_1", "clock", "{\"zone\":\"UTC\"}")
                        .cut(ScriptedReply.FaultPoint.tokens(2)));
        assertThat(CallKind.STREAM
                        .result(both(dialect), REQUEST)
                        .cut()
                        .partial()
                        .reasoning())
                .isNotEmpty();
        assertThat(CallKind.STREAM
                        .result(both(dialect), REQUEST)
                        .cut()
                        .partial()
                        .toolCalls())
                .isEmpty();
        assertThat(second.calls()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void streamWithoutFinishReasonIsTruncated(SocketDialect dialect) {
        first.then(ScriptedReply.text("one two").withoutFinish().withoutTerminal());
        CallResult result = CallKind.STREAM.result(both(dialect), REQUEST);
        assertThat(result.text()).isEqualTo("one two");
        assertThat(result.cut().failure().kind()).isEqualTo(FailureKind.TRUNCATED);
    }

    @ParameterizedTest
    @EnumSource(SocketDialect.class)
    void closedConnectionWithoutFinishIsTruncated(SocketDialect dialect) {
        first.then(
                ScriptedReply.text("one two").withoutFinish().withoutTerminal().untilClose());
        assertThat(CallKind.STREAM
                        .result(both(dialect), REQUEST)
                        .cut()
                        .failure()
                        .kind())
                .isEqualTo(FailureKind.TRUNCATED);
    }

    /** Faults after the finish reason. */
    static Stream<Arguments> afterwards() {
        ScriptedReply unmarked = ScriptedReply.text("one two").withoutTerminal();
        return SocketScenario.times(
                Stream.of(SocketDialect.values()).map(Arguments::of),
                unmarked,
                unmarked.untilClose(),
                unmarked.cut(ScriptedReply.FaultPoint.events(100)),
                unmarked.reset(ScriptedReply.FaultPoint.events(100)),
                unmarked.stall(ScriptedReply.FaultPoint.events(100)));
    }

    @ParameterizedTest
    @MethodSource("afterwards")
    void failureAfterFinishReasonIsIgnored(SocketDialect dialect, ScriptedReply scriptedReply) {
        first.then(scriptedReply);
        Transport quick = TlsCertificates.transport().withDrain(Duration.ofMillis(100));
        Understudy understudy = scenario.builder(scenario.provider(
                        dialect, SocketDialect.endpoint("p1", first, "k1").withTransport(quick)))
                .timeouts(TimeoutPolicy.defaults().withIdle(Duration.ofSeconds(1)))
                .build();
        CallResult result = CallKind.STREAM.result(understudy, REQUEST);
        assertThat(result.text()).isEqualTo("one two");
        assertThat(result.finish().reason()).isEqualTo(FinishReason.STOP);
        assertThat(result.servedBy().attemptLog().attemptCount()).isEqualTo(1);
        assertThat(first.calls()).hasSize(1);
    }
}
