package dev.understudy.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {

    private static final CircuitPolicy DEFAULTS = CircuitPolicy.defaults();
    private static final CircuitPolicy STEADY = DEFAULTS.withJitter(0);

    private final List<String> moves = new ArrayList<>();
    private long now = Long.MAX_VALUE - 1; // the clock overflows in every test
    private CircuitBreaker breaker = with(STEADY);

    private CircuitBreaker with(CircuitPolicy policy) {
        return with(policy, new SplittableRandom(1));
    }

    private CircuitBreaker with(CircuitPolicy policy, RandomGenerator random) {
        moves.clear();
        breaker = new CircuitBreaker(policy, random, change -> moves.add(change.from() + " " + change.to()), now);
        return breaker;
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private void pass(int seconds) {
        pass(Duration.ofSeconds(seconds));
    }

    private Permit permit() {
        CircuitBreaker.Admission admission = breaker.tryAcquire(now);
        assertThat(admission).isInstanceOf(Permit.class);
        return (Permit) admission;
    }

    private Permit trial() {
        CircuitBreaker.Admission admission = breaker.tryAcquire(now);
        assertThat(admission).isInstanceOfSatisfying(Permit.class, permit -> assertThat(permit.admitted())
                .isInstanceOf(BreakerState.HalfOpen.class));
        return (Permit) admission;
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            assertThat(permit().failure(now)).isTrue();
        }
    }

    private void succeed(int times) {
        for (int i = 0; i < times; i++) {
            assertThat(permit().success(now)).isTrue();
        }
    }

    private void assertDenied(ProviderStatus.CircuitState state, Duration remaining) {
        assertThat(breaker.tryAcquire(now)).isInstanceOfSatisfying(CircuitBreaker.Denied.class, denied -> {
            assertThat(denied.state()).isEqualTo(state);
            assertThat(denied.remaining()).isEqualTo(remaining.toNanos());
        });
    }

    private void assertState(ProviderStatus.CircuitState state) {
        assertThat(breaker.reading(now).state()).isEqualTo(state);
    }

    private String why() {
        return String.valueOf(breaker.reading(now).cause());
    }

    @Test
    void opensAfterFiveConsecutiveFailures() {
        fail(4);
        succeed(1);
        fail(4);
        assertState(ProviderStatus.CircuitState.CLOSED);
        assertThat(breaker.reading(now).consecutive()).isEqualTo(4);
        fail(1);
        assertDenied(ProviderStatus.CircuitState.OPEN, Duration.ofSeconds(5));
        assertThat(why()).isEqualTo("5 consecutive failures");
        assertThat(moves).containsExactly("CLOSED OPEN");
    }

    @Test
    void countRuleIgnoresSuccesses() {
        with(CircuitPolicy.failures(5, Duration.ofMinutes(10)));
        for (int minute = 0; minute < 4; minute++) {
            fail(1);
            succeed(100);
            pass(120);
        }
        pass(119);
        fail(1); // 9 min 59 s after the first
        assertState(ProviderStatus.CircuitState.OPEN);
        assertThat(why()).isEqualTo("5 failures in 10m");
    }

    @Test
    void countRuleForgetsOldFailures() {
        with(CircuitPolicy.failures(5, Duration.ofMinutes(10)));
        for (int failure = 0; failure < 20; failure++) {
            fail(1);
            pass(150);
        }
        assertState(ProviderStatus.CircuitState.CLOSED);
        pass(-150);
        assertThat(breaker.reading(now).recent()).isEqualTo(4);
    }

    @Test
    void rateNeedsAMinimumOfCalls() {
        with(DEFAULTS.withConsecutive(0));
        succeed(3);
        fail(6);
        assertState(ProviderStatus.CircuitState.CLOSED);
        assertThat(breaker.reading(now).window()).isEqualTo(new SlidingWindow.Tally(6, 9));
        fail(1);
        assertState(ProviderStatus.CircuitState.OPEN);
        assertThat(why()).isEqualTo("7 of 10 calls failed in 1m");
    }

    @Test
    void rateOpensAtHalfOfTheCallsAndNotBelow() {
        with(DEFAULTS.withConsecutive(0));
        succeed(10);
        fail(9);
        assertState(ProviderStatus.CircuitState.CLOSED);
        fail(1);
        assertState(ProviderStatus.CircuitState.OPEN);
    }

    @Test
    void rateForgetsCallsOlderThanItsWindow() {
        with(DEFAULTS.withConsecutive(0));
        fail(9);
        pass(60);
        fail(9);
        assertState(ProviderStatus.CircuitState.CLOSED);
        fail(1);
        assertThat(why()).isEqualTo("10 of 10 calls failed in 1m");
    }

    @Test
    void rateOfSevenInAHundredOpensAtSeven() {
        with(DEFAULTS.withConsecutive(0).withRate(0.07, 100, Duration.ofMinutes(1)));
        succeed(93);
        fail(6);
        assertState(ProviderStatus.CircuitState.CLOSED);
        fail(1);
        assertState(ProviderStatus.CircuitState.OPEN);
    }

    @Test
    void successNeverOpens() {
        with(DEFAULTS.withConsecutive(0));
        fail(9);
        succeed(1); // now 9 of 10 have failed
        assertState(ProviderStatus.CircuitState.CLOSED);
        fail(1);
        assertState(ProviderStatus.CircuitState.OPEN);
    }

    @Test
    void disabledRulesNeverOpen() {
        with(DEFAULTS.withConsecutive(0).withoutRate());
        fail(10_000);
        assertState(ProviderStatus.CircuitState.CLOSED);
    }

    @Test
    void onlyOneTrialAtATime() {
        fail(5);
        pass(5);
        Permit trial = trial();
        assertDenied(ProviderStatus.CircuitState.HALF_OPEN, Duration.ofSeconds(30));
        assertThat(breaker.tryEarly(now)).isInstanceOf(CircuitBreaker.Denied.class);
        trial.success(now);
        assertState(ProviderStatus.CircuitState.CLOSED);
        assertThat(permit().admitted()).isInstanceOf(BreakerState.Closed.class);
        assertThat(moves).containsExactly("CLOSED OPEN", "OPEN HALF_OPEN", "HALF_OPEN CLOSED");
    }

    @Test
    void noTrialBeforeTheOpenTimeEnds() {
        fail(5);
        pass(Duration.ofSeconds(5).minusNanos(1));
        assertDenied(ProviderStatus.CircuitState.OPEN, Duration.ofNanos(1));
        pass(Duration.ofNanos(1));
        assertThat(breaker.reading(now).remaining()).isZero();
        trial();
    }

    @Test
    void earlyTrialIsExclusive() {
        fail(5);
        assertThat(breaker.tryEarly(now)).isInstanceOf(Permit.class);
        assertThat(breaker.tryEarly(now)).isInstanceOf(CircuitBreaker.Denied.class);
        assertDenied(ProviderStatus.CircuitState.HALF_OPEN, Duration.ofSeconds(30));
    }

    @Test
    void leaseOfLostTrialExpires() {
        fail(5);
        pass(5);
        Permit lost = trial();
        pass(Duration.ofSeconds(30).minusNanos(1));
        assertDenied(ProviderStatus.CircuitState.HALF_OPEN, Duration.ofNanos(1));
        pass(Duration.ofNanos(1));
        Permit next = trial();
        assertDenied(ProviderStatus.CircuitState.HALF_OPEN, Duration.ofSeconds(30));

        assertThat(lost.failure(now)).isTrue();
        assertState(ProviderStatus.CircuitState.HALF_OPEN);
        assertDenied(ProviderStatus.CircuitState.HALF_OPEN, Duration.ofSeconds(30));
        next.success(now);
        assertState(ProviderStatus.CircuitState.CLOSED);
    }

    @Test
    void neutralEndOfLostTrialReleasesNothing() {
        fail(5);
        pass(5);
        Permit lost = trial();
        pass(30);
        trial();
        lost.neutral(now);
        assertDenied(ProviderStatus.CircuitState.HALF_OPEN, Duration.ofSeconds(30));
    }

    @Test
    void successOfExpiredTrialCloses() {
        fail(5);
        pass(5);
        Permit slow = trial();
        pass(40);
        Permit next = trial();
        slow.success(now);
        assertState(ProviderStatus.CircuitState.CLOSED);
        next.failure(now);
        assertState(ProviderStatus.CircuitState.CLOSED);
        assertThat(breaker.reading(now).consecutive()).isZero();
    }

    @Test
    void streamFromBeforeOpeningCannotClose() {
        Permit whileOpen = permit();
        Permit whileHalfOpen = permit();
        fail(5);
        whileOpen.success(now);
        assertState(ProviderStatus.CircuitState.OPEN);
        pass(5);
        trial();
        whileHalfOpen.success(now);
        assertDenied(ProviderStatus.CircuitState.HALF_OPEN, Duration.ofSeconds(30));
        assertThat(moves).containsExactly("CLOSED OPEN", "OPEN HALF_OPEN");
    }

    @Test
    void streamFromBeforeOpeningCannotReopen() {
        Permit first = permit();
        Permit second = permit();
        second.begun(now);
        fail(5);
        first.failure(now);
        second.cut(now);
        assertThat(moves).containsExactly("CLOSED OPEN");
        pass(5);
        trial().success(now);
        fail(4);
        first.failure(now);
        second.cut(now);
        assertState(ProviderStatus.CircuitState.CLOSED);
        assertThat(breaker.reading(now).consecutive()).isEqualTo(4);
    }

    @Test
    void lateResultIsNoSampleOfTheNextGeneration() {
        Permit success = permit();
        Permit failure = permit();
        fail(5);
        pass(5);
        trial().success(now);
        fail(3);
        success.success(now);
        failure.failure(now);
        assertThat(breaker.reading(now).consecutive()).isEqualTo(3);
        assertThat(breaker.reading(now).window()).isEqualTo(new SlidingWindow.Tally(3, 3));
    }

    @Test
    void neutralResultReleasesTheTrial() {
        fail(5);
        pass(5);
        trial().neutral(now);
        assertThat(breaker.reading(now).remaining()).isZero();
        trial().success(now);
        assertState(ProviderStatus.CircuitState.CLOSED);
        assertThat(moves).containsExactly("CLOSED OPEN", "OPEN HALF_OPEN", "HALF_OPEN CLOSED");
    }

    @Test
    void neutralResultsAreNoSamples() {
        fail(4);
        for (int i = 0; i < 100; i++) {
            permit().neutral(now);
        }
        assertThat(breaker.reading(now).consecutive()).isEqualTo(4);
        assertThat(breaker.reading(now).window()).isEqualTo(new SlidingWindow.Tally(4, 4));
    }

    @Test
    void permitEndsOnce() {
        Permit failed = permit();
        assertThat(failed.failure(now)).isTrue();
        assertThat(failed.failure(now)).isFalse();
        assertThat(failed.success(now)).isFalse();
        assertThat(failed.neutral(now)).isFalse();
        assertThat(failed.cut(now)).isFalse();
        Permit served = permit();
        assertThat(served.cut(now)).as("cut before it began").isFalse();
        assertThat(served.begun(now)).isTrue();
        assertThat(served.begun(now)).isFalse();
        assertThat(served.success(now)).isTrue();
        assertThat(served.success(now)).isFalse();
        assertThat(served.failure(now)).isFalse();
        assertThat(served.neutral(now)).isFalse();
        assertThat(served.cut(now)).isFalse();
        assertThat(breaker.reading(now).window()).isEqualTo(new SlidingWindow.Tally(1, 2));
    }

    @Test
    void interruptedStreamIsOneFailure() {
        with(DEFAULTS.withConsecutive(0));
        for (int call = 0; call < 5; call++) {
            permit().success(now);
            Permit stream = permit();
            stream.begun(now);
            assertState(ProviderStatus.CircuitState.CLOSED);
            assertThat(stream.cut(now)).isTrue();
            assertThat(stream.cut(now)).isFalse();
        }
        assertThat(why()).isEqualTo("5 of 10 calls failed in 1m");
    }

    @Test
    void interruptedTrialIsASampleOfTheClosedCircuit() {
        with(STEADY.withConsecutive(1));
        fail(1);
        pass(5);
        Permit trial = trial();
        trial.begun(now);
        assertState(ProviderStatus.CircuitState.CLOSED);
        trial.cut(now);
        assertDenied(ProviderStatus.CircuitState.OPEN, Duration.ofSeconds(5));
    }

    @Test
    void openTimeGrowsToACapAndResets() {
        fail(5);
        for (int seconds : new int[] {5, 10, 15, 15, 15}) {
            assertDenied(ProviderStatus.CircuitState.OPEN, Duration.ofSeconds(seconds));
            pass(seconds);
            trial().failure(now);
        }
        pass(15);
        trial().success(now);
        fail(5);
        assertDenied(ProviderStatus.CircuitState.OPEN, Duration.ofSeconds(5));
    }

    @Test
    void openTimeStaysCappedAfterThousandsOfFailedTrials() {
        fail(5);
        for (int trial = 0; trial < 5_000; trial++) {
            pass(15);
            trial().failure(now);
        }
        assertDenied(ProviderStatus.CircuitState.OPEN, Duration.ofSeconds(15));
    }

    @Test
    void lostTrialDoesNotGrowTheOpenTime() {
        fail(5);
        pass(5);
        trial();
        pass(30);
        trial().failure(now);
        assertDenied(ProviderStatus.CircuitState.OPEN, Duration.ofSeconds(10));
    }

    @Test
    void openTimeIsJitteredByTwentyPercent() {
        double least = Double.MAX_VALUE;
        double most = 0;
        RandomGenerator random = new SplittableRandom(7);
        for (int i = 0; i < 2_000; i++) {
            with(DEFAULTS, random);
            fail(5);
            double seconds = breaker.reading(now).remaining() / 1e9;
            least = Math.min(least, seconds);
            most = Math.max(most, seconds);
        }
        assertThat(least).isBetween(4.0, 4.02);
        assertThat(most).isBetween(5.98, 6.0);
    }

    @Test
    void forcedOpenLastsUntilReleased() {
        breaker.forceOpen(null, now);
        pass(Duration.ofDays(300));
        assertDenied(ProviderStatus.CircuitState.FORCED_OPEN, Duration.ofNanos(Long.MAX_VALUE));
        assertThat(breaker.tryEarly(now)).isInstanceOf(CircuitBreaker.Denied.class);
        breaker.release(now);
        breaker.release(now);
        succeed(1);
        assertThat(moves).containsExactly("CLOSED FORCED_OPEN", "FORCED_OPEN CLOSED");
    }

    @Test
    void forcedOpenExpires() {
        fail(4);
        breaker.forceOpen(Duration.ofMinutes(5), now);
        pass(299);
        assertDenied(ProviderStatus.CircuitState.FORCED_OPEN, Duration.ofSeconds(1));
        pass(1);
        fail(4); // the count was reset
        assertState(ProviderStatus.CircuitState.CLOSED);
        assertThat(moves).containsExactly("CLOSED FORCED_OPEN", "FORCED_OPEN CLOSED");
    }

    @Test
    void readingEndsAnExpiredForcedOpen() {
        breaker.forceOpen(Duration.ofMinutes(5), now);
        assertThat(breaker.reading(now).remaining())
                .isEqualTo(Duration.ofMinutes(5).toNanos());
        pass(300);
        assertState(ProviderStatus.CircuitState.CLOSED);
        assertThat(moves).containsExactly("CLOSED FORCED_OPEN", "FORCED_OPEN CLOSED");
    }

    @Test
    void resultsChangeNothingWhileForcedOpen() {
        fail(5);
        pass(5);
        Permit trial = trial();
        breaker.forceOpen(Duration.ofMinutes(5), now);
        trial.success(now);
        assertState(ProviderStatus.CircuitState.FORCED_OPEN);
        breaker.forceOpen(Duration.ofMinutes(10), now);
        assertThat(breaker.reading(now).remaining())
                .isEqualTo(Duration.ofMinutes(10).toNanos());
    }

    @Test
    void disabledPermitsAllAndCountsNothing() {
        with(CircuitPolicy.none());
        fail(100);
        succeed(100);
        assertState(ProviderStatus.CircuitState.DISABLED);
        assertThat(breaker.reading(now).window()).isEqualTo(SlidingWindow.Tally.NONE);
        assertThat(moves).isEmpty();
    }

    @Test
    void operatorDisablesAndEnables() {
        fail(5);
        breaker.disable(now);
        breaker.disable(now);
        fail(100);
        breaker.enable(now);
        breaker.enable(now);
        fail(4);
        assertState(ProviderStatus.CircuitState.CLOSED);
        assertThat(moves).containsExactly("CLOSED OPEN", "OPEN DISABLED", "DISABLED CLOSED");
    }

    @Test
    void maintenanceOfADisabledCircuitEndsDisabled() {
        with(CircuitPolicy.none());
        breaker.forceOpen(null, now);
        breaker.forceOpen(Duration.ofSeconds(1), now);
        assertDenied(ProviderStatus.CircuitState.FORCED_OPEN, Duration.ofSeconds(1));
        pass(1);
        succeed(1);
        assertState(ProviderStatus.CircuitState.DISABLED);
    }

    @Test
    void callBesideATrialMayCloseButNotReopen() {
        fail(5);
        pass(5);
        Permit trial = trial();
        Permit failed = (Permit) breaker.tryBeside(now);
        assertThat(failed.failure(now)).isTrue();
        assertState(ProviderStatus.CircuitState.HALF_OPEN);
        Permit succeeded = (Permit) breaker.tryBeside(now);
        assertThat(succeeded.begun(now)).isTrue();
        assertState(ProviderStatus.CircuitState.CLOSED);
        assertThat(trial.failure(now)).isTrue();
        assertState(ProviderStatus.CircuitState.CLOSED);
    }

    @Test
    void callBesideNoTrialIsTheTrialItself() {
        fail(5);
        assertThat(breaker.tryBeside(now)).isInstanceOfSatisfying(Permit.class, permit -> permit.failure(now));
        assertDenied(ProviderStatus.CircuitState.OPEN, Duration.ofSeconds(10));
    }

    @Test
    void cutOfASucceededTrialCountsForTheClosedCircuit() {
        with(STEADY.withConsecutive(1));
        fail(1);
        pass(5);
        Permit trial = trial();
        trial.begun(now);
        assertThat(trial.admitted()).isSameAs(breaker.state());
        assertThat(trial.cut(now)).isTrue();
        assertState(ProviderStatus.CircuitState.OPEN);
    }

    @Test
    void openingByAnotherInstanceIsPublishedAsRemote() {
        List<CircuitBreaker.Change> changes = new ArrayList<>();
        breaker = new CircuitBreaker(STEADY, new SplittableRandom(1), changes::add, now);
        breaker.remoteOpened("4 of 5 calls failed", now + 1_000, now);
        assertThat(breaker.remaining(now)).isEqualTo(1_000);
        breaker.remoteClosed(now);
        assertThat(breaker.remaining(now)).isZero();
        assertThat(trial().failure(now)).isTrue();
        assertThat(changes)
                .extracting(CircuitBreaker.Change::to, CircuitBreaker.Change::remote)
                .containsExactly(
                        tuple(ProviderStatus.CircuitState.OPEN, true),
                        tuple(ProviderStatus.CircuitState.HALF_OPEN, false),
                        tuple(ProviderStatus.CircuitState.OPEN, false));
    }

    @Test
    void resetClosesAnOpenCircuitAndForgetsFailures() {
        fail(5);
        breaker.reset(now);
        assertThat(breaker.isClosed()).isTrue();
        fail(4);
        breaker.reset(now);
        fail(4);
        assertThat(moves).containsExactly("CLOSED OPEN", "OPEN CLOSED");
    }

    @Test
    void resetKeepsAnOperatorsOrder() {
        breaker.forceOpen(null, now);
        breaker.reset(now);
        assertThat(breaker.isForcedOpen()).isTrue();
        assertThat(breaker.isClosed()).isFalse();
        breaker.disable(now);
        breaker.reset(now);
        assertThat(breaker.isForcedOpen()).isFalse();
        assertState(ProviderStatus.CircuitState.DISABLED);
    }
}
