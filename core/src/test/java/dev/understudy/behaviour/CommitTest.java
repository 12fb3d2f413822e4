package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;
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

/** The first content decides: before it a failure is mended elsewhere, after it the stream is one provider's. */
class CommitTest {

    private static final Duration SHORT = Duration.ofMillis(400);

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    private final ScriptedServer first = stage.server();
    private final ScriptedServer second = stage.server().then(ScriptedReply.text("I stand in."));

    /** What happens to an answer. */
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

    private Understudy both(Wire wire, TimeoutPolicy ofTheFirst) {
        return stage.builder(
                        stage.provider(wire, Wire.impatient("p1", first, "k1")),
                        stage.provider(wire, "p2", second, "k2"))
                .retry(RetryPolicy.none())
                .reasoningTimeouts(ofTheFirst)
                .build();
    }

    private Understudy both(Wire wire) {
        return both(wire, TimeoutPolicy.defaults());
    }

    /** Impatient in the middle of an answer, where the accident calls for it. */
    private Understudy both(Wire wire, Accident accident) {
        return both(
                wire, accident == Accident.STALL ? TimeoutPolicy.defaults().withIdle(SHORT) : TimeoutPolicy.defaults());
    }

    private Understudy impatient(Wire wire, Accident accident) {
        TimeoutPolicy limits = TimeoutPolicy.defaults();
        return both(
                wire,
                accident == Accident.STALL ? limits.withFirstContent(SHORT).withResponse(SHORT) : limits);
    }

    static Stream<Arguments> accidents() {
        return Rehearsal.times(Stream.of(Wire.values()).map(Arguments::of), (Object[]) Accident.values());
    }

    @ParameterizedTest
    @MethodSource("accidents")
    void beforeTheFirstContentAFailoverIsInvisible(Wire wire, Accident accident) {
        first.then(accident.happens.apply(
                ScriptedReply.text("one two three").withPings(2), ScriptedReply.FaultPoint.tokens(0)));
        Heard heard = Door.STREAM.hear(impatient(wire, accident), REQUEST);
        assertThat(heard.text()).isEqualTo("I stand in.");
        assertThat(heard.kinds()).containsExactly(accident.kind);
        assertThat(heard.finish().reason()).isEqualTo(FinishReason.STOP);
        assertThat(first.calls()).hasSize(1);
        assertThat(stage.events(Event.FirstContent.class))
                .extracting(Event.FirstContent::provider)
                .containsExactly("p2");
    }

    @ParameterizedTest
    @MethodSource("accidents")
    void afterTheFirstContentAStreamNeverStartsAgain(Wire wire, Accident accident) {
        first.then(accident.happens.apply(ScriptedReply.text("one two three"), ScriptedReply.FaultPoint.tokens(2)));
        Heard heard = Door.STREAM.hear(both(wire, accident), REQUEST);
        assertThat(heard.text()).isEqualTo("one two");
        assertThat(heard.finish()).isNull();
        assertThat(heard.cut().failure().kind()).isEqualTo(accident.kind);
        assertThat(first.calls()).hasSize(1);
        assertThat(second.calls()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("accidents")
    void thePartialAnswerHoldsAllThatWasDelivered(Wire wire, Accident accident) {
        first.then(accident.happens.apply(
                ScriptedReply.text("one two three").withReasoning("I count."), ScriptedReply.FaultPoint.tokens(4)));
        Heard heard = Door.STREAM.hear(both(wire, accident), REQUEST);
        ChatResponse partial = heard.cut().partial();
        assertThat(partial.text()).isEqualTo("one two").isEqualTo(heard.text());
        assertThat(partial.reasoning()).isEqualTo("I count.");
        assertThat(partial.finishReason()).isEqualTo(FinishReason.ERROR);
        assertThat(partial.served().provider()).isEqualTo("p1");
        assertThat(heard.trail().attempts())
                .extracting(AttemptLog.Attempt::outcome)
                .containsExactly(AttemptLog.Outcome.PARTIAL);
    }

    @ParameterizedTest
    @MethodSource("accidents")
    void aWholeAnswerThatHasAnAccidentIsNeverShownInParts(Wire wire, Accident accident) {
        first.then(accident.happens.apply(ScriptedReply.text("one two three"), ScriptedReply.FaultPoint.tokens(2)));
        Heard heard = Door.CHAT.hear(impatient(wire, accident), REQUEST);
        assertThat(heard.text()).isEqualTo("I stand in.");
        assertThat(heard.kinds()).containsExactly(accident.kind);
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void whatOpensAnAnswerIsHeldBackUntilItsFirstContent(Wire wire) {
        first.then(ScriptedReply.text("one two").withPings(20).between(Duration.ofMillis(5)));
        Understudy understudy = both(wire);
        assertThat(understudy.stream(REQUEST).blockFirst(Door.SOON)).isEqualTo(new StreamChunk.Text("one"));
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void reasoningAndToolCallsAreContent(Wire wire) {
        first.then(
                ScriptedReply.text("one").withReasoning("Let me think.").cut(ScriptedReply.FaultPoint.tokens(1)),
                ScriptedReply.toolCall("call_1", "clock", "{\"zone\":\"UTC\"}")
                        .cut(ScriptedReply.FaultPoint.tokens(2)));
        assertThat(Door.STREAM.hear(both(wire), REQUEST).cut().partial().reasoning())
                .isNotEmpty();
        assertThat(Door.STREAM.hear(both(wire), REQUEST).cut().partial().toolCalls())
                .isEmpty();
        assertThat(second.calls()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aStreamThatEndsWithoutAFinishReasonIsCutHoweverOrderlyItEnds(Wire wire) {
        first.then(ScriptedReply.text("one two").withoutFinish().withoutTerminal());
        Heard heard = Door.STREAM.hear(both(wire), REQUEST);
        assertThat(heard.text()).isEqualTo("one two");
        assertThat(heard.cut().failure().kind()).isEqualTo(FailureKind.TRUNCATED);
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void anEndThatOnlyTheConnectionTellsIsACutToo(Wire wire) {
        first.then(
                ScriptedReply.text("one two").withoutFinish().withoutTerminal().untilClose());
        assertThat(Door.STREAM.hear(both(wire), REQUEST).cut().failure().kind()).isEqualTo(FailureKind.TRUNCATED);
    }

    /** What the wire does once a finish reason was seen. */
    static Stream<Arguments> afterwards() {
        ScriptedReply unmarked = ScriptedReply.text("one two").withoutTerminal();
        return Rehearsal.times(
                Stream.of(Wire.values()).map(Arguments::of),
                unmarked,
                unmarked.untilClose(),
                unmarked.cut(ScriptedReply.FaultPoint.events(100)),
                unmarked.reset(ScriptedReply.FaultPoint.events(100)),
                unmarked.stall(ScriptedReply.FaultPoint.events(100)));
    }

    @ParameterizedTest
    @MethodSource("afterwards")
    void aFinishReasonIsSuccessWhateverTheWireDoesAfterIt(Wire wire, ScriptedReply scriptedReply) {
        first.then(scriptedReply);
        Transport quick = Transport.defaults().withDrain(Duration.ofMillis(100));
        Understudy understudy = stage.understudy(
                stage.provider(wire, Wire.endpoint("p1", first, "k1").withTransport(quick)));
        Heard heard = Door.STREAM.hear(understudy, REQUEST);
        assertThat(heard.text()).isEqualTo("one two");
        assertThat(heard.finish().reason()).isEqualTo(FinishReason.STOP);
        assertThat(heard.served().attemptLog().attemptCount()).isEqualTo(1);
        assertThat(first.calls()).hasSize(1);
    }
}
