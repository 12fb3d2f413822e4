package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.FailureKind;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Errors in the body of a response with status 200 are classified like HTTP errors. */
class InBandErrorTest {

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    private final ScriptedServer first = scenario.server();
    private final ScriptedServer second = scenario.server().then(ScriptedReply.text("I stand in."));

    /** Error in the body of a successful response. */
    enum RequestContent {
        OVERLOADED("overloaded_error", "Overloaded", FailureKind.OVERLOADED),
        RATE_LIMITED("rate_limit_error", "Too many tokens a minute.", FailureKind.RATE_LIMITED),
        NO_QUOTA("insufficient_quota", "You have used up what you paid for.", FailureKind.QUOTA),
        WRONG_KEY("authentication_error", "invalid x-api-key", FailureKind.AUTH),
        BROKEN("api_error", "Internal server error", FailureKind.SERVER),
        NOT_ALLOWED("permission_error", "Not for this key.", FailureKind.FORBIDDEN),
        MISUNDERSTOOD("invalid_request_error", "messages: there is no such role", FailureKind.INVALID_REQUEST);

        final String type;
        final String message;
        final FailureKind kind;

        RequestContent(String type, String message, FailureKind kind) {
            this.type = type;
            this.message = message;
            this.kind = kind;
        }
    }

    private Understudy both(SocketDialect dialect) {
        return scenario.builder(
                        scenario.provider(dialect, "p1", first, "k1"), scenario.provider(dialect, "p2", second, "k2"))
                .retry(RetryPolicy.none())
                .build();
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void errorBeforeContentFailsOver(SocketDialect dialect, CallKind kind, RequestContent said) {
        first.then(ScriptedReply.text("one two").fail(ScriptedReply.FaultPoint.tokens(0), said.type, said.message));
        CallResult result = kind.result(both(dialect), REQUEST);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.kinds()).containsExactly(said.kind);
        assertThat(result.failures().get(0).message()).isEqualTo(said.message);
        assertThat(first.calls()).hasSize(1);
    }

    static Stream<Arguments> everywhere() {
        return SocketScenario.times(SocketScenario.everywhere(), (Object[]) RequestContent.values());
    }

    @ParameterizedTest
    @MethodSource("streams")
    void errorAfterContentEndsWithPartialAnswer(SocketDialect dialect, RequestContent said) {
        first.then(ScriptedReply.text("one two").fail(ScriptedReply.FaultPoint.tokens(1), said.type, said.message));
        CallResult result = CallKind.STREAM.result(both(dialect), REQUEST);
        assertThat(result.text()).isEqualTo("one");
        assertThat(result.cut().failure().kind()).isEqualTo(said.kind);
        assertThat(result.cut().failure().message()).isEqualTo(said.message);
        assertThat(result.cut().partial().text()).isEqualTo("one");
        assertThat(second.calls()).isEmpty();
    }

    static Stream<Arguments> streams() {
        return SocketScenario.times(
                Stream.of(SocketDialect.values()).map(Arguments::of), (Object[]) RequestContent.values());
    }

    @EveryDialectAndKind
    void overflowInBodyIsNotRetried(SocketDialect dialect, CallKind kind) {
        first.then(overflow());
        Understudy alone = scenario.understudy(scenario.provider(dialect, "p1", first, "k1"));
        CallResult result = kind.result(alone, REQUEST);
        assertThat(result.kinds()).containsExactly(FailureKind.CONTEXT_OVERFLOW);
        assertThat(result.exhausted().reason()).endsWith("cannot be reduced further");
        assertThat(result.failures().get(0).advice().window()).isEqualTo(200_000);
    }

    @EveryDialectAndKind
    void overflowInBodyGoesToRouteOfUnknownWindow(SocketDialect dialect, CallKind kind) {
        first.then(overflow());
        CallResult result = kind.result(both(dialect), REQUEST);
        assertThat(result.text()).isEqualTo("I stand in.");
        assertThat(result.kinds()).containsExactly(FailureKind.CONTEXT_OVERFLOW);
        assertThat(first.calls()).hasSize(1);
    }

    private static ScriptedReply overflow() {
        return ScriptedReply.text("one")
                .fail(
                        ScriptedReply.FaultPoint.tokens(0),
                        "invalid_request_error",
                        "prompt is too long: 210000 tokens > 200000 maximum");
    }

    @ParameterizedTest
    @MethodSource("dev.understudy.scenario.SocketScenario#everywhere")
    void transientErrorInBodyIsRetried(SocketDialect dialect, CallKind kind) {
        first.then(
                ScriptedReply.text("one").fail(ScriptedReply.FaultPoint.tokens(0), "overloaded_error", "Overloaded"),
                ScriptedReply.text("Here I am."));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", first, "k1"));
        assertThat(kind.result(understudy, REQUEST).text()).isEqualTo("Here I am.");
        assertThat(first.calls()).hasSize(2);
    }
}
