package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Event;
import dev.understudy.Hedging;
import dev.understudy.Standing;
import dev.understudy.Understudy;
import dev.understudy.testing.After;
import dev.understudy.testing.Recorded;
import dev.understudy.testing.Reply;
import dev.understudy.testing.ScriptedServer;
import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a race of two providers looks like to their servers. */
class HedgeOnSocketsTest {

    private static final Hedging SOON =
            Hedging.on().withAtLeast(Duration.ofMillis(50)).withMaxExtra(1);

    @RegisterExtension
    final Rehearsal stage = new Rehearsal();

    @OnEveryWire
    void theConnectionOfTheLoserIsClosed(Wire wire, Door door) {
        ScriptedServer slow = stage.server().always(Reply.text("never").stall(After.headers()));
        ScriptedServer fast = stage.server().always(Reply.text("I stand in."));
        Understudy understudy = hedged(wire, slow, fast);
        Heard heard = door.hear(understudy, REQUEST);
        assertThat(heard.text()).isEqualTo("I stand in.");
        Recorded loser = slow.calls().get(0).ended().block(Door.SOON);
        assertThat(loser.ending()).isEqualTo(Recorded.Ending.CLIENT_CANCELLED);
        assertThat(fast.calls().get(0).ended().block(Door.SOON).ending()).isEqualTo(Recorded.Ending.COMPLETED);
        assertThat(slow.calls()).hasSize(1);
        assertThat(fast.calls()).hasSize(1);
        assertThat(stage.events(Event.Hedged.class)).hasSize(1);
        assertThat(understudy.control().status()).allSatisfy(standing -> {
            assertThat(standing.inFlight()).isZero();
            assertThat(standing.consecutiveFailures()).isZero();
        });
        assertThat(understudy.control().status().get(0).status()).isEqualTo(Standing.Status.UNKNOWN);
        assertThat(stage.timers.left()).isZero();
    }

    @OnEveryWire
    void bothGetTheSameWords(Wire wire, Door door) {
        ScriptedServer slow = stage.server().always(Reply.text("never").stall(After.nothing()));
        ScriptedServer fast = stage.server().always(Reply.text("I stand in."));
        door.hear(hedged(wire, slow, fast), REQUEST).served();
        assertThat(fast.calls().get(0).text()).isEqualTo(slow.calls().get(0).text());
    }

    private Understudy hedged(Wire wire, ScriptedServer slow, ScriptedServer fast) {
        return stage.builder(stage.provider(wire, "slow", slow, "k1"), stage.provider(wire, "fast", fast, "k2"))
                .hedging(SOON)
                .build();
    }
}
