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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A key whose bucket is empty is left alone before it answers 429. */
class LearnedLimitsTest {

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    /** In the way of the vendor: nothing is left, and half a minute until it is back. */
    private static ScriptedReply empty(Wire wire, ScriptedReply scriptedReply) {
        return wire == Wire.OPENAI
                ? scriptedReply
                        .withHeader("x-ratelimit-remaining-requests", "0")
                        .withHeader("x-ratelimit-reset-requests", "30s")
                : scriptedReply
                        .withHeader("anthropic-ratelimit-input-tokens-remaining", "0")
                        .withHeader(
                                "anthropic-ratelimit-input-tokens-reset",
                                Instant.now()
                                        .plusSeconds(30)
                                        .truncatedTo(ChronoUnit.SECONDS)
                                        .toString());
    }

    @OnEveryWire
    void theNextKeyIsUsedBeforeTheEmptyOneAnswers429(Wire wire, Door door) {
        ScriptedServer server = stage.server()
                .when(asked -> asked.key().equals("k1"), empty(wire, ScriptedReply.text("One more, and no other.")));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1", "k2", "k3"));
        IntStream.range(0, 5)
                .forEach(i -> assertThat(door.hear(understudy, REQUEST).kinds()).isEmpty());
        assertThat(callers(server)).containsExactly("k1", "k2", "k3", "k2", "k3");
        assertThat(notices()).singleElement().isInstanceOfSatisfying(ProviderEvent.KeyCoolingDown.class, gated -> {
            assertThat(gated.keyFingerprint()).isEqualTo(Secret.of("k1").fingerprint());
            assertThat(gated.kind()).isEqualTo(FailureKind.RATE_LIMITED);
            assertThat(gated.duration()).isBetween(Duration.ofSeconds(25), Duration.ofSeconds(30));
        });
        assertThat(understudy.control().status().get(0).keyCooldowns()).hasSize(1);
    }

    @OnEveryWire
    void withASingleKeyTheNextProviderIsAsked(Wire wire, Door door) {
        ScriptedServer one = stage.server().always(empty(wire, ScriptedReply.text("One more.")));
        ScriptedServer other = stage.server().always(ScriptedReply.text("I stand in."));
        Understudy understudy =
                stage.understudy(stage.provider(wire, "p1", one, "k1"), stage.provider(wire, "p2", other, "k2"));
        assertThat(door.hear(understudy, REQUEST).text()).isEqualTo("One more.");
        for (int i = 0; i < 3; i++) {
            Heard heard = door.hear(understudy, REQUEST);
            assertThat(heard.text()).isEqualTo("I stand in.");
            assertThat(heard.kinds()).containsExactly(FailureKind.SKIPPED);
        }
        assertThat(one.calls()).hasSize(1);
        assertThat(understudy.control().status().get(0).consecutiveFailures()).isZero();
    }

    @OnEveryWire
    void a429WithoutRetryAfterMeansTheEmptyBucket(Wire wire, Door door) {
        ScriptedServer server =
                stage.server().when(asked -> asked.key().equals("k1"), empty(wire, ScriptedReply.status(429)));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1", "k2"));
        IntStream.range(0, 3).forEach(i -> door.hear(understudy, REQUEST).served());
        assertThat(callers(server)).containsExactly("k1", "k2", "k2", "k2");
    }

    @OnEveryWire
    void whatAVendorSaysInRetryAfterOutweighsItsBuckets(Wire wire, Door door) {
        ScriptedServer server = stage.server()
                .then(empty(wire, ScriptedReply.rateLimited(Duration.ofMillis(50))), ScriptedReply.text("Here I am."));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        assertThat(door.hear(understudy, REQUEST).text()).isEqualTo("Here I am.");
        assertThat(server.calls()).hasSize(2);
    }

    @OnEveryWire
    void aBrokenServerWithAnEmptyBucketIsStillABrokenServer(Wire wire, Door door) {
        ScriptedServer server = stage.server()
                .when(asked -> asked.key().equals("k1"), empty(wire, ScriptedReply.status(500)))
                .always(ScriptedReply.text("Here I am."));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1", "k2"));
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(heard.kinds()).containsExactly(FailureKind.SERVER);
        assertThat(heard.failures().get(0).retryAfter()).isNull();
        assertThat(callers(server)).containsExactly("k1", "k2");
    }

    @OnEveryWire
    void aBucketWithSomethingInItGatesNothing(Wire wire, Door door) {
        ScriptedServer server = stage.server()
                .always(ScriptedReply.text("Hello.")
                        .withHeader("x-ratelimit-remaining-requests", "1")
                        .withHeader("x-ratelimit-reset-requests", "30s")
                        .withHeader("anthropic-ratelimit-tokens-remaining", "12")
                        .withHeader("anthropic-ratelimit-tokens-reset", "2099-01-01T00:00:00Z"));
        Understudy understudy = stage.understudy(stage.provider(wire, "p1", server, "k1"));
        IntStream.range(0, 3).forEach(i -> door.hear(understudy, REQUEST).served());
        assertThat(notices()).isEmpty();
    }

    private List<ProviderEvent> notices() {
        return stage.events(Event.ProviderReported.class).stream()
                .map(Event.ProviderReported::providerEvent)
                .toList();
    }
}
