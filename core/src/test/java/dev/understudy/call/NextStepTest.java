package dev.understudy.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.FixedRandom;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.pool.Route;
import dev.understudy.trim.ConversationTrimmer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits of the choice after a failure: deadline, cost, queues, open circuits, context windows. */
class NextStepTest {

    private static final long NOW = -7_000_000_000L; // clock readings may be negative
    private static final Failure BROKEN = Failure.of(FailureKind.SERVER, "");
    private static final Failure WRONG_KEY = Failure.of(FailureKind.AUTH, "");

    /**
     * Resources of a call.
     *
     * @param retryTokens true if retry tokens are left
     * @param unaffordable names of routes beyond the cost limit
     * @param queues length of the queue of each route that has one
     */
    private record Supply(boolean retryTokens, Set<String> unaffordable, Map<String, Double> queues)
            implements Decision.Resources {

        @Override
        public boolean retryToken(Route route) {
            return retryTokens;
        }

        @Override
        public FailureKind coolingDownAfter(Route route) {
            return FailureKind.OVERLOADED;
        }

        @Override
        public boolean isAvailable(Route route, Duration after) {
            return true;
        }

        @Override
        public boolean queues(Route route) {
            return queues.containsKey(route.name());
        }

        @Override
        public double queueLength(Route route) {
            return queues.get(route.name());
        }

        @Override
        public boolean refusesConnections(Route route) {
            return false;
        }

        @Override
        public boolean affordable(Route route, Cursor cursor) {
            return !unaffordable.contains(route.name());
        }

        @Override
        public @Nullable Integer window(Route route) {
            return route.capabilities().window();
        }

        @Override
        public int tokens() {
            return 500;
        }

        @Override
        public ConversationTrimmer.Outcome shorter(Cursor cursor) {
            return new ConversationTrimmer.Irreducible(ChatRequest.of("m", "hello"));
        }
    }

    private static final Supply PLENTY = new Supply(true, Set.of(), Map.of());
    private static final FixedRandom LOWEST = new FixedRandom(0);
    private static final RetryPolicy NO_JITTER = RetryPolicy.defaults().withJitter(RetryPolicy.Jitter.NONE);

    private RetryPolicy retry = NO_JITTER;
    private Supply supply = PLENTY;
    private long deadline = Long.MAX_VALUE;

