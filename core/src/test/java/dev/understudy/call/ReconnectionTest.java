package dev.understudy.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.understudy.FixedRandom;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.pool.Route;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rounds over routes that all refuse connections. */
class ReconnectionTest {

    private static final Failure REFUSED =
            Failure.of(FailureKind.CONNECT, "refused").withPhase(Failure.Phase.CONNECT);
    private static final Failure SKIPPED = Failure.of(FailureKind.SKIPPED, "the circuit is open");
    private static final RetryPolicy POLICY = RetryPolicy.defaults().withJitter(RetryPolicy.Jitter.NONE);

    private final Route a = CallFixtures.route("a");
    private final Route b = CallFixtures.route("b");
    private final Plan plan = CallFixtures.plan(a, b);

    @Test
    void routesThatRefusedAreAskedAgainInOrder() {
        Cursor both = failed(1, REFUSED, 0, failed(0, REFUSED, 0, Cursor.start(plan)));
        Reconnection.Next next = next(both, false);
        assertThat(next.cursor().route()).isZero();
        assertThat(next.delay()).isEqualTo(Duration.ofMillis(500));
        assertThat(next.cursor().routeStates())
                .extracting(Cursor.RouteState::turns, Cursor.RouteState::access)
                .containsOnly(tuple(0, Cursor.Access.RECONNECTING));
    }

    @Test
    void backoffGrowsWithTheRoundsUpToASecond() {
        Cursor cursor = Cursor.start(plan);
        cursor = failed(0, REFUSED, 0, failed(0, REFUSED, 0, cursor));
        assertThat(next(cursor, false).delay()).isEqualTo(Duration.ofMillis(500));
        cursor = failed(0, REFUSED, 0, cursor);
        assertThat(next(cursor, false).delay()).isEqualTo(Duration.ofSeconds(1));
        cursor = failed(0, REFUSED, 0, cursor);
        assertThat(next(cursor, false).delay()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void routeThatWasNotAskedDoesNotMatter() {
        assertThat(next(failed(0, REFUSED, 0, Cursor.start(plan)), false)).isNotNull();
    }

    @Test
    void otherFailureEndsTheWait() {
        Cursor other = failed(1, Failure.of(FailureKind.SERVER, ""), 0, failed(0, REFUSED, 0, Cursor.start(plan)));
        assertThat(next(other, true)).isNull();
        Failure reset = Failure.of(FailureKind.CONNECT, "reset");
        assertThat(next(failed(1, reset, 0, failed(0, REFUSED, 0, Cursor.start(plan))), true))
                .isNull();
    }

    @Test
    void coolingRouteEndsTheWait() {
        Plan cooling = new Plan(List.of(a, b), List.of(0L, 9L), 2, a, AttemptLog.empty());
        assertThat(next(failed(0, REFUSED, 0, Cursor.start(cooling)), true)).isNull();
    }

    @Test
    void skippedRouteCountsWhileItsProviderRefuses() {
        Cursor skipped = failed(1, SKIPPED, 0, failed(0, REFUSED, 0, Cursor.start(plan)));
        assertThat(next(skipped, true).cursor().routeStates().get(1).access()).isEqualTo(Cursor.Access.RECONNECTING);
        assertThat(next(skipped, false)).isNull();
    }

    @Test
    void timeCountsFromTheFirstRefusalWithSkipsLeftOut() {
        Cursor skipped = failed(1, SKIPPED, 9_000, Cursor.start(plan));
        Cursor refused = failed(0, REFUSED, 3_000, skipped);
        assertThat(next(refused, true).delay())
                .as("nothing is counted before the first refusal ends")
                .isEqualTo(Duration.ofMillis(500));
        Cursor again = failed(0, REFUSED, 4_800, refused);
        assertThat(next(again, true).delay()).isEqualTo(Duration.ofMillis(200));
        Cursor atTheEnd = failed(0, REFUSED, 150, again);
        assertThat(next(atTheEnd, true).delay()).isEqualTo(Duration.ofMillis(50));
        assertThat(next(failed(0, REFUSED, 1, atTheEnd), true)).isNull();
    }

    @Test
    void delaysBetweenRoundsCount() {
        Cursor refused = failed(0, REFUSED, 0, Cursor.start(plan));
        Cursor waited = failed(0, REFUSED, 0, refused.to(0, Duration.ofMillis(4_900)));
        assertThat(next(waited, false).delay()).isEqualTo(Duration.ofMillis(100));
    }

    private Reconnection.@Nullable Next next(Cursor cursor, boolean refusing) {
        return new Reconnection(plan, cursor, POLICY, Duration.ZERO, new FixedRandom(0), route -> refusing).next();
    }

    private static Cursor failed(int route, Failure failure, int millis, Cursor cursor) {
        Cursor there = cursor.route() == route ? cursor : cursor.to(route, Duration.ZERO);
        boolean skipped = failure.kind() == FailureKind.SKIPPED;
        AttemptLog.Attempt attempt = AttemptLog.Attempt.of(
                        route == 0 ? "a" : "b", "m", skipped ? AttemptLog.Outcome.SKIPPED : AttemptLog.Outcome.FAILED)
                .withFailure(failure)
                .withTiming(new AttemptLog.Timing(there.waited(), Duration.ofMillis(millis), null));
        return there.failed(attempt, new ChatException.CallFailed(failure));
    }
}
