package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RetryTest {

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    @OnEveryWire
    void aGoodAnswerTakesOneCall(Wire wire, Door door) {
        ScriptedServer server = stage.server().then(ScriptedReply.text("It is me."));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(heard.text()).isEqualTo("It is me.");
        assertThat(heard.served().fallback()).isFalse();
        assertThat(heard.trail().attemptCount()).isEqualTo(1);
        assertThat(server.calls()).hasSize(1);
        assertThat(stage.events(Event.Retrying.class)).isEmpty();
        stage.assertNoTimerIsLeft();
    }

    @OnEveryWire
    void aFailureThatPassesIsRetriedUntilItHasPassed(Wire wire, Door door) {
        ScriptedServer server = stage.server()
                .then(ScriptedReply.status(503), ScriptedReply.status(500), ScriptedReply.text("Here I am."));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(heard.text()).isEqualTo("Here I am.");
        assertThat(heard.served().provider()).isEqualTo("p1");
        assertThat(heard.kinds()).containsExactly(FailureKind.OVERLOADED, FailureKind.SERVER);
        assertThat(server.calls()).hasSize(3);
        stage.assertNoTimerIsLeft();
    }

    @OnEveryWire
    void theFallbackIsAskedOnceWhenAllRetriesAreExhausted(Wire wire, Door door) {
        ScriptedServer server = stage.server()
                .when(asked -> asked.key().equals("first"), ScriptedReply.status(500))
                .when(asked -> asked.key().equals("second"), ScriptedReply.text("I stand in."));
        Understudy understudy = stage.understudy(
                stage.provider(wire, "p1", server, "first"), stage.provider(wire, "p2", server, "second"));
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(heard.text()).isEqualTo("I stand in.");
        assertThat(heard.served().provider()).isEqualTo("p2");
        assertThat(heard.served().requestedProvider()).isEqualTo("p1");
        assertThat(heard.served().fallback()).isTrue();
        assertThat(Rehearsal.callers(server)).containsExactly("first", "first", "first", "second");
        assertThat(stage.events(Event.FailedOver.class)).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("passing")
    void whatPassesIsRetried(Wire wire, Door door, int status) {
        ScriptedServer server = stage.server().then(ScriptedReply.status(status), ScriptedReply.text("Here I am."));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        assertThat(door.hear(understudy, REQUEST).text()).isEqualTo("Here I am.");
        assertThat(server.calls()).extracting(RecordedRequest::key).containsExactly("k1", "k1");
    }

    static Stream<Arguments> passing() {
        return Rehearsal.times(Rehearsal.everywhere(), 408, 409, 425, 429, 500, 502, 503, 504, 520, 524, 529);
    }

    /** Why an answer of a vendor means that asking again is in vain. */
    enum Lasting {
        WRONG_KEY(ScriptedReply.status(401), FailureKind.AUTH),
        NOT_ALLOWED(ScriptedReply.status(403), FailureKind.FORBIDDEN),
        NO_SUCH_MODEL(ScriptedReply.status(404), FailureKind.MODEL_NOT_FOUND),
        NO_QUOTA(
                ScriptedReply.error(
                        429, "insufficient_quota", "insufficient_quota", "You have used up what you paid for."),
                FailureKind.QUOTA),
        IN_ARREARS(
                ScriptedReply.raw(
                        429, "application/json", "{\"error\":{\"code\":\"1113\",\"message\":\"In arrears.\"}}"),
                FailureKind.QUOTA),
        NOT_IN_PLAN(
                ScriptedReply.raw(
                        429, "application/json", "{\"error\":{\"code\":\"1311\",\"message\":\"Not for you.\"}}"),
                FailureKind.FORBIDDEN),
        PLAN_IN_WORDS(
                ScriptedReply.error(429, "rate_limit_error", "Your plan does not include this model."),
                FailureKind.FORBIDDEN),
        PLAN_WITH_RETRY_AFTER(
                ScriptedReply.error(429, "rate_limit_error", "Your plan does not include this model.")
                        .withHeader("retry-after", "1"),
                FailureKind.FORBIDDEN);

        final ScriptedReply scriptedReply;
        final FailureKind kind;

        Lasting(ScriptedReply scriptedReply, FailureKind kind) {
            this.scriptedReply = scriptedReply;
            this.kind = kind;
        }
    }

    @ParameterizedTest
    @MethodSource("lasting")
    void whatLastsIsNotRetriedAndGoesToTheNextAtOnce(Wire wire, Door door, Lasting why) {
        ScriptedServer first = stage.server().then(why.scriptedReply);
        ScriptedServer second = stage.server().then(ScriptedReply.text("I stand in."));
        Understudy understudy =
                stage.understudy(stage.provider(wire, "p1", first, "k1"), stage.provider(wire, "p2", second, "k2"));
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(heard.text()).isEqualTo("I stand in.");
        assertThat(heard.kinds()).containsExactly(why.kind);
        assertThat(first.calls()).hasSize(1);
        assertThat(second.calls()).hasSize(1);
        assertThat(stage.events(Event.FailedOver.class)).singleElement().satisfies(hop -> assertThat(hop.after())
                .isZero());
    }

    @ParameterizedTest
    @MethodSource("lasting")
    void whatLastsIsNotRetriedEvenWhenNobodyElseIsThere(Wire wire, Door door, Lasting why) {
        ScriptedServer server = stage.server().then(why.scriptedReply);
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(heard.exhausted().why()).isEqualTo("All providers/models failed");
        assertThat(heard.kinds()).containsExactly(why.kind);
        assertThat(server.calls()).hasSize(1);
    }

    static Stream<Arguments> lasting() {
        return Rehearsal.times(Rehearsal.everywhere(), (Object[]) Lasting.values());
    }
}
