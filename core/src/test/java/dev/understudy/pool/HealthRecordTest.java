package dev.understudy.pool;

import static dev.understudy.VirtualScenario.standing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.VirtualScenario;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.HealthCheckPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** The record that calls and health checks of a provider leave, in virtual time. */
class HealthRecordTest {

    private static final HealthCheckPolicy CHECKS = HealthCheckPolicy.every(Duration.ofSeconds(10));

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");
    private final AtomicBoolean answersChecks = new AtomicBoolean(true);
    private Understudy understudy = scenario.builder(a).build();

    @BeforeEach
    void probedByWord() {
        a.probing(() -> Mono.delay(Duration.ofMillis(40), scenario.clock)
                .then(Mono.defer(() -> answersChecks.get() ? Mono.empty() : Mono.error(failing("no page")))));
    }

    @AfterEach
    void close() {
        understudy.close();
    }

    @Test
    void checkLeavesARecord() {
        understudy = scenario.builder(a, b).healthChecks(CHECKS).build();
        advance(1);
        assertThat(a().lastCheck()).isEqualTo(Instant.ofEpochMilli(40));
        assertThat(a().lastSuccess()).isEqualTo(Instant.ofEpochMilli(40));
        assertThat(a().responseTime().last()).isEqualTo(Duration.ofMillis(40));
        assertThat(a().responseTime().average()).as("of answers").isNull();
        answersChecks.set(false);
        advance(20);
        assertThat(a().consecutiveFailures()).isEqualTo(2);
        assertThat(a().lastFailure()).isNotNull().satisfies(failure -> assertThat(failure.message())
                .isEqualTo("server 503: no page"));
    }

    @Test
    void callLeavesARecord() {
        understudy = scenario.builder(a, b).build();
        advance(7);
        scenario.chat(understudy);
        assertThat(a().lastCheck()).isEqualTo(Instant.ofEpochSecond(7));
        assertThat(a().lastSuccess()).isEqualTo(Instant.ofEpochSecond(7));
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        advance(1);
        scenario.chat(understudy);
        assertThat(a().lastCheck()).isEqualTo(Instant.ofEpochSecond(8));
        assertThat(a().lastSuccess()).isEqualTo(Instant.ofEpochSecond(7));
        assertThat(a().lastFailure()).isNotNull();
        assertThat(a().consecutiveFailures()).isEqualTo(1);
    }

    @Test
    void recoveryKeepsTheLastFailure() {
        understudy = scenario.builder(a, b).healthChecks(CHECKS).build();
        a.then(ScriptedAnswer.fail(Failure.of(FailureKind.SERVER, "a call")), ScriptedAnswer.text("well"));
        scenario.chat(understudy);
        answersChecks.set(false);
        advance(12);
        ProviderStatus.LastFailure ofCheck = a().lastFailure();
        assertThat(ofCheck).isNotNull();
        answersChecks.set(true);
        advance(30);
        scenario.chat(understudy);
        assertThat(a().health()).isEqualTo(ProviderStatus.Health.HEALTHY);
        assertThat(a().lastFailure()).as("not the failure before it").isEqualTo(ofCheck);
        assertThat(a().consecutiveFailures()).isZero();
    }

    @Test
    void callsAndChecksFailInOneRow() {
        understudy = scenario.builder(a, b).healthChecks(CHECKS).build();
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        answersChecks.set(false);
        advance(1);
        scenario.chat(understudy);
        assertThat(a().consecutiveFailures()).isEqualTo(2);
        answersChecks.set(true);
        advance(10);
        assertThat(a().consecutiveFailures()).as("a free check is no answer").isEqualTo(1);
        a.always(ScriptedAnswer.text("well"));
        scenario.chat(understudy);
        assertThat(a().consecutiveFailures()).isZero();
    }

    @Test
    void answerToAQueryEndsTheRow() {
        ChatRequest query = ChatRequest.of("tiny", "Hello").withMaxTokens(1);
        understudy =
                scenario.builder(a, b).healthChecks(CHECKS.withQuery(query)).build();
        a.when("m", ScriptedAnswer.fail(FailureKind.SERVER));
        advance(1);
        scenario.chat(understudy);
        assertThat(a().consecutiveFailures()).isEqualTo(1);
        advance(10);
        assertThat(a().consecutiveFailures()).isZero();
    }

