package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
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
    final SocketScenario scenario = new SocketScenario();

    @EveryDialectAndKind
    void successNeedsOneRequest(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server().then(ScriptedReply.text("It is me."));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        CallResult result = kind.result(understudy, REQUEST);
        assertThat(result.text()).isEqualTo("It is me.");
        assertThat(result.servedBy().fallback()).isFalse();
        assertThat(result.attemptLog().attemptCount()).isEqualTo(1);
        assertThat(server.calls()).hasSize(1);
        assertThat(scenario.events(Event.Retrying.class)).isEmpty();
        scenario.assertNoTimerIsLeft();
    }

    @EveryDialectAndKind
    void transientFailureIsRetriedUntilSuccess(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server()
                .then(ScriptedReply.status(503), ScriptedReply.status(500), ScriptedReply.text("Here I am."));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        CallResult result = kind.result(understudy, REQUEST);
        assertThat(result.text()).isEqualTo("Here I am.");
        assertThat(result.servedBy().provider()).isEqualTo("p1");
        assertThat(result.kinds()).containsExactly(FailureKind.OVERLOADED, FailureKind.SERVER);
        assertThat(server.calls()).hasSize(3);
        scenario.assertNoTimerIsLeft();
    }

    @EveryDialectAndKind
    void fallbackIsTriedAfterAllRetries(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server()
                .when(asked -> asked.key().equals("first"), ScriptedReply.status(500))
                .when(asked -> asked.key().equals("second"), ScriptedReply.text("I stand in."));
        Understudy understudy = scenario.understudy(
                scenario.provider(dialect, "p1", server, "first"), scenario.provider(dialect, "p2", server, "second"));
        CallResult result = kind.result(understudy, REQUEST);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.servedBy().provider()).isEqualTo("p2");
        assertThat(result.servedBy().requestedProvider()).isEqualTo("p1");
        assertThat(result.servedBy().fallback()).isTrue();
        assertThat(SocketScenario.callers(server)).containsExactly("first", "first", "first", "second");
        assertThat(scenario.events(Event.FailedOver.class)).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("passing")
    void transientFailuresAreRetried(SocketDialect dialect, CallKind kind, int status) {
        ScriptedServer server = scenario.server().then(ScriptedReply.status(status), ScriptedReply.text("Here I am."));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        assertThat(kind.result(understudy, REQUEST).text()).isEqualTo("Here I am.");
        assertThat(server.calls()).extracting(RecordedRequest::key).containsExactly("k1", "k1");
    }

    static Stream<Arguments> passing() {
        return SocketScenario.times(SocketScenario.everywhere(), 408, 409, 425, 429, 500, 502, 503, 504, 520, 524, 529);
    }

    /** Errors of vendors that are not retried. */
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
    void permanentFailuresFailOverAtOnce(SocketDialect dialect, CallKind kind, Lasting why) {
        ScriptedServer first = scenario.server().then(why.scriptedReply);
        ScriptedServer second = scenario.server().then(ScriptedReply.text("I stand in."));
        Understudy understudy = scenario.understudy(
                scenario.provider(dialect, "p1", first, "k1"), scenario.provider(dialect, "p2", second, "k2"));
        CallResult result = kind.result(understudy, REQUEST);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.kinds()).containsExactly(why.kind);
        assertThat(first.calls()).hasSize(1);
        assertThat(second.calls()).hasSize(1);
        assertThat(scenario.events(Event.FailedOver.class)).singleElement().satisfies(hop -> assertThat(hop.after())
                .isZero());
    }

    @ParameterizedTest
    @MethodSource("lasting")
    void permanentFailuresOfTheLastRouteAreNotRetried(SocketDialect dialect, CallKind kind, Lasting why) {
        ScriptedServer server = scenario.server().then(why.scriptedReply);
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        CallResult result = kind.result(understudy, REQUEST);
        assertThat(result.exhausted().reason()).isEqualTo("All providers/models failed");
        assertThat(result.kinds()).containsExactly(why.kind);
        assertThat(server.calls()).hasSize(1);
    }

    static Stream<Arguments> lasting() {
        return SocketScenario.times(SocketScenario.everywhere(), (Object[]) Lasting.values());
    }
}
