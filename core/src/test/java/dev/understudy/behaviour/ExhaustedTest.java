package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;
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

/** What is said when nobody could answer. */
class ExhaustedTest {

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    private Understudy failing(Wire wire) {
        ScriptedServer broken =
                stage.server().then(ScriptedReply.error(500, "server_error", "The house\nburned down."));
        ScriptedServer closed = stage.server()
                .then(ScriptedReply.error(401, "authentication_error", "The key sk-live-4711abcdef is not known."));
        ScriptedServer nobody = stage.closing(ScriptedServer.refusing());
        return stage.builder(
                        stage.provider(wire, "p1", broken, "k1"),
                        stage.provider(wire, "p2", closed, "k2"),
                        stage.provider(wire, "p3", nobody, "k3"))
                .fallback("m", "n")
                .build();
    }

    @OnEveryWire
    void theErrorNamesEveryProviderModelAttemptKindAndCause(Wire wire, Door door) {
        Heard heard = door.hear(failing(wire), REQUEST);
        assertThat(heard.text()).isEmpty();
        assertThat(heard.exhausted()).hasMessage("""
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

    @OnEveryWire
    void theFirstFailureIsTheCauseAndTheLaterOnesAreSuppressed(Wire wire, Door door) {
        ChatException.Exhausted exhausted = door.hear(failing(wire), REQUEST).exhausted();
        assertThat(kind(exhausted.getCause())).isEqualTo(FailureKind.SERVER);
        assertThat(exhausted.getSuppressed()).hasSize(11).allSatisfy(late -> assertThat(late)
                .isInstanceOf(ChatException.CallFailed.class));
        assertThat(kind(exhausted.getSuppressed()[2])).isEqualTo(FailureKind.AUTH);
        assertThat(exhausted.trail().attempts()).hasSize(12).allSatisfy(attempt -> assertThat(attempt.outcome())
                .isEqualTo(AttemptLog.Outcome.FAILED));
    }

    @OnEveryWire
    void aLaterBadRequestDoesNotMaskTheFirstFailure(Wire wire, Door door) {
        ScriptedServer overloaded = stage.server().then(ScriptedReply.status(503));
        ScriptedServer picky = stage.server().then(ScriptedReply.status(400));
        Understudy understudy =
                stage.understudy(stage.provider(wire, "p1", overloaded, "k1"), stage.provider(wire, "p2", picky, "k2"));
        ChatException.Exhausted exhausted = door.hear(understudy, REQUEST).exhausted();
        assertThat(kind(exhausted.getCause())).isEqualTo(FailureKind.OVERLOADED);
        assertThat(exhausted.failure().kind()).isEqualTo(FailureKind.OVERLOADED);
        assertThat(picky.calls()).hasSize(1);
    }

    @OnEveryWire
    void whatAVendorSaysAtLengthIsOneBoundedLine(Wire wire, Door door) {
        ScriptedServer talkative =
                stage.server().then(ScriptedReply.error(400, "invalid_request_error", "word and word\n".repeat(5_000)));
        Heard heard = door.hear(stage.understudy(stage.provider(wire, "p1", talkative, "k1")), REQUEST);
        List<String> lines = heard.exhausted().getMessage().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).startsWith("provider=p1 model=m attempt 1/3: ").hasSizeLessThan(700);
    }

    @ThroughBothDoors
    void theLastEventTellsTheSame(Door door) {
        ScriptedServer server = stage.server().then(ScriptedReply.status(403));
        Heard heard = door.hear(stage.understudy(stage.provider(Wire.OPENAI, "p1", server, "k1")), REQUEST);
        assertThat(stage.events.get(stage.events.size() - 1))
                .isInstanceOfSatisfying(Event.CallFailed.class, failed -> assertThat(failed.error())
                        .isSameAs(heard.error()));
    }

    private static FailureKind kind(Throwable failed) {
        return ((ChatException.CallFailed) failed).failure().kind();
    }
}