    @Test
    void failedChecksMoveTheActiveProviderAndBack() {
        understudy = scenario.builder(a, b)
                .healthChecks(CHECKS)
                .failover(FailoverPolicy.defaults().withMaxConsecutiveFailures(3))
                .build();
        advance(1);
        answersChecks.set(false);
        advance(20);
        assertThat(a().active()).isTrue();
        advance(10);
        assertThat(a().active()).isFalse();
        assertThat(standing(understudy, "b").active()).isTrue();
        assertThat(scenario.events(Event.ActiveProviderChanged.class))
                .containsExactly(
                        new Event.ActiveProviderChanged("understudy", "a", "b", "after 3 consecutive failures"));
        answersChecks.set(true);
        advance(20);
        assertThat(scenario.chat(understudy).by()).as("a trial").isEqualTo("a");
        assertThat(a().active()).isTrue();
    }

    @Test
    void failedChecksMoveNothingWithManualFailover() {
        understudy = scenario.builder(a, b)
                .healthChecks(CHECKS)
                .failover(FailoverPolicy.manual())
                .build();
        answersChecks.set(false);
        advance(200);
        assertThat(a().active()).isTrue();
    }

    @Test
    void failuresOfSeveralModelsHideTheProvider() {
        understudy = scenario.builder(a, b)
                .failover(FailoverPolicy.defaults().withMaxConsecutiveFailures(100))
                .build();
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        for (String model : List.of("m1", "m2", "m3", "m4", "m5")) {
            assertThat(ask(model).outcomes()).containsExactly("a:failed", "b:served");
        }
        assertThat(a().circuits().values()).containsOnly(ProviderStatus.CircuitState.CLOSED);
        assertThat(ask("m6").outcomes()).containsExactly("a:skipped", "b:served");
        assertThat(a().health()).isEqualTo(ProviderStatus.Health.UNHEALTHY);
        b.always(ScriptedAnswer.fail(FailureKind.SERVER));
        a.always(ScriptedAnswer.text("well"));
        assertThat(ask("m7").by()).as("a last resort").isEqualTo("a");
        assertThat(a().health()).isEqualTo(ProviderStatus.Health.HEALTHY);
        assertThat(scenario.events(Event.HealthChanged.class))
                .containsExactly(
                        new Event.HealthChanged(
                                "understudy",
                                "a",
                                ProviderStatus.Health.UNHEALTHY,
                                "failures of several models: 5 consecutive failures"),
                        new Event.HealthChanged("understudy", "a", ProviderStatus.Health.HEALTHY, null));
    }

    @Test
    void hiddenProviderIsTriedAfterTheOpenTime() {
        understudy = scenario.builder(a, b).build();
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        List.of("m1", "m2", "m3", "m4", "m5").forEach(this::ask);
        understudy.control().switchTo("a");
        assertThat(ask("m6").outcomes()).containsExactly("a:skipped", "b:served");
        a.always(ScriptedAnswer.text("well"));
        advance(6);
        assertThat(ask("m6").outcomes()).containsExactly("a:served");
        assertThat(ask("m1").by()).isEqualTo("a");
    }

    @Test
    void oneFailingModelDoesNotHideTheProvider() {
        understudy = scenario.builder(a, b)
                .circuit(CircuitPolicy.defaults().withoutRate())
                .failover(FailoverPolicy.defaults().withMaxConsecutiveFailures(100))
                .build();
        a.when("dead", ScriptedAnswer.fail(FailureKind.SERVER));
        a.when("odd", ScriptedAnswer.fail(FailureKind.SERVER));
        for (int i = 0; i < 20; i++) {
            ask("dead");
        }
        ask("odd");
        assertThat(a().circuits()).containsEntry("dead", ProviderStatus.CircuitState.OPEN);
        assertThat(ask("m").outcomes()).containsExactly("a:served");
        assertThat(scenario.events(Event.HealthChanged.class)).isEmpty();
    }

    @Test
    void releaseForgetsFailuresOfSeveralModels() {
        understudy = scenario.builder(a, b)
                .failover(FailoverPolicy.defaults().withMaxConsecutiveFailures(100))
                .build();
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        List.of("m1", "m2", "m3", "m4", "m5").forEach(this::ask);
        understudy.control().release("a");
        assertThat(a().consecutiveFailures()).isZero();
        a.always(ScriptedAnswer.text("well"));
        assertThat(ask("m6").outcomes()).containsExactly("a:served");
    }

