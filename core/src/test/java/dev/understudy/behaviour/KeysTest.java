package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;
import static dev.understudy.behaviour.Rehearsal.callers;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.event.Event;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Several keys of one provider, as the server sees them. */
class KeysTest {

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    @OnEveryWire
    void fiveCallsUseThreeKeysInTurn(Wire wire, Door door) {
        ScriptedServer server = stage.server();
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1", "k2", "k3"));
        IntStream.range(0, 5).forEach(i -> door.hear(understudy, REQUEST).served());
        assertThat(callers(server)).containsExactly("k1", "k2", "k3", "k1", "k2");
    }

    @OnEveryWire
    void aRateLimitedKeyIsReplacedByTheNextOneInTheSameAttempt(Wire wire, Door door) {
        ScriptedServer server = stage.server().rateLimitKey("k1", Duration.ofMinutes(1));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1", "k2"));
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(callers(server)).containsExactly("k1", "k2");
        assertThat(heard.trail().attemptCount()).isEqualTo(1);
        assertThat(heard.finish().vendorMetadata().keyFingerprint())
                .isEqualTo(Secret.of("k2").fingerprint());
        assertThat(stage.events(Event.ProviderReported.class))
                .extracting(Event.ProviderReported::providerEvent)
                .containsExactly(
                        new ProviderEvent.KeyCoolingDown(
                                "p1", Secret.of("k1").fingerprint(), FailureKind.RATE_LIMITED, Duration.ofMinutes(1)),
                        new ProviderEvent.KeyRotated("p1", Secret.of("k2").fingerprint()));
    }

    @OnEveryWire
    void aRateLimitedKeyIsLeftOutOfTheCallsAfterIt(Wire wire, Door door) {
        ScriptedServer server = stage.server().rateLimitKey("k1", Duration.ofMinutes(1));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1", "k2", "k3"));
        IntStream.range(0, 4).forEach(i -> door.hear(understudy, REQUEST).served());
        assertThat(callers(server)).containsExactly("k1", "k2", "k3", "k2", "k3");
    }

    @ParameterizedTest
    @MethodSource("turnedAway")
    void aKeyThatIsTurnedAwayIsReplacedForGood(Wire wire, Door door, FailureKind kind) {
        ScriptedReply no = kind == FailureKind.AUTH
                ? ScriptedReply.status(401)
                : ScriptedReply.error(429, "insufficient_quota", "insufficient_quota", "Nothing left.");
        ScriptedServer server = stage.server().when(asked -> asked.key().equals("k1"), no);
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1", "k2"));
        IntStream.range(0, 3).forEach(i -> door.hear(understudy, REQUEST).served());
        assertThat(callers(server)).containsExactly("k1", "k2", "k2", "k2");
        assertThat(stage.events(Event.AttemptFailed.class)).isEmpty();
    }

    static Stream<Arguments> turnedAway() {
        return Rehearsal.times(Rehearsal.everywhere(), FailureKind.AUTH, FailureKind.QUOTA);
    }

    @OnEveryWire
    void whenAllKeysAreLimitedForLongTheNextProviderIsAsked(Wire wire, Door door) {
        ScriptedServer limited = stage.server().always(ScriptedReply.rateLimited(Duration.ofMinutes(1)));
        ScriptedServer second = stage.server().then(ScriptedReply.text("I stand in."));
        Understudy understudy = stage.understudy(
                stage.provider(wire, "p1", limited, "k1", "k2"), stage.provider(wire, "p2", second, "k3"));
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(heard.text()).isEqualTo("I stand in.");
        assertThat(callers(limited)).containsExactly("k1", "k2");
        assertThat(heard.kinds()).containsExactly(FailureKind.RATE_LIMITED);
        assertThat(heard.trail().attemptCount()).isEqualTo(2);
    }

    @OnEveryWire
    void whenAllKeysAreLimitedForAMomentTheFirstToComeBackIsUsed(Wire wire, Door door) {
        ScriptedServer server = stage.server()
                .then(
                        ScriptedReply.rateLimited(Duration.ofSeconds(2)),
                        ScriptedReply.rateLimited(Duration.ofMillis(200)),
                        ScriptedReply.text("Here I am."));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1", "k2"));
        assertThat(door.hear(understudy, REQUEST).text()).isEqualTo("Here I am.");
        assertThat(callers(server)).containsExactly("k1", "k2", "k2");
    }

    @OnEveryWire
    void aFailureThatIsNotTheKeysFaultDoesNotChangeTheKeyWithinAnAttempt(Wire wire, Door door) {
        ScriptedServer server = stage.server().then(ScriptedReply.status(500), ScriptedReply.text("Here I am."));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1", "k2"));
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(heard.trail().attemptCount()).isEqualTo(2);
        assertThat(callers(server)).containsExactly("k1", "k2");
        assertThat(stage.events(Event.ProviderReported.class)).isEmpty();
    }
}
