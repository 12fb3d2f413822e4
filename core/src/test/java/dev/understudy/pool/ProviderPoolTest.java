package dev.understudy.pool;

import static dev.understudy.VirtualScenario.standing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.understudy.SilentProvider;
import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.VirtualScenario;
import dev.understudy.call.CallFixtures;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.HealthCheckPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Changes of the active provider. Circuits are disabled. */
class ProviderPoolTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");
    private final ScriptedProvider c = ScriptedProvider.named("c");

    @Test
    void consecutiveFailuresChangeTheActiveProvider() {
        Understudy understudy = understudy(FailoverPolicy.defaults().withMaxConsecutiveFailures(3));
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        scenario.chat(understudy);
        scenario.chat(understudy);
        assertThat(active(understudy)).isEqualTo("a");
        scenario.chat(understudy);
        assertThat(active(understudy)).isEqualTo("b");
        assertThat(scenario.events(Event.ActiveProviderChanged.class))
                .containsExactly(
                        new Event.ActiveProviderChanged("understudy", "a", "b", "after 3 consecutive failures"));
        int asked = a.subscriptions();
        assertThat(scenario.chat(understudy).outcomes()).containsExactly("b:served");
        assertThat(a.subscriptions()).isEqualTo(asked);
    }

    @Test
    void successResetsTheCount() {
        Understudy understudy = understudy(FailoverPolicy.defaults().withMaxConsecutiveFailures(2));
        a.then(
                ScriptedAnswer.fail(FailureKind.SERVER),
                ScriptedAnswer.text("well"),
                ScriptedAnswer.fail(FailureKind.SERVER),
                ScriptedAnswer.text("well"));
        for (int i = 0; i < 4; i++) {
            scenario.chat(understudy);
        }
        assertThat(active(understudy)).isEqualTo("a");
    }

    @Test
    void uncountedFailuresChangeNothing() {
        Understudy understudy = understudy(FailoverPolicy.defaults().withMaxConsecutiveFailures(1));
        a.always(ScriptedAnswer.fail(FailureKind.INVALID_REQUEST));
        for (int i = 0; i < 5; i++) {
            scenario.chat(understudy);
        }
        assertThat(active(understudy)).isEqualTo("a");
    }

    @Test
    void unhealthyProviderDoesNotBecomeActive() {
        Understudy understudy = understudy(FailoverPolicy.defaults().withMaxConsecutiveFailures(2));
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        b.always(ScriptedAnswer.fail(FailureKind.SERVER));
        scenario.chat(understudy);
        scenario.chat(understudy); // a and b have failed twice each; b had failed once at the second failure of a
        assertThat(active(understudy)).isEqualTo("c");
        assertThat(scenario.chat(understudy).outcomes()).containsExactly("c:served");
    }

    @Test
    void activeProviderStaysWhenAllAreUnhealthy() {
        Understudy understudy = understudy(FailoverPolicy.defaults().withMaxConsecutiveFailures(1));
        for (ScriptedProvider one : new ScriptedProvider[] {a, b, c}) {
            one.always(ScriptedAnswer.fail(FailureKind.SERVER));
        }
        for (int i = 0; i < 4; i++) {
            assertThat(scenario.chat(understudy).error).isInstanceOf(ChatException.Exhausted.class);
        }
        assertThat(scenario.events(Event.ActiveProviderChanged.class)).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void primaryReturnsAfterAQuietTime() {
        Understudy understudy = understudy(FailoverPolicy.defaults().withMaxConsecutiveFailures(2));
        a.then(
                ScriptedAnswer.fail(FailureKind.SERVER),
                ScriptedAnswer.fail(FailureKind.SERVER),
                ScriptedAnswer.text("well again"));
        scenario.chat(understudy);
        scenario.chat(understudy);
        scenario.advance(Duration.ofMillis(14_999));
        assertThat(scenario.chat(understudy).by()).isEqualTo("b");
        scenario.advance(Duration.ofMillis(1));
        assertThat(scenario.chat(understudy).by()).isEqualTo("a");
        assertThat(active(understudy)).isEqualTo("a");
        assertThat(scenario.events(Event.ActiveProviderChanged.class))
                .last()
                .isEqualTo(new Event.ActiveProviderChanged("understudy", "b", "a", "it has recovered"));
    }

    @Test
    void returnTimeCountsFromSwitchByAnotherInstance() {
        PooledProvider first = CallFixtures.member(new SilentProvider("a"), ProviderOptions.defaults());
        PooledProvider second = CallFixtures.member(new SilentProvider("b"), ProviderOptions.defaults());
        ProviderPool providerPool = CallFixtures.roster(first, second);
        long moved = Duration.ofHours(1).toNanos();
        providerPool.applyRemote("b", false, moved);
        long returns = moved + Duration.ofSeconds(5).toNanos();
        assertThat(providerPool.inOrder(returns - 1)).containsExactly(second, first);
        assertThat(providerPool.inOrder(returns)).containsExactly(first, second);
    }

    @Test
    void switchByAnotherInstanceIsNotLostInARace() throws Exception {
        ProviderPool providerPool = CallFixtures.roster(
                CallFixtures.member(new SilentProvider("a"), ProviderOptions.defaults()),
                CallFixtures.member(new SilentProvider("b"), ProviderOptions.defaults()),
                CallFixtures.member(new SilentProvider("c"), ProviderOptions.defaults()));
        AtomicBoolean ended = new AtomicBoolean();
        ExecutorService other = Executors.newSingleThreadExecutor();
        Future<?> automatic = other.submit(() -> {
            for (int i = 0; !ended.get(); i++) {
                providerPool.applyRemote(i % 2 == 0 ? "b" : "c", false, i);
            }
        });
        int lost = 0;
        try {
            for (int i = 0; i < 300_000; i++) {
                String chosen = i % 2 == 0 ? "a" : "b";
                providerPool.applyRemote(chosen, true, i);
                lost += providerPool.primary().name().equals(chosen) ? 0 : 1;
            }
        } finally {
            ended.set(true);
            automatic.get(60, TimeUnit.SECONDS);
            other.shutdown();
        }
        assertThat(lost).isZero();
    }

    @Test
    void primaryReturnsWhenItsCircuitAllowsATrial() {
        Understudy understudy = builder(FailoverPolicy.defaults().withMaxConsecutiveFailures(2))
                .failover(FailoverPolicy.defaults().withMaxConsecutiveFailures(2))
                .circuit(CircuitPolicy.defaults()
                        .withConsecutive(2)
                        .withPause(Duration.ofSeconds(30), Duration.ofSeconds(30))
                        .withJitter(0))
                .build();
        understudy.control().hold("a", "another model", null);
        a.then(
                ScriptedAnswer.fail(FailureKind.SERVER),
                ScriptedAnswer.fail(FailureKind.SERVER),
                ScriptedAnswer.text("well again"));
        scenario.chat(understudy);
        scenario.chat(understudy);
        scenario.advance(Duration.ofMillis(29_999));
        assertThat(scenario.chat(understudy).by()).isEqualTo("b");
        assertThat(active(understudy)).isEqualTo("b");
        scenario.advance(Duration.ofMillis(1));
        assertThat(scenario.chat(understudy).by()).isEqualTo("a");
        assertThat(active(understudy)).isEqualTo("a");
    }

    @Test
    void primaryThatFailsAfterReturnIsLeftAtOnce() {
        Understudy understudy = understudy(FailoverPolicy.defaults().withMaxConsecutiveFailures(3));
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        for (int i = 0; i < 3; i++) {
            scenario.chat(understudy);
        }
        scenario.advance(Duration.ofSeconds(15));
        assertThat(scenario.chat(understudy).outcomes()).containsExactly("a:failed", "b:served");
        assertThat(active(understudy)).isEqualTo("b");
    }

    @Test
    void primaryReturnsAfterASuccessfulCheck() {
        Understudy understudy = builder(FailoverPolicy.defaults().withMaxConsecutiveFailures(1))
                .healthChecks(HealthCheckPolicy.every(Duration.ofSeconds(60)))
                .build();
        a.then(ScriptedAnswer.fail(FailureKind.SERVER), ScriptedAnswer.text("well again"));
        scenario.advance(SECOND); // the first checks have succeeded
        assertThat(scenario.chat(understudy).by()).isEqualTo("b");
        scenario.advance(Duration.ofSeconds(40));
        assertThat(scenario.chat(understudy).by()).as("no probe since").isEqualTo("b");
        scenario.advance(Duration.ofSeconds(30));
        assertThat(scenario.chat(understudy).by()).isEqualTo("a");
        understudy.close();
    }

    @Test
    void primaryWithFailedChecksDoesNotReturn() {
        Understudy understudy = builder(FailoverPolicy.defaults().withMaxConsecutiveFailures(1))
                .healthChecks(HealthCheckPolicy.every(Duration.ofSeconds(10)).withThresholds(1, 2))
                .build();
        a.then(ScriptedAnswer.fail(FailureKind.SERVER), ScriptedAnswer.text("well again"))
                .probing(() -> Mono.error(new Exception("no")));
        scenario.chat(understudy);
        scenario.advance(Duration.ofMinutes(3));
        assertThat(scenario.chat(understudy).by()).isEqualTo("b");
        a.probing(Mono::empty);
        scenario.advance(Duration.ofSeconds(30));
        assertThat(scenario.chat(understudy).by()).isEqualTo("a");
        understudy.close();
    }

    @Test
    void primaryDoesNotReturnIfDisabled() {
        Understudy understudy = understudy(
                FailoverPolicy.defaults().withMaxConsecutiveFailures(1).withReturns(false));
        a.then(ScriptedAnswer.fail(FailureKind.SERVER), ScriptedAnswer.text("well again"));
        scenario.chat(understudy);
        scenario.advance(Duration.ofHours(5));
        assertThat(scenario.chat(understudy).outcomes()).containsExactly("b:served");
        understudy.control().switchTo("a");
        assertThat(scenario.chat(understudy).by()).isEqualTo("a");
    }

    @Test
    void manualSwitchChangesActiveAndPrimary() {
        Understudy understudy = understudy(FailoverPolicy.defaults().withMaxConsecutiveFailures(1));
        understudy.control().switchTo("c");
        assertThat(scenario.chat(understudy).outcomes()).containsExactly("c:served");
        assertThat(scenario.events(Event.ActiveProviderChanged.class))
                .containsExactly(new Event.ActiveProviderChanged("understudy", "a", "c", "switched manually"));
        c.then(ScriptedAnswer.fail(FailureKind.SERVER), ScriptedAnswer.text("well again"));
        assertThat(scenario.chat(understudy).outcomes()).containsExactly("c:failed", "a:served");
        assertThat(active(understudy)).isEqualTo("a");
        scenario.advance(Duration.ofSeconds(15));
        assertThat(scenario.chat(understudy).by()).isEqualTo("c");
        understudy.control().switchTo("c");
        assertThat(scenario.events(Event.ActiveProviderChanged.class)).hasSize(3);
    }

    @Test
    void switchToUnknownProviderIsRefused() {
        Understudy understudy = understudy(FailoverPolicy.defaults());
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> understudy.control().switchTo("d"))
                .withMessage("No provider is named 'd'; there are [a, b, c]");
    }

    @Test
    void manualFailoverUsesTheActiveProviderOnly() {
        Understudy understudy = understudy(FailoverPolicy.manual().withMaxConsecutiveFailures(1));
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        for (int i = 0; i < 3; i++) {
            VirtualScenario.CallResult result = scenario.chat(understudy);
            assertThat(result.error).isInstanceOf(ChatException.Exhausted.class);
            assertThat(result.outcomes()).containsExactly("b:skipped", "c:skipped", "a:failed");
        }
        assertThat(b.subscriptions() + c.subscriptions()).isZero();
        understudy.control().switchTo("b");
        assertThat(scenario.chat(understudy).by()).isEqualTo("b");
        assertThat(a.subscriptions()).isEqualTo(3);
    }

    @Test
    void manualFailoverMayUseAnotherModel() {
        Understudy understudy =
                builder(FailoverPolicy.manual()).fallback("m", "n").build();
        a.when("m", ScriptedAnswer.fail(FailureKind.SERVER));
        VirtualScenario.CallResult result = scenario.chat(understudy);
        assertThat(result.by()).isEqualTo("a");
        assertThat(result.finish().servedBy().model()).isEqualTo("n");
    }

    private UnderstudyBuilder builder(FailoverPolicy failoverPolicy) {
        return scenario.builder(a, b, c)
                .circuit(CircuitPolicy.none())
                .failover(failoverPolicy.withReturnAfter(Duration.ofSeconds(15)));
    }

    private Understudy understudy(FailoverPolicy failoverPolicy) {
        return builder(failoverPolicy).build();
    }

    private static String active(Understudy understudy) {
        String active = understudy.control().status().stream()
                .filter(ProviderStatus::active)
                .map(ProviderStatus::provider)
                .findFirst()
                .orElseThrow();
        assertThat(standing(understudy, active).active()).isTrue();
        return active;
    }
}