    @Test
    void retryThatEndsAtTheDeadlineIsNotMade() {
        Plan plan = CallFixtures.plan(route("a"));
        deadline = NOW + Duration.ofMillis(500).toNanos();
        Decision.Stop stop = (Decision.Stop) after(BROKEN, failed(plan, BROKEN), plan);
        assertThat(stop.reason()).isEqualTo(Decision.Stop.Reason.WAIT_EXCEEDS_DEADLINE);
        assertThat(stop.text()).contains("a could be asked again in 500 ms");
        deadline++;
        assertThat(delay(after(BROKEN, failed(plan, BROKEN), plan))).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void failureWithoutRetriesSaysNothingOfTheDeadline() {
        Plan plan = CallFixtures.plan(route("a"));
        deadline = NOW + 1;
        assertThat(after(WRONG_KEY, failed(plan, WRONG_KEY), plan))
                .isEqualTo(new Decision.Stop(Decision.Stop.Reason.ALL_FAILED));
    }

    @Test
    void retryAfterOfTheLongestWaitInPlaceIsWaited() {
        Plan plan = CallFixtures.plan(route("a"), route("b"));
        Failure inThree = BROKEN.withRetryAfter(retry.maxInPlaceWait());
        assertThat(next(after(inThree, failed(plan, inThree), plan), plan)).isEqualTo("a");
        Failure later = BROKEN.withRetryAfter(retry.maxInPlaceWait().plusNanos(1));
        assertThat(next(after(later, failed(plan, later), plan), plan)).isEqualTo("b");
    }

    @Test
    void subscriberThatRequestsNothingEndsTheCall() {
        Plan plan = CallFixtures.plan(route("a"), route("b"));
        Failure idle = Failure.timeout(Failure.Phase.CONSUMER, Duration.ofMinutes(5));
        assertThat(after(idle, failed(plan, idle), plan))
                .isEqualTo(new Decision.Stop(Decision.Stop.Reason.SUBSCRIBER_STOPPED));
    }

    @Test
    void routeBeyondTheCostLimitIsNotAsked() {
        Plan plan = CallFixtures.plan(route("a"), route("dear"), route("cheap"));
        supply = new Supply(true, Set.of("dear"), Map.of());
        assertThat(next(after(WRONG_KEY, failed(plan, WRONG_KEY), plan), plan)).isEqualTo("cheap");
        supply = new Supply(true, Set.of("dear", "cheap"), Map.of());
        assertThat(after(WRONG_KEY, failed(plan, WRONG_KEY), plan))
                .isEqualTo(new Decision.Stop(Decision.Stop.Reason.ALL_FAILED));
    }

    @Test
    void shortestQueueIsJoinedWhenNoRouteIsFree() {
        Plan plan = CallFixtures.plan(route("a"), route("long"), route("short"), route("equal"), route("none"));
        supply = new Supply(true, Set.of(), Map.of("long", 2.0, "short", 0.5, "equal", 0.5));
        Cursor cursor = failed(plan, WRONG_KEY);
        for (int route = 1; route < 5; route++) {
            Failure full = Failure.of(FailureKind.SKIPPED, "");
            cursor = failed(cursor.excludingRoute().to(route, Duration.ZERO), full)
                    .atCapacity();
        }
        Decision.Again again = (Decision.Again) after(Failure.of(FailureKind.SKIPPED, ""), cursor, plan);
        assertThat(next(again, plan)).isEqualTo("short");
        supply = new Supply(true, Set.of(), Map.of("a", 0.5, "long", 2.0));
        assertThat(next(
                        after(
                                Failure.of(FailureKind.SKIPPED, ""),
                                cursor.to(0, Duration.ZERO).atCapacity(),
                                plan),
                        plan))
                .isEqualTo("a");
        assertThat(again.cursor().routeState().access()).isEqualTo(Cursor.Access.QUEUE);
    }

    @Test
    void openCircuitIsTriedWhenTheOthersFailed() {
        Plan plan = plan(2, route("a"), route("b"), route("open"));
        Cursor atB = ((Decision.Again) after(WRONG_KEY, failed(plan, WRONG_KEY), plan)).cursor();
        assertThat(atB.route()).isEqualTo(1);
        assertThat(next(after(WRONG_KEY, failed(atB, WRONG_KEY), plan), plan)).isEqualTo("open");
        supply = new Supply(true, Set.of("open"), Map.of());
        assertThat(after(WRONG_KEY, failed(atB, WRONG_KEY), plan)).isInstanceOf(Decision.Stop.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureKind.class,
            names = {"INVALID_REQUEST", "REQUEST_TOO_LARGE", "CONTEXT_OVERFLOW"})
    void openCircuitIsNotTriedForFailuresOfTheRequest(FailureKind kind) {
        Plan plan = plan(1, route("a"), route("open"));
        Failure failure = Failure.of(kind, "");
        assertThat(after(failure, failed(plan, failure), plan)).isInstanceOf(Decision.Stop.class);
    }

    @Test
    void routeThatIsAvailableFirstIsWaitedForInOrder() {
        retry = retry.withMaxWait(Duration.ofSeconds(30));
        assertThat(waitedFor(4, 5)).isEqualTo("b");
        assertThat(waitedFor(5, 4)).isEqualTo("c");
        assertThat(waitedFor(4, 4)).isEqualTo("b");
    }

    private String waitedFor(int secondsOfB, int secondsOfC) {
        Plan plan = new Plan(
                List.of(route("a"), route("b"), route("c")),
                List.of(0L, NOW + secondsOfB * 1_000_000_000L, NOW + secondsOfC * 1_000_000_000L),
                3,
                route("a"),
                AttemptLog.empty());
        return next(after(WRONG_KEY, failed(plan, WRONG_KEY), plan), plan);
    }

    @Test
    void waitForAnUntriedRouteCostsNoRetryToken() {
        supply = new Supply(false, Set.of(), Map.of());
        assertThat(waitedFor(4, 5)).isEqualTo("b");
    }

    @Test
    void routeWithRetriesLeftReturnsAfterItsRetryAfter() {
        retry = retry.withRetries(1).withMaxWait(Duration.ofSeconds(30));
        Plan plan = CallFixtures.plan(route("a"));
        Failure later = BROKEN.withRetryAfter(Duration.ofSeconds(10));
        Cursor once = failed(plan, later);
        Decision.Again again = (Decision.Again) after(later, once, plan);
        assertThat(again.delay()).isEqualTo(Duration.ofSeconds(10));
        assertThat(after(later, failed(again.cursor(), later), plan))
                .isEqualTo(new Decision.Stop(Decision.Stop.Reason.ALL_FAILED));
    }

    @Test
    void overflowGoesToLargerWindowsThanTheRequestOnly() {
        Failure overflow = Failure.of(FailureKind.CONTEXT_OVERFLOW, "");
        Plan plan = CallFixtures.plan(route("a"), route("small", 500), route("large", 501));
        assertThat(next(after(overflow, failed(plan, overflow), plan), plan)).isEqualTo("large");
        Failure told = overflow.withWindow(501);
        assertThat(after(told, failed(plan, told), plan))
                .isEqualTo(new Decision.Stop(Decision.Stop.Reason.CANNOT_BE_SHORTENED));
    }

    @Test
    void firstRouteMayBeTheOneWithTheLargerWindow() {
        Plan plan = new Plan(
                List.of(route("large", 2000), route("b", 1000)),
                List.of(NOW - 1, 0L),
                2,
                route("large", 2000),
                AttemptLog.empty());
        Failure overflow = Failure.of(FailureKind.CONTEXT_OVERFLOW, "");
        Cursor atB = failed(Cursor.start(plan).to(1, Duration.ZERO), overflow);
        assertThat(next(after(overflow, atB, plan), plan)).isEqualTo("large");
    }

    @Test
    void callBeginsWithACoolingRouteNotWithAnOpenCircuit() {
        Plan plan = new Plan(
                List.of(route("a"), route("open")),
                List.of(NOW + 2_000_000_000L, 0L),
                1,
                route("a"),
                AttemptLog.empty());
        Decision.Again again = (Decision.Again) first(plan);
        assertThat(again.cursor().route()).isZero();
        assertThat(again.delay()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void callWhoseRoutesCoolDownBeyondItsDeadlineEndsAtOnce() {
        Plan plan = new Plan(List.of(route("a")), List.of(NOW + 2_000_000_000L), 1, route("a"), AttemptLog.empty());
        deadline = NOW + 2_000_000_000L;
        Decision.Stop stop = (Decision.Stop) first(plan);
        assertThat(stop.reason()).isEqualTo(Decision.Stop.Reason.ALL_COOLING_DOWN);
        assertThat(stop.text()).endsWith("a could be asked in 2000 ms, after the time of the call is over");
        assertThat(stop.failure().kind()).isEqualTo(FailureKind.OVERLOADED);
        assertThat(stop.failure().retryAfter()).isEqualTo(Duration.ofSeconds(2));
        deadline++;
        assertThat(delay(first(plan))).isEqualTo(Duration.ofSeconds(2));
        retry = retry.withMaxWait(Duration.ofSeconds(1));
        assertThat(((Decision.Stop) first(plan)).text()).endsWith("and a call waits for 1000 ms at most");
    }

    @Test
    void openCircuitIsTriedWhenAllCoolDownForTooLong() {
        Plan plan = new Plan(
                List.of(route("a"), route("b"), route("open")),
                List.of(NOW + 60_000_000_000L, NOW + 60_000_000_000L, 0L),
                2,
                route("a"),
                AttemptLog.empty());
        assertThat(next(first(plan), plan)).isEqualTo("open");
        assertThat(delay(first(plan))).isZero();
    }

    @Test
    void firstOfRoutesThatAreAvailableAtOneTimeIsWaitedFor() {
        long inTwo = NOW + 2_000_000_000L;
        Plan plan = new Plan(List.of(route("a"), route("b")), List.of(inTwo, inTwo), 2, route("a"), AttemptLog.empty());
        assertThat(next(first(plan), plan)).isEqualTo("a");
    }

    @Test
    void routeThatFailedMayBeTheFirstToReturn() {
        retry = retry.withMaxWait(Duration.ofSeconds(30));
        Plan plan = new Plan(
                List.of(route("a"), route("b")), List.of(0L, NOW + 5_000_000_000L), 2, route("a"), AttemptLog.empty());
        Failure inFour = BROKEN.withRetryAfter(Duration.ofSeconds(4));
        assertThat(next(after(inFour, failed(plan, inFour), plan), plan)).isEqualTo("a");
    }

    private Decision first(Plan plan) {
        return Decision.first(
                Cursor.start(plan), plan, new Decision.Options(retry, 0, false, false), NOW, deadline, LOWEST, supply);
    }

    private Decision after(Failure failure, Cursor cursor, Plan plan) {
        return Decision.after(
                failure, cursor, plan, new Decision.Options(retry, 0, false, false), NOW, deadline, LOWEST, supply);
    }

    private static String next(Decision decision, Plan plan) {
        assertThat(decision).isInstanceOf(Decision.Again.class);
        return plan.route(((Decision.Again) decision).cursor().route()).name();
    }

    private static Duration delay(Decision decision) {
        return ((Decision.Again) decision).delay();
    }

    private static Plan plan(int lastResorts, Route... routes) {
        Long[] now = new Long[routes.length];
        Arrays.fill(now, 0L);
        return new Plan(List.of(routes), List.of(now), lastResorts, routes[0], AttemptLog.empty());
    }

    private static Cursor failed(Plan plan, Failure failure) {
        return failed(Cursor.start(plan), failure);
    }

    private static Cursor failed(Cursor cursor, Failure failure) {
        String name = String.valueOf((char) ('a' + cursor.route()));
        return cursor.failed(
                AttemptLog.Attempt.of(name, "m", AttemptLog.Outcome.FAILED).withFailure(failure),
                new ChatException.CallFailed(failure));
    }

    private static Route route(String name) {
        return CallFixtures.route(name);
    }

    private static Route route(String name, int window) {
        return CallFixtures.route(name, Capabilities.assumed().withWindow(window));
    }
}
