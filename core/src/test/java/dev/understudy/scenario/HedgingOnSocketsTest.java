package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.HedgingPolicy;
import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Hedged attempts, as the servers receive them. */
class HedgingOnSocketsTest {

    private static final HedgingPolicy SOON =
            HedgingPolicy.defaults().withAtLeast(Duration.ofMillis(250)).withMaxExtra(1);

    @RegisterExtension
    final SocketScenario scenario = new SocketScenario();

    @EveryDialectAndKind
    void connectionOfLosingAttemptIsClosed(SocketDialect dialect, CallKind kind) {
        ScriptedServer slow =
                scenario.server().always(ScriptedReply.text("never").stall(ScriptedReply.FaultPoint.headers()));
        ScriptedServer fast = scenario.server().always(ScriptedReply.text("I stand in."));
        Understudy understudy = hedged(dialect, slow, fast);
        CallResult result = kind.result(understudy, REQUEST);
        assertThat(result.text()).isEqualTo("I stand in.");
        RecordedRequest loser = slow.calls().get(0).ended().block(CallKind.TIMEOUT);
        assertThat(loser.ending()).isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
        assertThat(fast.calls().get(0).ended().block(CallKind.TIMEOUT).ending())
                .isEqualTo(RecordedRequest.Ending.COMPLETED);
        assertThat(slow.calls()).hasSize(1);
        assertThat(fast.calls()).hasSize(1);
        assertThat(scenario.events(Event.Hedged.class)).hasSize(1);
        assertThat(understudy.control().status()).allSatisfy(providerStatus -> {
            assertThat(providerStatus.inFlight()).isZero();
            assertThat(providerStatus.consecutiveFailures()).isZero();
        });
        assertThat(understudy.control().status().get(0).health()).isEqualTo(ProviderStatus.Health.UNKNOWN);
        scenario.assertNoTimerIsLeft();
    }

    @EveryDialectAndKind
    void bothAttemptsSendEqualRequests(SocketDialect dialect, CallKind kind) {
        ScriptedServer slow =
                scenario.server().always(ScriptedReply.text("never").stall(ScriptedReply.FaultPoint.nothing()));
        ScriptedServer fast = scenario.server().always(ScriptedReply.text("I stand in."));
        kind.result(hedged(dialect, slow, fast), REQUEST).servedBy();
        assertThat(fast.calls().get(0).text()).isEqualTo(slow.calls().get(0).text());
    }

    private Understudy hedged(SocketDialect dialect, ScriptedServer slow, ScriptedServer fast) {
        return scenario.builder(
                        scenario.provider(dialect, "slow", slow, "k1"), scenario.provider(dialect, "fast", fast, "k2"))
                .hedging(SOON)
                .build();
    }
}
