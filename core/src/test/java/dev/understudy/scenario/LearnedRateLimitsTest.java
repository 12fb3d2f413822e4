package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
import static dev.understudy.scenario.SocketScenario.callers;
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

/** Keys with an exhausted rate limit are not used before they answer 429. */
class LearnedRateLimitsTest {

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    /** Headers of an exhausted limit that is reset in 30 seconds. */
    private static ScriptedReply empty(SocketDialect dialect, ScriptedReply scriptedReply) {
        return dialect == SocketDialect.OPENAI
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

    @EveryDialectAndKind
    void nextKeyIsUsedBeforeAnEmptyBucketAnswers429(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server()
                .when(asked -> asked.key().equals("k1"), empty(dialect, ScriptedReply.text("One more, and no other.")));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1", "k2", "k3"));
        IntStream.range(0, 5)
                .forEach(i ->
                        assertThat(kind.result(understudy, REQUEST).kinds()).isEmpty());
        assertThat(callers(server)).containsExactly("k1", "k2", "k3", "k2", "k3");
        assertThat(notices()).singleElement().isInstanceOfSatisfying(ProviderEvent.KeyCoolingDown.class, gated -> {
            assertThat(gated.keyFingerprint()).isEqualTo(Secret.of("k1").fingerprint());
            assertThat(gated.kind()).isEqualTo(FailureKind.RATE_LIMITED);
            assertThat(gated.duration()).isBetween(Duration.ofSeconds(25), Duration.ofSeconds(30));
        });
        assertThat(understudy.control().status().get(0).keyCooldowns()).hasSize(1);
        understudy.control().release("p1");
        assertThat(understudy.control().status().get(0).keyCooldowns()).isEmpty();
    }

    @EveryDialectAndKind
    void emptyBucketOfASingleKeyFailsOver(SocketDialect dialect, CallKind kind) {
        ScriptedServer one = scenario.server().always(empty(dialect, ScriptedReply.text("One more.")));
        ScriptedServer other = scenario.server().always(ScriptedReply.text("I stand in."));
        Understudy understudy = scenario.understudy(
                scenario.provider(dialect, "p1", one, "k1"), scenario.provider(dialect, "p2", other, "k2"));
        assertThat(kind.result(understudy, REQUEST).text()).isEqualTo("One more.");
        for (int i = 0; i < 3; i++) {
            CallResult result = kind.result(understudy, REQUEST);
            assertThat(result.text()).isEqualTo("I stand in.");
            assertThat(result.kinds()).containsExactly(FailureKind.SKIPPED);
        }
        assertThat(one.calls()).hasSize(1);
        assertThat(understudy.control().status().get(0).consecutiveFailures()).isZero();
    }

    @EveryDialectAndKind
    void bucketResetReplacesMissingRetryAfter(SocketDialect dialect, CallKind kind) {
        ScriptedServer server =
                scenario.server().when(asked -> asked.key().equals("k1"), empty(dialect, ScriptedReply.status(429)));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1", "k2"));
        IntStream.range(0, 3).forEach(i -> kind.result(understudy, REQUEST).servedBy());
        assertThat(callers(server)).containsExactly("k1", "k2", "k2", "k2");
    }

    @EveryDialectAndKind
    void retryAfterOverridesBucketReset(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server()
                .then(
                        empty(dialect, ScriptedReply.rateLimited(Duration.ofMillis(50))),
                        ScriptedReply.text("Here I am."));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        assertThat(kind.result(understudy, REQUEST).text()).isEqualTo("Here I am.");
        assertThat(server.calls()).hasSize(2);
    }

    @EveryDialectAndKind
    void serverErrorWithEmptyBucketStaysServerError(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server()
                .when(asked -> asked.key().equals("k1"), empty(dialect, ScriptedReply.status(500)))
                .always(ScriptedReply.text("Here I am."));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1", "k2"));
        CallResult result = kind.result(understudy, REQUEST);
        assertThat(result.kinds()).containsExactly(FailureKind.SERVER);
        assertThat(result.failures().get(0).retryAfter()).isNull();
        assertThat(callers(server)).containsExactly("k1", "k2");
    }

    @EveryDialectAndKind
    void nonEmptyBucketStartsNoCooldown(SocketDialect dialect, CallKind kind) {
        ScriptedServer server = scenario.server()
                .always(ScriptedReply.text("Hello.")
                        .withHeader("x-ratelimit-remaining-requests", "1")
                        .withHeader("x-ratelimit-reset-requests", "30s")
                        .withHeader("anthropic-ratelimit-tokens-remaining", "12")
                        .withHeader("anthropic-ratelimit-tokens-reset", "2099-01-01T00:00:00Z"));
        Understudy understudy = scenario.understudy(scenario.provider(dialect, "p1", server, "k1"));
        IntStream.range(0, 3).forEach(i -> kind.result(understudy, REQUEST).servedBy());
        assertThat(notices()).isEmpty();
    }

    private List<ProviderEvent> notices() {
        return scenario.events(Event.ProviderReported.class).stream()
                .map(Event.ProviderReported::providerEvent)
                .toList();
    }
}
