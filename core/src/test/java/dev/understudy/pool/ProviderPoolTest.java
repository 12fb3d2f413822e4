package dev.understudy.pool;

import static dev.understudy.VirtualStage.standing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.understudy.Nobody;
import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.VirtualStage;
import dev.understudy.call.Clients;
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
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Who is asked first. Circuits are off, so that nothing but the active provider decides. */
class ProviderPoolTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualStage stage = new VirtualStage();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");
    private final ScriptedProvider c = ScriptedProvider.named("c");

    @Test
    void soManyFailuresInARowMoveTheActiveProviderToTheNextOne() {
        Understudy understudy = door(FailoverPolicy.defaults().withMaxConsecutiveFailures(3));
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        stage.chat(understudy);
        stage.chat(understudy);
        assertThat(active(understudy)).isEqualTo("a");
        stage.chat(understudy);
        assertThat(active(understudy)).isEqualTo("b");
        assertThat(stage.events(Event.ActiveProviderChanged.class))
                .containsExactly(
                        new Event.ActiveProviderChanged("understudy", "a", "b", "after 3 consecutive failures"));
        int asked = a.subscriptions();
        assertThat(stage.chat(understudy).outcomes()).containsExactly("b:served");
        assertThat(a.subscriptions()).isEqualTo(asked);
    }

    @Test
    void aSuccessBetweenStartsTheCountAnew() {
        Understudy understudy = door(FailoverPolicy.defaults().withMaxConsecutiveFailures(2));
        a.then(
                ScriptedAnswer.fail(FailureKind.SERVER),
                ScriptedAnswer.text("well"),
                ScriptedAnswer.fail(FailureKind.SERVER),
                ScriptedAnswer.text("well"));
        for (int i = 0; i < 4; i++) {
            stage.chat(understudy);
        }
        assertThat(active(understudy)).isEqualTo("a");
    }

    @Test
    void failuresThatSpeakAgainstNobodyMoveNothing() {
        Understudy understudy = door(FailoverPolicy.defaults().withMaxConsecutiveFailures(1));
        a.always(ScriptedAnswer.fail(FailureKind.INVALID_REQUEST));
        for (int i = 0; i < 5; i++) {
            stage.chat(understudy);
        }
        assertThat(active(understudy)).isEqualTo("a");
    }

    @Test
    void whoIsUnwellItselfIsPassedOver() {
        Understudy understudy = door(FailoverPolicy.defaults().withMaxConsecutiveFailures(2));
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        b.always(ScriptedAnswer.fail(FailureKind.SERVER));
        stage.chat(understudy);
        stage.chat(understudy); // a and b have failed twice each: at a's second failure b had failed once
        assertThat(active(understudy)).isEqualTo("c");
        assertThat(stage.chat(understudy).outcomes()).containsExactly("c:served");
    }

    @Test
    void whenAllAreUnwellItStaysWhereItIs() {
        Understudy understudy = door(FailoverPolicy.defaults().withMaxConsecutiveFailures(1));
        for (ScriptedProvider one : new ScriptedProvider[] {a, b, c}) {
            one.always(ScriptedAnswer.fail(FailureKind.SERVER));
        }
        for (int i = 0; i < 4; i++) {
            assertThat(stage.chat(understudy).error).isInstanceOf(ChatException.Exhausted.class);
        }
        assertThat(stage.events(Event.ActiveProviderChanged.class)).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void theFirstOneReturnsWhenItsLastFailureIsLongAgo() {
        Understudy understudy = door(FailoverPolicy.defaults().withMaxConsecutiveFailures(2));
        a.then(
                ScriptedAnswer.fail(FailureKind.SERVER),
                ScriptedAnswer.fail(FailureKind.SERVER),
                ScriptedAnswer.text("well again"));
        stage.chat(understudy);
        stage.chat(understudy);
        stage.advance(Duration.ofMillis(14_999));
        assertThat(stage.chat(understudy).by()).isEqualTo("b");
        stage.advance(Duration.ofMillis(1));
        assertThat(stage.chat(understudy).by()).isEqualTo("a");
        assertThat(active(understudy)).isEqualTo("a");
        assertThat(stage.events(Event.ActiveProviderChanged.class))
                .last()
                .isEqualTo(new Event.ActiveProviderChanged("understudy", "b", "a", "it has recovered"));
    }

    @Test
    void returnTimeCountsFromSwitchByAnotherInstance() {
        PooledProvider first = Clients.member(new Nobody("a"), ProviderOptions.any());
        PooledProvider second = Clients.member(new Nobody("b"), ProviderOptions.any());
        ProviderPool providerPool = Clients.roster(first, second);
        long moved = Duration.ofHours(1).toNanos();
        providerPool.applyRemote("b", false, moved);
        long returns = moved + Duration.ofSeconds(5).toNanos();
        assertThat(providerPool.inOrder(returns - 1)).containsExactly(second, first);
        assertThat(providerPool.inOrder(returns)).containsExactly(first, second);
    }

    @Test
    void theFirstOneReturnsWhenItsCircuitLetsATrialThrough() {
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
        stage.chat(understudy);
        stage.chat(understudy);
        stage.advance(Duration.ofMillis(29_999));
        assertThat(stage.chat(understudy).by()).isEqualTo("b");
        assertThat(active(understudy)).isEqualTo("b");
        stage.advance(Duration.ofMillis(1));
        assertThat(stage.chat(understudy).by()).isEqualTo("a");
        assertThat(active(understudy)).isEqualTo("a");
    }

    @Test
    void oneThatReturnsTooEarlyIsLeftAtItsFirstFailure() {
        Understudy understudy = door(FailoverPolicy.defaults().withMaxConsecutiveFailures(3));
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        for (int i = 0; i < 3; i++) {
            stage.chat(understudy);
        }
        stage.advance(Duration.ofSeconds(15));
        assertThat(stage.chat(understudy).outcomes()).containsExactly("a:failed", "b:served");
        assertThat(active(understudy)).isEqualTo("b");
    }

    @Test
    void withProbesItReturnsWhenOneHasSeenItWellAfterItsLastFailure() {
        Understudy understudy = builder(FailoverPolicy.defaults().withMaxConsecutiveFailures(1))
                .healthChecks(HealthCheckPolicy.every(Duration.ofSeconds(60)))
                .build();
        a.then(ScriptedAnswer.fail(FailureKind.SERVER), ScriptedAnswer.text("well again"));
        stage.advance(SECOND); // the first probes are over, and a was well
        assertThat(stage.chat(understudy).by()).isEqualTo("b");
        stage.advance(Duration.ofSeconds(40));
        assertThat(stage.chat(understudy).by()).as("no probe since").isEqualTo("b");
        stage.advance(Duration.ofSeconds(30));
        assertThat(stage.chat(understudy).by()).isEqualTo("a");
        understudy.close();
    }

    @Test
    void withProbesThatFailItStaysAway() {
        Understudy understudy = builder(FailoverPolicy.defaults().withMaxConsecutiveFailures(1))
                .healthChecks(HealthCheckPolicy.every(Duration.ofSeconds(10)).withThresholds(1, 2))
                .build();
        a.then(ScriptedAnswer.fail(FailureKind.SERVER), ScriptedAnswer.text("well again"))
                .probing(() -> Mono.error(new Exception("no")));
        stage.chat(understudy);
        stage.advance(Duration.ofMinutes(3));
        assertThat(stage.chat(understudy).by()).isEqualTo("b");
        a.probing(Mono::empty);
        stage.advance(Duration.ofSeconds(30));
        assertThat(stage.chat(understudy).by()).isEqualTo("a");
        understudy.close();
    }

    @Test
    void withoutReturnsNeverReturnsByItself() {
        Understudy understudy =
                door(FailoverPolicy.defaults().withMaxConsecutiveFailures(1).withReturns(false));
        a.then(ScriptedAnswer.fail(FailureKind.SERVER), ScriptedAnswer.text("well again"));
        stage.chat(understudy);
        stage.advance(Duration.ofHours(5));
        assertThat(stage.chat(understudy).outcomes()).containsExactly("b:served");
        understudy.control().switchTo("a");
        assertThat(stage.chat(understudy).by()).isEqualTo("a");
    }

    @Test
    void switchingMovesAtOnceAndMakesItTheOneThatIsReturnedTo() {
        Understudy understudy = door(FailoverPolicy.defaults().withMaxConsecutiveFailures(1));
        understudy.control().switchTo("c");
        assertThat(stage.chat(understudy).outcomes()).containsExactly("c:served");
        assertThat(stage.events(Event.ActiveProviderChanged.class))
                .containsExactly(new Event.ActiveProviderChanged("understudy", "a", "c", "switched manually"));
        c.then(ScriptedAnswer.fail(FailureKind.SERVER), ScriptedAnswer.text("well again"));
        assertThat(stage.chat(understudy).outcomes()).containsExactly("c:failed", "a:served");
        assertThat(active(understudy)).isEqualTo("a");
        stage.advance(Duration.ofSeconds(15));
        assertThat(stage.chat(understudy).by()).isEqualTo("c");
        understudy.control().switchTo("c");
        assertThat(stage.events(Event.ActiveProviderChanged.class)).hasSize(3);
    }

    @Test
    void switchingToAStrangerIsRefused() {
        Understudy understudy = door(FailoverPolicy.defaults());
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> understudy.control().switchTo("d"))
                .withMessage("No provider is named 'd'; there are [a, b, c]");
    }

    @Test
    void manualFailoverAsksTheActiveOneOnly() {
        Understudy understudy = door(FailoverPolicy.manual().withMaxConsecutiveFailures(1));
        a.always(ScriptedAnswer.fail(FailureKind.SERVER));
        for (int i = 0; i < 3; i++) {
            VirtualStage.Heard heard = stage.chat(understudy);
            assertThat(heard.error).isInstanceOf(ChatException.Exhausted.class);
            assertThat(heard.outcomes()).containsExactly("b:skipped", "c:skipped", "a:failed");
        }
        assertThat(b.subscriptions() + c.subscriptions()).isZero();
        understudy.control().switchTo("b");
        assertThat(stage.chat(understudy).by()).isEqualTo("b");
        assertThat(a.subscriptions()).isEqualTo(3);
    }

    @Test
    void manualFailoverStillMayFallBackToAnotherModelOfTheActiveOne() {
        Understudy understudy =
                builder(FailoverPolicy.manual()).fallback("m", "n").build();
        a.when("m", ScriptedAnswer.fail(FailureKind.SERVER));
        VirtualStage.Heard heard = stage.chat(understudy);
        assertThat(heard.by()).isEqualTo("a");
        assertThat(heard.finish().servedBy().model()).isEqualTo("n");
    }

    private UnderstudyBuilder builder(FailoverPolicy failoverPolicy) {
        return stage.builder(a, b, c)
                .circuit(CircuitPolicy.disabled())
                .failover(failoverPolicy.withReturnAfter(Duration.ofSeconds(15)));
    }

    private Understudy door(FailoverPolicy failoverPolicy) {
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
