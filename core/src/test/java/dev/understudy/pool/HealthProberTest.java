package dev.understudy.pool;

import static dev.understudy.VirtualScenario.standing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.FixedRandom;
import dev.understudy.Understudy;
import dev.understudy.VirtualScenario;
import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.StreamChunk;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.HealthCheckPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Health checks every ten seconds, in virtual time. */
class HealthProberTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final HealthCheckPolicy PROBES = HealthCheckPolicy.every(Duration.ofSeconds(10));

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");
    private final AtomicBoolean aIsWell = new AtomicBoolean(true);
    private Understudy understudy = scenario.builder(a).build();

    @BeforeEach
    void probedByWord() {
        a.probing(() -> aIsWell.get() ? Mono.empty() : Mono.error(failing("the page is down")));
    }

    @AfterEach
    void close() {
        understudy.close();
    }

    @Test
    void healthChecksAreOffByDefault() {
        understudy = scenario.builder(a, b).build();
        scenario.advance(Duration.ofHours(10));
        assertThat(a.probes() + b.probes()).isZero();
        ProviderStatus providerStatus = standing(understudy, "a");
        assertThat(providerStatus.health()).isEqualTo(ProviderStatus.Health.UNKNOWN);
        assertThat(providerStatus.lastCheck()).isNull();
        assertThat(scenario.chat(understudy).by()).isEqualTo("a");
    }

    @Test
    void successMakesUnknownProviderHealthy() {
        understudy = scenario.builder(a, b).healthChecks(PROBES).build();
        scenario.advance(SECOND);
        assertThat(a.probes()).isEqualTo(1);
        assertThat(b.probes()).isEqualTo(1);
        assertThat(standing(understudy, "a").health()).isEqualTo(ProviderStatus.Health.HEALTHY);
        assertThat(standing(understudy, "a").lastCheck()).isEqualTo(Instant.EPOCH);
    }

    @Test
    void failingProviderIsProbedSoonerUntilItRecovers() {
        understudy = scenario.builder(a, b)
                .healthChecks(HealthCheckPolicy.every(Duration.ofMinutes(10)))
                .build();
        scenario.advance(SECOND);
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        aIsWell.set(false);
        assertThat(scenario.chat(understudy).by()).isEqualTo("b");
        scenario.advance(Duration.ofMinutes(10));
        int failed = a.probes();
        scenario.advance(Duration.ofSeconds(36));
        assertThat(a.probes()).isEqualTo(failed + 3);
        assertThat(b.probes()).as("the other one is probed as before").isEqualTo(2);
        aIsWell.set(true);
        scenario.advance(Duration.ofMinutes(9));
        assertThat(a.probes()).as("once more than the two successes").isLessThanOrEqualTo(failed + 6);
        assertThat(standing(understudy, "a").health()).isEqualTo(ProviderStatus.Health.HEALTHY);
    }

    @Test
    void billedProbesKeepTheirInterval() {
        understudy = scenario.builder(a, b)
                .healthChecks(
                        HealthCheckPolicy.every(Duration.ofMinutes(10)).withQuery(ChatRequest.of("m", "Say yes.")))
                .build();
        scenario.advance(SECOND);
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        scenario.chat(understudy);
        int calls = a.calls().size();
        scenario.advance(Duration.ofMinutes(11));
        assertThat(a.calls().size() - calls).isBetween(1, 2);
    }

    @Test
    void providerMayHaveItsOwnPolicy() {
        understudy = Understudy.builder()
                .provider(a)
                .provider(
                        b, ProviderOptions.defaults().withHealthChecks(HealthCheckPolicy.every(Duration.ofSeconds(60))))
                .healthChecks(PROBES)
                .scheduler(scenario.clock)
                .random(new FixedRandom(0.5))
                .build();
        scenario.advance(Duration.ofSeconds(59));
        assertThat(a.probes()).isEqualTo(6);
        assertThat(b.probes()).isEqualTo(1);
    }

    @Test
    void providerMayBeTheOnlyOneChecked() {
        understudy = Understudy.builder()
                .provider(a)
                .provider(b, ProviderOptions.defaults().withHealthChecks(PROBES))
                .scheduler(scenario.clock)
                .build();
        scenario.advance(SECOND);
        assertThat(a.probes()).isZero();
        assertThat(b.probes()).isEqualTo(1);
    }

    @Test
    void failuresTakeProviderOutOfRotationUntilRecovery() {
        understudy = scenario.builder(a, b).healthChecks(PROBES).build();
        scenario.advance(SECOND);
        aIsWell.set(false);
        scenario.advance(Duration.ofSeconds(20));
        assertThat(a.probes()).isEqualTo(3);
        assertThat(scenario.chat(understudy).by())
                .as("two failures are not enough")
                .isEqualTo("a");
        scenario.advance(Duration.ofSeconds(10));

        CallResult out = scenario.chat(understudy);
        assertThat(out.outcomes()).containsExactly("a:skipped", "b:served");
        assertThat(out.attemptLog().attempts().get(0))
                .hasToString("provider=a model=m: skipped; error=its health checks fail");
        ProviderStatus providerStatus = standing(understudy, "a");
        assertThat(providerStatus.health()).isEqualTo(ProviderStatus.Health.UNHEALTHY);
        assertThat(providerStatus.lastFailure())
                .isEqualTo(new ProviderStatus.LastFailure(Instant.ofEpochSecond(30), "server 503: the page is down"));
        assertThat(providerStatus.lastCheck()).isEqualTo(Instant.ofEpochSecond(30));

        aIsWell.set(true);
        scenario.advance(Duration.ofSeconds(10));
        assertThat(scenario.chat(understudy).by())
                .as("one success is not enough")
                .isEqualTo("b");
        scenario.advance(Duration.ofSeconds(10));
        assertThat(scenario.chat(understudy).outcomes()).containsExactly("a:served");
        assertThat(scenario.events(Event.HealthChanged.class))
                .extracting(Event.HealthChanged::provider, Event.HealthChanged::health)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("a", ProviderStatus.Health.UNHEALTHY),
                        org.assertj.core.groups.Tuple.tuple("a", ProviderStatus.Health.HEALTHY));
    }

    @Test
    void providerOutOfRotationIsALastResort() {
        aIsWell.set(false);
        understudy =
                scenario.builder(a, b).healthChecks(PROBES.withThresholds(1, 1)).build();
        scenario.advance(SECOND);
        b.always(ScriptedAnswer.fail(FailureKind.SERVER));
        assertThat(scenario.chat(understudy).outcomes()).containsExactly("a:skipped", "b:failed", "a:served");
        understudy.control().hold("b", null);
        assertThat(scenario.chat(understudy).by()).isEqualTo("a");
    }

    @Test
    void statusIsCheckingDuringACheck() {
        a.probing(() -> Mono.delay(Duration.ofSeconds(2), scenario.clock).then());
        understudy = scenario.builder(a, b).healthChecks(PROBES).build();
        assertThat(standing(understudy, "a").health()).isEqualTo(ProviderStatus.Health.CHECKING);
        assertThat(scenario.chat(understudy).by()).as("and calls go on").isEqualTo("a");
        scenario.advance(Duration.ofSeconds(2));
        assertThat(standing(understudy, "a").health()).isEqualTo(ProviderStatus.Health.HEALTHY);
        scenario.advance(Duration.ofSeconds(11));
        assertThat(standing(understudy, "a").health()).isEqualTo(ProviderStatus.Health.CHECKING);
    }

    @Test
    void noCheckRunsAfterClose() {
        a.probing(() -> Mono.delay(Duration.ofSeconds(2), scenario.clock).then());
        understudy = scenario.builder(a, b).healthChecks(PROBES).build();
        scenario.advance(Duration.ofSeconds(25));
        assertThat(standing(understudy, "a").health()).isEqualTo(ProviderStatus.Health.CHECKING);
        int asked = a.probes() + b.probes();
        understudy.close();
        assertThat(standing(understudy, "a").health())
                .as("the one that ran is over")
                .isEqualTo(ProviderStatus.Health.HEALTHY);
        scenario.advance(Duration.ofHours(1));
        assertThat(a.probes() + b.probes()).isEqualTo(asked);
    }

    static Stream<Arguments> badProbes() {
        return Stream.of(
                Arguments.of("fails", (Supplier<Mono<Void>>) () -> Mono.error(failing("no"))),
                Arguments.of("fails with a stranger", (Supplier<Mono<Void>>)
                        () -> Mono.error(new IllegalStateException("bug"))),
                Arguments.of("throws when asked", (Supplier<Mono<Void>>) () -> {
                    throw new IllegalStateException("bug");
                }),
                Arguments.of("throws an error", (Supplier<Mono<Void>>) () -> {
                    throw new AssertionError("bug");
                }),
                Arguments.of("hangs", (Supplier<Mono<Void>>) Mono::never));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badProbes")
    void misbehavingCheckDoesNotStopLaterChecks(String what, Supplier<Mono<Void>> probe) {
        a.probing(probe);
        understudy = scenario.builder(a, b)
                .healthChecks(PROBES.withThresholds(100, 1))
                .build();
        for (int i = 0; i < 60; i++) {
            assertThat(scenario.chat(understudy).outcomes()).as(what).containsExactly("a:served");
            scenario.advance(SECOND);
        }
        assertThat(a.probes()).isBetween(4, 7);
        assertThat(b.probes()).isBetween(5, 7);
        assertThat(standing(understudy, "b").health()).isEqualTo(ProviderStatus.Health.HEALTHY);
    }

    @Test
    void probeThatThrowsIsAFailedCheck() {
        ThrowingProbe rude = new ThrowingProbe(a);
        understudy = scenario.builder(rude, b)
                .healthChecks(PROBES.withThresholds(2, 1))
                .build();
        scenario.advance(Duration.ofSeconds(25));
        assertThat(rude.asked).isEqualTo(3);
        assertThat(scenario.chat(understudy).by()).isEqualTo("b");
    }

    @Test
    void silentCheckTimesOut() {
        a.probing(Mono::never);
        understudy = scenario.builder(a, b)
                .healthChecks(PROBES.withTimeout(Duration.ofSeconds(3)).withThresholds(1, 1))
                .build();
        scenario.advance(Duration.ofMillis(2_999));
        assertThat(standing(understudy, "a").health()).isEqualTo(ProviderStatus.Health.CHECKING);
        scenario.advance(Duration.ofMillis(1));
        assertThat(standing(understudy, "a").health()).isEqualTo(ProviderStatus.Health.UNHEALTHY);
        assertThat(scenario.chat(understudy).by()).isEqualTo("b");
    }

    @Test
    void slowCheckWithinTimeoutSucceeds() {
        a.probing(() -> Mono.delay(Duration.ofMillis(4_900), scenario.clock).then());
        understudy =
                scenario.builder(a, b).healthChecks(PROBES.withThresholds(1, 1)).build();
        scenario.advance(Duration.ofSeconds(5));
        assertThat(standing(understudy, "a").health()).isEqualTo(ProviderStatus.Health.HEALTHY);
    }

    @Test
    void checksDoNotCountForCircuitsAndRates() {
        understudy = scenario.builder(a, b)
                .healthChecks(PROBES)
                .circuit(CircuitPolicy.defaults()
                        .withConsecutive(2)
                        .withPause(Duration.ofMinutes(10), Duration.ofMinutes(10)))
                .build();
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        scenario.chat(understudy);
        scenario.chat(understudy);
        assertThat(standing(understudy, "a").circuits()).containsEntry("m", ProviderStatus.CircuitState.OPEN);
        scenario.advance(Duration.ofMinutes(5)); // thirty successful checks
        assertThat(standing(understudy, "a").circuits()).containsEntry("m", ProviderStatus.CircuitState.OPEN);
        assertThat(standing(understudy, "a").consecutiveFailures()).isEqualTo(2);

        aIsWell.set(false);
        b.probing(() -> Mono.error(failing("no")));
        scenario.advance(Duration.ofMinutes(2));
        assertThat(standing(understudy, "b").circuits().values()).doesNotContain(ProviderStatus.CircuitState.OPEN);
        assertThat(standing(understudy, "b").successRate()).isEqualTo(1);
        assertThat(standing(understudy, "b").consecutiveFailures()).isEqualTo(12);
    }

    @Test
    void queryReplacesTheProbe() {
        ChatRequest query = ChatRequest.of("tiny", "Are you there?").withMaxTokens(1);
        understudy = scenario.builder(a, b)
                .healthChecks(PROBES.withQuery(query).withThresholds(1, 1))
                .build();
        a.when("tiny", ScriptedAnswer.fail(FailureKind.OVERLOADED));
        scenario.advance(Duration.ofSeconds(10));
        assertThat(a.probes() + b.probes()).isZero();
        assertThat(b.requests()).contains(query);
        assertThat(scenario.chat(understudy).by()).isEqualTo("b");
        assertThat(standing(understudy, "a").inFlight()).isZero();
    }

    @Test
    void intervalIsJitteredByATenth() {
        for (double random : new double[] {0, 0.5, Math.nextDown(1.0)}) {
            ScriptedProvider one = ScriptedProvider.named("one");
            Understudy understudy = scenario.builder(one)
                    .healthChecks(PROBES)
                    .random(new FixedRandom(random))
                    .build();
            Duration expected = Duration.ofMillis(Math.round(9_000 + 2_000 * random));
            scenario.advance(expected.minusMillis(1));
            assertThat(one.probes()).isEqualTo(1);
            scenario.advance(Duration.ofMillis(1));
            assertThat(one.probes()).isEqualTo(2);
            understudy.close();
        }
    }

    @Test
    void laterFailureOfCheckOrCallIsShown() {
        understudy = scenario.builder(a, b).healthChecks(PROBES).build();
        aIsWell.set(false);
        scenario.advance(Duration.ofSeconds(12)); // a check failed at ten seconds
        a.then(ScriptedAnswer.fail(Failure.of(FailureKind.SERVER, "a call")), ScriptedAnswer.text("well"));
        scenario.chat(understudy);
        assertThat(standing(understudy, "a").lastFailure())
                .isEqualTo(new ProviderStatus.LastFailure(Instant.ofEpochSecond(12), "server: a call"));
    }

    @Test
    void probesGoOnThoughCapabilitiesThrow() {
        AtomicInteger probes = new AtomicInteger();
        ChatProvider broken = new ChatProvider() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public Mono<ChatResponse> chat(ChatRequest request) {
                return Mono.error(failing("no"));
            }

            @Override
            public Flux<StreamChunk> stream(ChatRequest request) {
                return Flux.error(failing("no"));
            }

            @Override
            public Capabilities capabilities(String model) {
                throw new IllegalStateException("capabilities");
            }

            @Override
            public Mono<Void> probe() {
                return Mono.fromRunnable(probes::incrementAndGet);
            }
        };
        understudy = Understudy.builder()
                .provider(broken, ProviderOptions.only("m"))
                .scheduler(scenario.clock)
                .random(new FixedRandom(0.5))
                .healthChecks(PROBES)
                .build();
        scenario.advance(Duration.ofSeconds(35));
        assertThat(probes).hasValue(4);
        assertThat(standing(understudy, "broken").health()).isEqualTo(ProviderStatus.Health.HEALTHY);
    }

    private static ChatException failing(String why) {
        return new ChatException.CallFailed(Failure.of(FailureKind.SERVER, why).withStatus(503, null));
    }

    /** Misbehaviour of a provider in a check. */
    private static final class ThrowingProbe implements dev.understudy.chat.ChatProvider {

        private final ScriptedProvider inner;
        private int asked;

        ThrowingProbe(ScriptedProvider inner) {
            this.inner = inner;
        }

        @Override
        public String name() {
            return inner.name();
        }

        @Override
        public Mono<dev.understudy.chat.ChatResponse> chat(ChatRequest request) {
            return inner.chat(request);
        }

        @Override
        public reactor.core.publisher.Flux<dev.understudy.chat.StreamChunk> stream(ChatRequest request) {
            return inner.stream(request);
        }

        @Override
        public Mono<Void> probe() {
            asked++;
            throw new IllegalStateException("not even a publisher");
        }
    }
}
