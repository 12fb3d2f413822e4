package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;
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

/** What a race of two providers looks like to their servers. */
class HedgeOnSocketsTest {

    private static final HedgingPolicy SOON =
            HedgingPolicy.on().withAtLeast(Duration.ofMillis(50)).withMaxExtra(1);

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    @OnEveryWire
    void theConnectionOfTheLoserIsClosed(Wire wire, Door door) {
        ScriptedServer slow =
                stage.server().always(ScriptedReply.text("never").stall(ScriptedReply.FaultPoint.headers()));
        ScriptedServer fast = stage.server().always(ScriptedReply.text("I stand in."));
        Understudy understudy = hedged(wire, slow, fast);
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(heard.text()).isEqualTo("I stand in.");
        RecordedRequest loser = slow.calls().get(0).ended().block(Door.SOON);
        assertThat(loser.ending()).isEqualTo(RecordedRequest.Ending.CLIENT_CANCELLED);
        assertThat(fast.calls().get(0).ended().block(Door.SOON).ending()).isEqualTo(RecordedRequest.Ending.COMPLETED);
        assertThat(slow.calls()).hasSize(1);
        assertThat(fast.calls()).hasSize(1);
        assertThat(stage.events(Event.Hedged.class)).hasSize(1);
        assertThat(understudy.control().status()).allSatisfy(providerStatus -> {
            assertThat(providerStatus.inFlight()).isZero();
            assertThat(providerStatus.consecutiveFailures()).isZero();
        });
        assertThat(understudy.control().status().get(0).health()).isEqualTo(ProviderStatus.Health.UNKNOWN);
        assertThat(stage.timers.left()).isZero();
    }

    @OnEveryWire
    void bothGetTheSameWords(Wire wire, Door door) {
        ScriptedServer slow =
                stage.server().always(ScriptedReply.text("never").stall(ScriptedReply.FaultPoint.nothing()));
        ScriptedServer fast = stage.server().always(ScriptedReply.text("I stand in."));
        door.hear(hedged(wire, slow, fast), REQUEST).served();
        assertThat(fast.calls().get(0).text()).isEqualTo(slow.calls().get(0).text());
    }

    private Understudy hedged(Wire wire, ScriptedServer slow, ScriptedServer fast) {
        return stage.builder(stage.provider(wire, "slow", slow, "k1"), stage.provider(wire, "fast", fast, "k2"))
                .hedging(SOON)
                .build();
    }
}
