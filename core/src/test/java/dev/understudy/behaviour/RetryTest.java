package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Event;
import dev.understudy.Understudy;
import dev.understudy.chat.FailureKind;
import dev.understudy.testing.Recorded;
import dev.understudy.testing.Reply;
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
        ScriptedServer server = stage.server().then(Reply.text("It is me."));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(heard.text()).isEqualTo("It is me.");
        assertThat(heard.served().fallback()).isFalse();
        assertThat(heard.trail().attempts()).isEqualTo(1);
        assertThat(server.calls()).hasSize(1);
        assertThat(stage.events(Event.Retrying.class)).isEmpty();
        stage.assertNoTimerIsLeft();
    }

    @OnEveryWire
    void aFailureThatPassesIsRetriedUntilItHasPassed(Wire wire, Door door) {
        ScriptedServer server = stage.server().then(Reply.status(503), Reply.status(500), Reply.text("Here I am."));
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
                .when(asked -> asked.key().equals("first"), Reply.status(500))
                .when(asked -> asked.key().equals("second"), Reply.text("I stand in."));
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
        ScriptedServer server = stage.server().then(Reply.status(status), Reply.text("Here I am."));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        assertThat(door.hear(understudy, REQUEST).text()).isEqualTo("Here I am.");
        assertThat(server.calls()).extracting(Recorded::key).containsExactly("k1", "k1");
    }

    static Stream<Arguments> passing() {
        return Rehearsal.times(Rehearsal.everywhere(), 408, 409, 425, 429, 500, 502, 503, 504, 520, 524, 529);
    }

    /** Why an answer of a vendor means that asking again is in vain. */
    enum Lasting {
        WRONG_KEY(Reply.status(401), FailureKind.AUTH),
        NOT_ALLOWED(Reply.status(403), FailureKind.FORBIDDEN),
        NO_SUCH_MODEL(Reply.status(404), FailureKind.MODEL_NOT_FOUND),
        NO_QUOTA(
                Reply.error(429, "insufficient_quota", "insufficient_quota", "You have used up what you paid for."),
                FailureKind.QUOTA),
        IN_ARREARS(
                Reply.raw(429, "application/json", "{\"error\":{\"code\":\"1113\",\"message\":\"In arrears.\"}}"),
                FailureKind.QUOTA),
        NOT_IN_PLAN(
                Reply.raw(429, "application/json", "{\"error\":{\"code\":\"1311\",\"message\":\"Not for you.\"}}"),
                FailureKind.FORBIDDEN),
        PLAN_IN_WORDS(
                Reply.error(429, "rate_limit_error", "Your plan does not include this model."), FailureKind.FORBIDDEN),
        PLAN_WITH_RETRY_AFTER(
                Reply.error(429, "rate_limit_error", "Your plan does not include this model.")
                        .withHeader("retry-after", "1"),
                FailureKind.FORBIDDEN);

        final Reply reply;
        final FailureKind kind;

        Lasting(Reply reply, FailureKind kind) {
            this.reply = reply;
            this.kind = kind;
        }
    }

    @ParameterizedTest
    @MethodSource("lasting")
    void whatLastsIsNotRetriedAndGoesToTheNextAtOnce(Wire wire, Door door, Lasting why) {
        ScriptedServer first = stage.server().then(why.reply);
        ScriptedServer second = stage.server().then(Reply.text("I stand in."));
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
        ScriptedServer server = stage.server().then(why.reply);
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
