package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;
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

/** HTTP status 200 is no proof of success: an error in the body is judged as an error of HTTP would be. */
class InBandErrorTest {

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    private final ScriptedServer first = stage.server();
    private final ScriptedServer second = stage.server().then(ScriptedReply.text("I stand in."));

    /** What a vendor says inside of a success. */
    enum Said {
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

        Said(String type, String message, FailureKind kind) {
            this.type = type;
            this.message = message;
            this.kind = kind;
        }
    }

    private Understudy both(Wire wire) {
        return stage.builder(stage.provider(wire, "p1", first, "k1"), stage.provider(wire, "p2", second, "k2"))
                .retry(RetryPolicy.none())
                .build();
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void beforeContentItIsTypedAndTheNextIsAsked(Wire wire, Door door, Said said) {
        first.then(ScriptedReply.text("one two").fail(ScriptedReply.FaultPoint.tokens(0), said.type, said.message));
        Heard heard = door.hear(both(wire), REQUEST);
        assertThat(heard.text()).isEqualTo("I stand in.");
        assertThat(heard.kinds()).containsExactly(said.kind);
        assertThat(heard.failures().get(0).message()).isEqualTo(said.message);
        assertThat(first.calls()).hasSize(1);
    }

    static Stream<Arguments> everywhere() {
        return Rehearsal.times(Rehearsal.everywhere(), (Object[]) Said.values());
    }

    @ParameterizedTest
    @MethodSource("streams")
    void afterContentItIsTypedAndEndsTheStreamWithWhatWasDelivered(Wire wire, Said said) {
        first.then(ScriptedReply.text("one two").fail(ScriptedReply.FaultPoint.tokens(1), said.type, said.message));
        Heard heard = Door.STREAM.hear(both(wire), REQUEST);
        assertThat(heard.text()).isEqualTo("one");
        assertThat(heard.cut().failure().kind()).isEqualTo(said.kind);
        assertThat(heard.cut().failure().message()).isEqualTo(said.message);
        assertThat(heard.cut().partial().text()).isEqualTo("one");
        assertThat(second.calls()).isEmpty();
    }

    static Stream<Arguments> streams() {
        return Rehearsal.times(Stream.of(Wire.values()).map(Arguments::of), (Object[]) Said.values());
    }

    @OnEveryWire
    void aConversationThatIsTooLongIsNotSentAgain(Wire wire, Door door) {
        first.then(ScriptedReply.text("one")
                .fail(
                        ScriptedReply.FaultPoint.tokens(0),
                        "invalid_request_error",
                        "prompt is too long: 210000 tokens > 200000 maximum"));
        Heard heard = door.hear(both(wire), REQUEST);
        assertThat(heard.kinds()).containsExactly(FailureKind.CONTEXT_OVERFLOW);
        assertThat(heard.exhausted().why()).endsWith("cannot be reduced further");
        assertThat(heard.failures().get(0).advice().window()).isEqualTo(200_000);
        assertThat(second.calls()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("dev.understudy.behaviour.Rehearsal#everywhere")
    void aTransientErrorInsideASuccessIsRetried(Wire wire, Door door) {
        first.then(
                ScriptedReply.text("one").fail(ScriptedReply.FaultPoint.tokens(0), "overloaded_error", "Overloaded"),
                ScriptedReply.text("Here I am."));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", first, "k1"));
        assertThat(door.hear(understudy, REQUEST).text()).isEqualTo("Here I am.");
        assertThat(first.calls()).hasSize(2);
    }
}
