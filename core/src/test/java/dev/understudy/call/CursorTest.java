package dev.understudy.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.pool.Route;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CursorTest {

    private static final Failure BROKEN = Failure.of(FailureKind.SERVER, "");

    private final Route a = CallFixtures.route("a");
    private final Route b = CallFixtures.route("b");
    private final Plan plan = CallFixtures.plan(a, b);

    @Test
    void untriedRouteIsLeftForAnAttemptThatFails() {
        assertThat(Cursor.start(plan).leavesOthers(plan, 0, 0)).isTrue();
        assertThat(Cursor.start(plan).to(1, Duration.ZERO).leavesOthers(plan, 0, 0))
                .isTrue();
        assertThat(Cursor.start(CallFixtures.plan(a)).leavesOthers(CallFixtures.plan(a), 0, 0))
                .isFalse();
    }

    @Test
    void triedRouteIsNotLeft() {
        Cursor atB = failed(Cursor.start(plan), 0).to(1, Duration.ZERO);
        assertThat(atB.leavesOthers(plan, 0, 0)).isFalse();
    }

    @Test
    void coolingRouteIsLeftFromTheInstantOfItsEndOn() {
        Plan cooling = new Plan(List.of(a, b), List.of(0L, 9L), 2, a, AttemptLog.empty());
        assertThat(Cursor.start(cooling).leavesOthers(cooling, 0, 8)).isFalse();
        assertThat(Cursor.start(cooling).leavesOthers(cooling, 0, 9)).isTrue();
    }

    @Test
    void openCircuitIsNotLeft() {
        Plan open = new Plan(List.of(a, b), List.of(0L, 0L), 1, a, AttemptLog.empty());
        assertThat(Cursor.start(open).leavesOthers(open, 0, 0)).isFalse();
    }

    @Test
    void lastAttemptOfTheLimitLeavesNoOther() {
        assertThat(Cursor.start(plan).leavesOthers(plan, 1, 0)).isFalse();
        assertThat(Cursor.start(plan).leavesOthers(plan, 2, 0)).isTrue();
        assertThat(failed(Cursor.start(plan), 0).leavesOthers(plan, 2, 0)).isFalse();
        assertThat(failed(Cursor.start(plan), 0).leavesOthers(plan, 3, 0)).isTrue();
    }

    @Test
    void messagesDroppedInTheLastAttemptOfTheRouteCount() {
        Cursor cursor = failed(failed(Cursor.start(plan), 3), 5);
        assertThat(cursor.droppedMessages(a)).isEqualTo(5);
        assertThat(cursor.droppedMessages(b)).isZero();
        assertThat(cursor.droppedMessages(new Route(a.pooledProvider(), "other", a.capabilities())))
                .isZero();
    }

    private static Cursor failed(Cursor cursor, int dropped) {
        return cursor.failed(
                AttemptLog.Attempt.of("a", "m", AttemptLog.Outcome.FAILED)
                        .withFailure(BROKEN)
                        .withDropped(dropped),
                new ChatException.CallFailed(BROKEN));
    }

    @Test
    void failureOfAHedgeIsAddedToItsRoute() {
        Failure slow = Failure.of(FailureKind.OVERLOADED, "");
        AttemptLog.Attempt entry =
                AttemptLog.Attempt.of("b", "m", AttemptLog.Outcome.FAILED).withFailure(slow);
        Cursor before = failed(Cursor.start(plan), 0);
        Cursor hedge = before.to(1, Duration.ZERO).failed(entry, new ChatException.CallFailed(slow));
        Cursor both = before.plusHedge(1, hedge);
        assertThat(both.route()).isZero();
        assertThat(both.attempt()).isEqualTo(2);
        assertThat(both.attempts()).isEqualTo(2);
        assertThat(both.routeStates().get(1).tries()).isEqualTo(1);
        assertThat(both.attemptLog().attempts())
                .extracting(AttemptLog.Attempt::provider)
                .containsExactly("a", "b");
        assertThat(both.failures())
                .extracting(failure -> failure.failure().kind())
                .containsExactly(FailureKind.SERVER, FailureKind.OVERLOADED);
    }
}
