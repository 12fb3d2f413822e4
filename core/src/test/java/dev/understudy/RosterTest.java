package dev.understudy;

import static dev.understudy.VirtualStage.standing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.understudy.chat.ChatException;
import dev.understudy.chat.FailureKind;
import dev.understudy.testing.Cue;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Who is asked first. Circuits are off, so that nothing but the active provider decides. */
class RosterTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualStage stage = new VirtualStage();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");
    private final ScriptedProvider c = ScriptedProvider.named("c");

    @Test
    void soManyFailuresInARowMoveTheActiveProviderToTheNextOne() {
        Understudy understudy = door(Failover.defaults().withMaxConsecutiveFailures(3));
        a.always(Cue.fail(FailureKind.SERVER));
        stage.chat(understudy);
        stage.chat(understudy);
        assertThat(active(understudy)).isEqualTo("a");
        stage.chat(understudy);
        assertThat(active(understudy)).isEqualTo("b");
        assertThat(stage.events(Event.ActiveMoved.class))
                .containsExactly(new Event.ActiveMoved("understudy", "a", "b", "after 3 consecutive failures"));
        int asked = a.subscriptions();
        assertThat(stage.chat(understudy).outcomes()).containsExactly("b:served");
        assertThat(a.subscriptions()).isEqualTo(asked);
    }

    @Test
    void aSuccessBetweenStartsTheCountAnew() {
        Understudy understudy = door(Failover.defaults().withMaxConsecutiveFailures(2));
        a.then(Cue.fail(FailureKind.SERVER), Cue.text("well"), Cue.fail(FailureKind.SERVER), Cue.text("well"));
        for (int i = 0; i < 4; i++) {
            stage.chat(understudy);
        }
        assertThat(active(understudy)).isEqualTo("a");
    }

    @Test
    void failuresThatSpeakAgainstNobodyMoveNothing() {
        Understudy understudy = door(Failover.defaults().withMaxConsecutiveFailures(1));
        a.always(Cue.fail(FailureKind.INVALID_REQUEST));
        for (int i = 0; i < 5; i++) {
            stage.chat(understudy);
        }
        assertThat(active(understudy)).isEqualTo("a");
    }

    @Test
    void whoIsUnwellItselfIsPassedOver() {
        Understudy understudy = door(Failover.defaults().withMaxConsecutiveFailures(2));
        a.always(Cue.fail(FailureKind.SERVER));
        b.always(Cue.fail(FailureKind.SERVER));
        stage.chat(understudy);
        stage.chat(understudy); // a and b have failed twice each: at a's second failure b had failed once
        assertThat(active(understudy)).isEqualTo("c");
        assertThat(stage.chat(understudy).outcomes()).containsExactly("c:served");
    }

    @Test
    void whenAllAreUnwellItStaysWhereItIs() {
        Understudy understudy = door(Failover.defaults().withMaxConsecutiveFailures(1));
        for (ScriptedProvider one : new ScriptedProvider[] {a, b, c}) {
            one.always(Cue.fail(FailureKind.SERVER));
        }
        for (int i = 0; i < 4; i++) {
            assertThat(stage.chat(understudy).error).isInstanceOf(ChatException.Exhausted.class);
        }
        assertThat(stage.events(Event.ActiveMoved.class)).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void theFirstOneReturnsWhenItsLastFailureIsLongAgo() {
        Understudy understudy = door(Failover.defaults().withMaxConsecutiveFailures(2));
        a.then(Cue.fail(FailureKind.SERVER), Cue.fail(FailureKind.SERVER), Cue.text("well again"));
        stage.chat(understudy);
        stage.chat(understudy);
        stage.advance(Duration.ofMillis(14_999));
        assertThat(stage.chat(understudy).by()).isEqualTo("b");
        stage.advance(Duration.ofMillis(1));
        assertThat(stage.chat(understudy).by()).isEqualTo("a");
        assertThat(active(understudy)).isEqualTo("a");
        assertThat(stage.events(Event.ActiveMoved.class))
                .last()
                .isEqualTo(new Event.ActiveMoved("understudy", "b", "a", "it has recovered"));
    }

    @Test
    void returnTimeCountsFromSwitchByAnotherInstance() {
        Member first = Doors.member(new Nobody("a"), Seat.any());
        Member second = Doors.member(new Nobody("b"), Seat.any());
        Roster roster = Doors.roster(first, second);
        long moved = Duration.ofHours(1).toNanos();
        roster.heard("b", false, moved);
        long returns = moved + Duration.ofSeconds(5).toNanos();
        assertThat(roster.inOrder(returns - 1)).containsExactly(second, first);
        assertThat(roster.inOrder(returns)).containsExactly(first, second);
    }

    @Test
    void theFirstOneReturnsWhenItsCircuitLetsATrialThrough() {
        Understudy understudy = builder(Failover.defaults().withMaxConsecutiveFailures(2))
                .failover(Failover.defaults().withMaxConsecutiveFailures(2))
                .circuit(CircuitPolicy.defaults()
                        .withConsecutive(2)
                        .withPause(Duration.ofSeconds(30), Duration.ofSeconds(30))
                        .withJitter(0))
                .build();
        understudy.control().hold("a", "another model", null);
        a.then(Cue.fail(FailureKind.SERVER), Cue.fail(FailureKind.SERVER), Cue.text("well again"));
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
        Understudy understudy = door(Failover.defaults().withMaxConsecutiveFailures(3));
        a.always(Cue.fail(FailureKind.SERVER));
        for (int i = 0; i < 3; i++) {
            stage.chat(understudy);
        }
        stage.advance(Duration.ofSeconds(15));
        assertThat(stage.chat(understudy).outcomes()).containsExactly("a:failed", "b:served");
        assertThat(active(understudy)).isEqualTo("b");
    }

    @Test
    void withProbesItReturnsWhenOneHasSeenItWellAfterItsLastFailure() {
        Understudy understudy = builder(Failover.defaults().withMaxConsecutiveFailures(1))
                .probes(Probes.every(Duration.ofSeconds(60)))
                .build();
        a.then(Cue.fail(FailureKind.SERVER), Cue.text("well again"));
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
        Understudy understudy = builder(Failover.defaults().withMaxConsecutiveFailures(1))
                .probes(Probes.every(Duration.ofSeconds(10)).withThresholds(1, 2))
                .build();
        a.then(Cue.fail(FailureKind.SERVER), Cue.text("well again")).probing(() -> Mono.error(new Exception("no")));
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
                door(Failover.defaults().withMaxConsecutiveFailures(1).withReturns(false));
        a.then(Cue.fail(FailureKind.SERVER), Cue.text("well again"));
        stage.chat(understudy);
        stage.advance(Duration.ofHours(5));
        assertThat(stage.chat(understudy).outcomes()).containsExactly("b:served");
        understudy.control().switchTo("a");
        assertThat(stage.chat(understudy).by()).isEqualTo("a");
    }

    @Test
    void switchingMovesAtOnceAndMakesItTheOneThatIsReturnedTo() {
        Understudy understudy = door(Failover.defaults().withMaxConsecutiveFailures(1));
        understudy.control().switchTo("c");
        assertThat(stage.chat(understudy).outcomes()).containsExactly("c:served");
        assertThat(stage.events(Event.ActiveMoved.class))
                .containsExactly(new Event.ActiveMoved("understudy", "a", "c", "switched by hand"));
        c.then(Cue.fail(FailureKind.SERVER), Cue.text("well again"));
        assertThat(stage.chat(understudy).outcomes()).containsExactly("c:failed", "a:served");
        assertThat(active(understudy)).isEqualTo("a");
        stage.advance(Duration.ofSeconds(15));
        assertThat(stage.chat(understudy).by()).isEqualTo("c");
        understudy.control().switchTo("c");
        assertThat(stage.events(Event.ActiveMoved.class)).hasSize(3);
    }

    @Test
    void switchingToAStrangerIsRefused() {
        Understudy understudy = door(Failover.defaults());
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> understudy.control().switchTo("d"))
                .withMessage("No provider is named 'd'; there are [a, b, c]");
    }

    @Test
    void manualFailoverAsksTheActiveOneOnly() {
        Understudy understudy = door(Failover.manual().withMaxConsecutiveFailures(1));
        a.always(Cue.fail(FailureKind.SERVER));
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
        Understudy understudy = builder(Failover.manual()).fallback("m", "n").build();
        a.when("m", Cue.fail(FailureKind.SERVER));
        VirtualStage.Heard heard = stage.chat(understudy);
        assertThat(heard.by()).isEqualTo("a");
        assertThat(heard.finish().served().model()).isEqualTo("n");
    }

    private UnderstudyBuilder builder(Failover failover) {
        return stage.builder(a, b, c)
                .circuit(CircuitPolicy.disabled())
                .failover(failover.withReturnAfter(Duration.ofSeconds(15)));
    }

    private Understudy door(Failover failover) {
        return builder(failover).build();
    }

    private static String active(Understudy understudy) {
        String active = understudy.control().status().stream()
                .filter(Standing::active)
                .map(Standing::provider)
                .findFirst()
                .orElseThrow();
        assertThat(standing(understudy, active).active()).isTrue();
        return active;
    }
}
