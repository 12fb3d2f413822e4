package dev.understudy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.FailureKind;
import dev.understudy.shared.SharedState.CircuitOpened;
import dev.understudy.shared.SharedState.CooldownStarted;
import dev.understudy.shared.SharedState.HoldEnded;
import dev.understudy.shared.SharedState.HoldStarted;
import dev.understudy.shared.SharedState.Message;
import dev.understudy.shared.SharedState.Update;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Versions of entries, and which of them are in force in one instance. */
class ReplicaTest {

    private static final long NOW = 1_800_000_000_000L;
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final String ONE = "0000000000000001";

    private final Stamp.Clock clock = new Stamp.Clock(ONE);
    private final Replica replica = new Replica(100);

    @Test
    void stampsGrowAlsoWhenTheClockGoesBack() {
        Stamp first = clock.next(NOW);
        Stamp second = clock.next(NOW - 5_000);
        assertThat(second).isGreaterThan(first);
    }

    @Test
    void clockThatWasADayAheadIsRightAgain() {
        clock.next(NOW + DAY);
        assertThat(clock.next(NOW).time()).isEqualTo(NOW);
        assertThat(clock.next(NOW).time()).isEqualTo(NOW + 1);
    }

    @Test
    void entryOfAClockThatWasADayAheadIsReplaced() {
        assertThat(replica.merge(entry(NOW + DAY, ONE, new HoldStarted("a", null, null)), NOW + DAY))
                .isTrue();
        Entry ended = entry(NOW, ONE, new HoldEnded("a", null));
        assertThat(replica.merge(ended, NOW)).isTrue();
        assertThat(replica.inForce(NOW)).containsExactly(ended);
    }

    @Test
    void olderEntryChangesNothing() {
        Entry newer = entry(NOW, ONE, new HoldStarted("a", null, null));
        assertThat(replica.merge(newer, NOW)).isTrue();
        assertThat(replica.merge(entry(NOW - 1, ONE, new HoldEnded("a", null)), NOW))
                .isFalse();
        assertThat(replica.inForce(NOW)).containsExactly(newer);
    }

    @Test
    void oldestSixteenthMakesRoom() {
        Replica small = new Replica(32);
        for (int i = 0; i < 33; i++) {
            small.merge(entry(NOW + i, ONE, cooldown("m" + i)), NOW);
        }
        assertThat(small.inForce(NOW))
                .hasSize(31)
                .extracting(each -> each.stamp().time() - NOW)
                .startsWith(2L, 3L);
    }

    @Test
    void circuitOfManyInstancesCountsOnce() {
        Replica small = new Replica(2);
        CircuitOpened opened =
                new CircuitOpened("a", "m", "broken", Instant.ofEpochMilli(NOW).plusSeconds(60));
        for (int i = 0; i < 5; i++) {
            small.merge(entry(NOW + i, "000000000000000" + i, opened), NOW);
        }
        small.merge(entry(NOW + 9, ONE, cooldown("m")), NOW);
        assertThat(small.inForce(NOW)).hasSize(6);
        small.merge(entry(NOW + 10, ONE, cooldown("n")), NOW);
        assertThat(small.inForce(NOW)).as("the circuit is the oldest").hasSize(2);
    }

    private static CooldownStarted cooldown(String model) {
        return new CooldownStarted(
                "a", model, FailureKind.QUOTA, Instant.ofEpochMilli(NOW).plusSeconds(60));
    }

    private static Entry entry(long time, String instance, Update update) {
        return new Entry(new Stamp(time, instance), 0, new Message(instance + "/p/1", update));
    }
}
