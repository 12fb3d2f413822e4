package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Errors of calls that no provider answered. */
class ExhaustedCallTest {

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    private Understudy failing(SocketDialect dialect) {
        ScriptedServer broken =
                scenario.server().then(ScriptedReply.error(500, "server_error", "The house\nburned down."));
        ScriptedServer closed = scenario.server()
                .then(ScriptedReply.error(401, "authentication_error", "The key sk-live-4711abcdef is not known."));
        ScriptedServer nobody = scenario.closing(ScriptedServer.refusing());
        return scenario.builder(
                        scenario.provider(dialect, "p1", broken, "k1"),
                        scenario.provider(dialect, "p2", closed, "k2"),
                        scenario.provider(dialect, "p3", nobody, "k3"))
                .fallback("m", "n")
                .build();
    }

    @EveryDialectAndKind
    void errorListsEveryAttempt(SocketDialect dialect, CallKind kind) {
        CallResult result = kind.result(failing(dialect), REQUEST);
        assertThat(result.text()).isEmpty();
        assertThat(result.exhausted()).hasMessage("""
            All providers/models failed. Attempts:
            provider=p1 model=m attempt 1/3: server 500 (server_error); error=The house burned down.
            provider=p1 model=m attempt 2/3: server 500 (server_error); error=The house burned down.
            provider=p1 model=m attempt 3/3: server 500 (server_error); error=The house burned down.
            provider=p2 model=m attempt 1/3: auth 401 (authentication_error); error=The key *** is not known.
            provider=p3 model=m attempt 1/3: connect; error=connection refused
            provider=p3 model=m attempt 2/3: connect; error=connection refused
            provider=p1 model=n attempt 1/3: server 500 (server_error); error=The house burned down.
            provider=p1 model=n attempt 2/3: server 500 (server_error); error=The house burned down.
            provider=p1 model=n attempt 3/3: server 500 (server_error); error=The house burned down.
            provider=p2 model=n attempt 1/3: auth; error=its key is rejected by the vendor
            provider=p3 model=n attempt 1/3: connect; error=connection refused
            provider=p3 model=n attempt 2/3: connect; error=connection refused\
            """);
    }

    @EveryDialectAndKind
    void firstFailureIsCauseAndOthersSuppressed(SocketDialect dialect, CallKind kind) {
        ChatException.Exhausted exhausted =
                kind.result(failing(dialect), REQUEST).exhausted();
        assertThat(kind(exhausted.getCause())).isEqualTo(FailureKind.SERVER);
        assertThat(exhausted.getSuppressed()).hasSize(11).allSatisfy(late -> assertThat(late)
                .isInstanceOf(ChatException.CallFailed.class));
        assertThat(kind(exhausted.getSuppressed()[2])).isEqualTo(FailureKind.AUTH);
        assertThat(exhausted.attemptLog().attempts()).hasSize(12).allSatisfy(attempt -> assertThat(attempt.outcome())
                .isEqualTo(AttemptLog.Outcome.FAILED));
    }

    @EveryDialectAndKind
    void laterBadRequestDoesNotMaskFirstFailure(SocketDialect dialect, CallKind kind) {
        ScriptedServer overloaded = scenario.server().then(ScriptedReply.status(503));
        ScriptedServer picky = scenario.server().then(ScriptedReply.status(400));
        Understudy understudy = scenario.understudy(
                scenario.provider(dialect, "p1", overloaded, "k1"), scenario.provider(dialect, "p2", picky, "k2"));
        ChatException.Exhausted exhausted = kind.result(understudy, REQUEST).exhausted();
        assertThat(kind(exhausted.getCause())).isEqualTo(FailureKind.OVERLOADED);
        assertThat(exhausted.failure().kind()).isEqualTo(FailureKind.OVERLOADED);
        assertThat(picky.calls()).hasSize(1);
    }

    @EveryDialectAndKind
    void vendorMessageIsOneBoundedLine(SocketDialect dialect, CallKind kind) {
        ScriptedServer talkative = scenario.server()
                .then(ScriptedReply.error(400, "invalid_request_error", "word and word\n".repeat(5_000)));
        CallResult result =
                kind.result(scenario.understudy(scenario.provider(dialect, "p1", talkative, "k1")), REQUEST);
        List<String> lines = result.exhausted().getMessage().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).startsWith("provider=p1 model=m attempt 1/3: ").hasSizeLessThan(700);
    }

    @ChatAndStream
    void lastEventHoldsTheSameError(CallKind kind) {
        ScriptedServer server = scenario.server().then(ScriptedReply.status(403));
        CallResult result =
                kind.result(scenario.understudy(scenario.provider(SocketDialect.OPENAI, "p1", server, "k1")), REQUEST);
        assertThat(scenario.events.get(scenario.events.size() - 1))
                .isInstanceOfSatisfying(Event.CallFailed.class, failed -> assertThat(failed.error())
                        .isSameAs(result.error()));
    }

    private static FailureKind kind(Throwable failed) {
        return ((ChatException.CallFailed) failed).failure().kind();
    }
}