    @Test
    void successorContinuesTheRecord() {
        Understudy before = scenario.builder(a, b).healthChecks(CHECKS).build();
        answersChecks.set(false);
        advance(25);
        understudy = scenario.builder(a, b)
                .healthChecks(CHECKS.withTimeout(Duration.ofSeconds(1)))
                .continueHealth(before, Set.of("a"))
                .build();
        ProviderStatus kept = standing(before, "a");
        assertThat(a().consecutiveFailures()).isEqualTo(3).isEqualTo(kept.consecutiveFailures());
        assertThat(a().lastFailure()).isEqualTo(kept.lastFailure());
        assertThat(a().lastSuccess()).isEqualTo(kept.lastSuccess());
        before.close();
    }

    @Test
    void onlyTheSuccessorChecksTheProvider() {
        Understudy before = scenario.builder(a, b).healthChecks(CHECKS).build();
        advance(1);
        understudy =
                scenario.builder(a, b).continueHealth(before, Set.of("a", "b")).build();
        int checks = a.probes();
        advance(60);
        assertThat(a.probes()).as("the successor makes no checks").isEqualTo(checks);
        understudy.close();
        advance(60);
        assertThat(a.probes()).as("a successor that failed to start is closed").isGreaterThan(checks);
        before.close();
    }

    @Test
    void successorWithoutChecksIsNotKeptOutOfRotation() {
        Understudy before =
                scenario.builder(a, b).healthChecks(CHECKS.withThresholds(1, 1)).build();
        answersChecks.set(false);
        advance(15);
        assertThat(standing(before, "a").health()).isEqualTo(ProviderStatus.Health.UNHEALTHY);
        understudy =
                scenario.builder(a, b).continueHealth(before, Set.of("a", "b")).build();
        assertThat(scenario.chat(understudy).outcomes()).containsExactly("a:served");
        before.close();
    }

    @Test
    void recordOfAnotherClockIsNotContinued() {
        VirtualScenario other = new VirtualScenario();
        Understudy before = other.builder(a).build();
        other.chat(before);
        understudy = scenario.builder(a).continueHealth(before, Set.of("a")).build();
        assertThat(a().lastSuccess()).isNull();
        before.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void checkNowRecordsItsResults(boolean enabled) {
        understudy = scenario.builder(a, b)
                .healthChecks(enabled ? CHECKS : HealthCheckPolicy.none())
                .build();
        advance(5);
        answersChecks.set(false);
        StepVerifier.create(understudy.control().checkHealth())
                .then(() -> scenario.advance(Duration.ofMillis(40)))
                .assertNext(all -> {
                    assertThat(all.get(0).lastCheck()).isEqualTo(Instant.ofEpochMilli(5_040));
                    assertThat(all.get(0).consecutiveFailures()).isEqualTo(1);
                    assertThat(all.get(1).lastSuccess()).isEqualTo(Instant.ofEpochSecond(5));
                })
                .verifyComplete();
    }

    @Test
    void concurrentChecksShareOneRound() {
        understudy = scenario.builder(a, b).build();
        Mono<List<ProviderStatus>> check = understudy.control().checkHealth();
        StepVerifier.create(Flux.merge(check, check, check))
                .then(() -> scenario.advance(Duration.ofMillis(40)))
                .expectNextCount(3)
                .verifyComplete();
        assertThat(a.probes()).isEqualTo(1);
        check.subscribe();
        assertThat(a.probes()).as("later, another round").isEqualTo(2);
        scenario.advance(Duration.ofMillis(40));
        assertThat(a().health()).isEqualTo(ProviderStatus.Health.HEALTHY);
    }

    @Test
    void cancelledCheckNowEndsTheCheck() {
        understudy = scenario.builder(a, b).build();
        Disposable check = understudy.control().checkHealth().subscribe();
        assertThat(a().health()).isEqualTo(ProviderStatus.Health.CHECKING);
        check.dispose();
        assertThat(a().health()).isEqualTo(ProviderStatus.Health.UNKNOWN);
    }

    private VirtualScenario.CallResult ask(String model) {
        return scenario.chat(understudy.chat(ChatRequest.of(model, "Who is there?")));
    }

    private ProviderStatus a() {
        return standing(understudy, "a");
    }

    private void advance(long seconds) {
        scenario.advance(Duration.ofSeconds(seconds));
    }

    private static ChatException failing(String why) {
        return new ChatException.CallFailed(Failure.of(FailureKind.SERVER, why).withStatus(503, null));
    }
}
