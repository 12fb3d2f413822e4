package dev.understudy.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.FixedRandom;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.guard.FailureRules;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.pool.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class DecisionTest {

    private static final RandomGenerator HIGHEST = new FixedRandom(Math.nextDown(1.0));
    private static final RandomGenerator LOWEST = new FixedRandom(0);
    private static final Decision.Options RULES = new Decision.Options(RetryPolicy.defaults(), 0, false, false);
    private static final long NOW = -7_000_000_000L; // clock readings may be negative

    record Row(FailureKind kind, String same, String next, String circuit, String retryAfter, String gates) {}

    static Stream<Row> rowsOfThePage() throws IOException {
        Path page = Path.of(System.getProperty("understudy.root", ".."), "docs", "decisions.md");
        return Files.readAllLines(page).stream()
                .filter(line -> line.matches("\\| [A-Z_]+ \\|.*"))
                .map(line -> Arrays.stream(line.split("\\|")).map(String::trim).toList())
                .map(cells -> new Row(
                        FailureKind.valueOf(cells.get(1)),
                        cells.get(2),
                        cells.get(3),
                        cells.get(4),
                        cells.get(5),
                        cells.get(6)));
    }

    @Test
    void tableHasARowForEveryKind() throws IOException {
        Set<FailureKind> told = EnumSet.noneOf(FailureKind.class);
        rowsOfThePage().forEach(row -> told.add(row.kind));
        assertThat(told).isEqualTo(EnumSet.allOf(FailureKind.class));
    }

    @ParameterizedTest
    @MethodSource("rowsOfThePage")
    void retriesFollowTheTable(Row row) {
        Plan two = plan(route("a"), route("b"));
        Plan one = plan(route("a"));
        List<Duration> waits = waitsInPlace(Failure.of(row.kind, ""), two, HIGHEST);
        List<Duration> waitsAlone = waitsInPlace(Failure.of(row.kind, ""), one, HIGHEST);
        List<Duration> atLeast = waitsInPlace(Failure.of(row.kind, ""), two, LOWEST);
        switch (row.same) {
            case "no" -> assertThat(waits).isEmpty();
            case "once, at once" -> assertThat(waits).containsExactly(Duration.ZERO);
            case "once, if it is the only route" -> {
                assertThat(waits).isEmpty();
                assertThat(waitsAlone).containsExactly(Duration.ZERO);
            }
            case "once, after a back-off" -> assertThat(millis(waits)).containsExactly(500L);
            case "with back-off" -> {
                assertThat(millis(waits)).containsExactly(500L, 1000L);
                assertThat(millis(atLeast)).containsExactly(50L, 50L);
            }
            case "with doubled back-off" -> assertThat(millis(waits)).containsExactly(1000L, 2000L);
            default -> throw new AssertionError("The page says something no test understands: " + row.same);
        }
    }

    @ParameterizedTest
    @MethodSource("rowsOfThePage")
    void failoverFollowsTheTable(Row row) {
        Failure failure = Failure.of(row.kind, "").withWindow(1000);
        Plan plan = plan(route("a"), route("small", 1000), route("large", 2000));
        Decision byDefault = afterAllTries(failure, plan, RULES);
        switch (row.next) {
            case "yes" -> assertThat(whoIsNext(byDefault, plan)).isEqualTo("small");
            case "to a larger window, then to an unknown one, then trimmed" -> {
                assertThat(whoIsNext(byDefault, plan)).isEqualTo("large");
                Plan unknown = plan(route("a"), route("small", 1000), route("unknown"));
                assertThat(whoIsNext(afterAllTries(failure, unknown, RULES), unknown))
                        .isEqualTo("unknown");
                assertThat(stopAfterAllRoutes(failure, plan(route("a"), route("small", 1000))))
                        .isEqualTo(Decision.Stop.Reason.CANNOT_BE_SHORTENED);
                assertThat(shortened(failure)).isEqualTo("a");
            }
            case "yes, whatever its window, then trimmed" -> {
                assertThat(whoIsNext(byDefault, plan)).isEqualTo("small");
                assertThat(stopAfterAllRoutes(failure, plan(route("a")))).isEqualTo(Decision.Stop.Reason.ALL_FAILED);
                assertThat(shortened(failure)).isEqualTo("a");
            }
            case "opt-in" -> {
                assertThat(byDefault).isInstanceOf(Decision.Stop.class);
                Decision.Options around = new Decision.Options(RetryPolicy.defaults(), 0, true, false);
                assertThat(whoIsNext(afterAllTries(failure, plan, around), plan))
                        .isEqualTo("small");
            }
            case "yes, unless set to stop" -> {
                assertThat(whoIsNext(byDefault, plan)).isEqualTo("small");
                Decision.Options stops = new Decision.Options(RetryPolicy.defaults(), 0, false, true);
                assertThat(afterAllTries(failure, plan, stops)).isInstanceOf(Decision.Stop.class);
            }
            default -> throw new AssertionError("The page says something no test understands: " + row.next);
        }
    }

    @ParameterizedTest
    @MethodSource("rowsOfThePage")
    void circuitCooldownAndRetryAfterFollowTheTable(Row row) {
        FailureRules.Rule rule = FailureRules.of(row.kind);
        assertThat(rule.countsForCircuit()).isEqualTo(row.circuit.equals("counts"));
        assertThat(rule.obeysRetryAfter()).isEqualTo(row.retryAfter.equals("obeyed"));
        assertThat(rule.coolsDownModel()).isEqualTo(row.gates.equals("10 minutes"));
    }

    @Test
    void shortRetryAfterIsTheDelay() {
        Failure told = Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofMillis(2500));
        Plan plan = plan(route("a"), route("b"));
        assertThat(waitsInPlace(told, plan, LOWEST).get(0)).isEqualTo(Duration.ofMillis(2500));
        assertThat(waitsInPlace(told, plan, HIGHEST).get(0))
                .isBetween(Duration.ofMillis(2500), Duration.ofMillis(2750));
    }

    @Test
    void longRetryAfterMeansNextRouteAtOnce() {
        Failure told = Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofSeconds(4));
        Plan plan = plan(route("a"), route("b"));
        Decision.Again again = (Decision.Again) decide(told, failedOnce(plan, told), plan, Long.MAX_VALUE);
        assertThat(plan.route(again.cursor().route()).name()).isEqualTo("b");
        assertThat(again.delay()).isZero();
    }

    @Test
    void firstAvailableRouteIsWaitedFor() {
        Plan plan = plan(route("a"), route("b"));
        Failure inTen = Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofSeconds(10));
        Failure inFive = Failure.of(FailureKind.OVERLOADED, "").withRetryAfter(Duration.ofSeconds(5));
        Decision.Again toB = (Decision.Again) decide(inTen, failedOnce(plan, inTen), plan, Long.MAX_VALUE);
        Cursor bFailed = toB.cursor().failed(entry(inFive), new ChatException.CallFailed(inFive));
        Decision.Again again = (Decision.Again) decide(inFive, bFailed, plan, Long.MAX_VALUE);
        assertThat(plan.route(again.cursor().route()).name()).isEqualTo("b");
        assertThat(again.delay()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void retryAfterBeyondTheLongestWaitStops() {
        Plan plan = plan(route("a"));
        Failure tomorrow = Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofDays(1));
        Decision.Stop stop = (Decision.Stop) decide(tomorrow, failedOnce(plan, tomorrow), plan, Long.MAX_VALUE);
        assertThat(stop.reason()).isEqualTo(Decision.Stop.Reason.WAIT_TOO_LONG);
    }

    @Test
    void waitForRouteIsAtLeastRetryAfterAndJittered() {
        Plan plan = plan(route("a"));
        Failure told = Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofSeconds(4));
        Decision.Again lowest = (Decision.Again) Decision.after(
                told, failedOnce(plan, told), plan, RULES, NOW, Long.MAX_VALUE, LOWEST, CallFixtures.PLENTY);
        Decision.Again highest = (Decision.Again) Decision.after(
                told, failedOnce(plan, told), plan, RULES, NOW, Long.MAX_VALUE, HIGHEST, CallFixtures.PLENTY);
        assertThat(lowest.delay()).isEqualTo(Duration.ofSeconds(4));
        assertThat(highest.delay()).isBetween(Duration.ofMillis(4_400), Duration.ofMillis(4_500));
    }

    @Test
    void retryAfterIsNeverShorterThanTheBackoff() {
        Plan plan = plan(route("a"), route("b"));
        Failure told = Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofMillis(10));
        assertThat(millis(waitsInPlace(told, plan, HIGHEST))).containsExactly(1000L, 2000L);
        assertThat(millis(waitsInPlace(told, plan, LOWEST))).containsExactly(50L, 50L);
    }

    @Test
    void waitBeyondDeadlineStopsWithItsLength() {
        Plan plan = plan(route("a"));
        Failure told = Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofSeconds(4));
        long deadline = NOW + Duration.ofSeconds(2).toNanos();
        Decision.Stop stop = (Decision.Stop) decide(told, failedOnce(plan, told), plan, deadline);
        assertThat(stop.text()).contains("a could be asked again in 4000 ms");
    }

    @Test
    void backoffBeyondDeadlineMeansNextRoute() {
        Plan plan = plan(route("a"), route("b"));
        Failure broken = Failure.of(FailureKind.SERVER, "");
        long deadline = NOW + Duration.ofMillis(40).toNanos();
        Decision.Again again = (Decision.Again) decide(broken, failedOnce(plan, broken), plan, deadline);
        assertThat(plan.route(again.cursor().route()).name()).isEqualTo("b");
    }

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    void adviceAgainstRetryIsObeyed(FailureKind kind) {
        Plan plan = plan(route("a"), route("b"));
        Failure never = Failure.of(kind, "").withShouldRetry(false).withRetryAfter(Duration.ofSeconds(1));
        assertThat(waitsInPlace(never, plan, HIGHEST)).isEmpty();
    }

    @Test
    void adviceForRetryIsObeyed() {
        Plan plan = plan(route("a"), route("b"));
        Failure please = Failure.of(FailureKind.INVALID_REQUEST, "").withShouldRetry(true);
        assertThat(millis(waitsInPlace(please, plan, HIGHEST))).containsExactly(500L, 1000L);
    }

    @Test
    void noAttemptFollowsAFailureAfterTheDeadline() {
        Plan plan = plan(route("a"), route("b"));
        Failure empty = Failure.of(FailureKind.EMPTY, "");
        Decision.Stop stop = (Decision.Stop) decide(empty, failedOnce(plan, empty), plan, NOW);
        assertThat(stop.reason()).isEqualTo(Decision.Stop.Reason.DEADLINE_EXCEEDED);
        assertThat(decide(empty, failedOnce(plan, empty), plan, NOW + 1)).isInstanceOf(Decision.Again.class);
    }

    @Test
    void deadlineExceededStops() {
        Plan plan = plan(route("a"), route("b"));
        Failure over = Failure.timeout(Failure.Phase.DEADLINE, Duration.ofSeconds(1));
        assertThat(decide(over, failedOnce(plan, over), plan, NOW)).isInstanceOf(Decision.Stop.class);
    }

    @Test
    void attemptLimitStops() {
        Plan plan = plan(route("a"), route("b"));
        Failure broken = Failure.of(FailureKind.SERVER, "");
        Decision.Options two = new Decision.Options(RetryPolicy.defaults(), 1, false, false);
        Decision decision = Decision.after(
                broken, failedOnce(plan, broken), plan, two, NOW, Long.MAX_VALUE, LOWEST, CallFixtures.PLENTY);
        assertThat(decision)
                .isEqualTo(new Decision.Stop(
                        Decision.Stop.Reason.ATTEMPT_LIMIT_REACHED, "The limit of 1 attempts is reached"));
    }

    @Test
    void firstRouteToLeaveCooldownIsWaitedFor() {
        long inTwenty = NOW + Duration.ofSeconds(20).toNanos();
        long inFive = NOW + Duration.ofSeconds(5).toNanos();
        Route[] routes = {route("a"), route("b"), route("c")};
        Plan plan = new Plan(List.of(routes), List.of(inTwenty, inFive, inTwenty), 3, routes[0], AttemptLog.empty());
        Decision.Again again = (Decision.Again)
                Decision.first(Cursor.start(plan), plan, RULES, NOW, Long.MAX_VALUE, LOWEST, CallFixtures.PLENTY);
        assertThat(again.cursor().route()).isEqualTo(1);
        assertThat(again.delay()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void waitForRouteThatFailedBeforeCostsRetryToken() {
        Plan plan = plan(route("a"));
        Failure told = Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofSeconds(4));
        Decision decision = Decision.after(
                told, failedOnce(plan, told), plan, RULES, NOW, Long.MAX_VALUE, LOWEST, CallFixtures.NO_RETRY_TOKENS);
        assertThat(decision).isInstanceOfSatisfying(Decision.Stop.class, stop -> assertThat(stop.reason())
                .isEqualTo(Decision.Stop.Reason.RETRY_BUDGET_EXHAUSTED));
    }

    @Test
    void thousandRoutesAreTriedOnceEach() {
        Route[] many = new Route[1000];
        Arrays.setAll(many, i -> route("p" + i));
        Plan plan = plan(many);
        Failure wrong = Failure.of(FailureKind.AUTH, "");
        Cursor cursor = Cursor.start(plan);
        for (int i = 0; i < 999; i++) {
            cursor = ((Decision.Again) decide(wrong, failed(cursor, wrong), plan, Long.MAX_VALUE)).cursor();
            assertThat(cursor.route()).isEqualTo(i + 1);
        }
        assertThat(decide(wrong, failed(cursor, wrong), plan, Long.MAX_VALUE))
                .isEqualTo(new Decision.Stop(Decision.Stop.Reason.ALL_FAILED));
    }

    private static List<Duration> waitsInPlace(Failure failure, Plan plan, RandomGenerator random) {
        List<Duration> waits = new ArrayList<>();
        Cursor cursor = Cursor.start(plan);
        while (true) {
            Decision decision = Decision.after(
                    failure, failed(cursor, failure), plan, RULES, NOW, Long.MAX_VALUE, random, CallFixtures.PLENTY);
            if (!(decision instanceof Decision.Again again) || again.cursor().route() != 0 || waits.size() > 9) {
                return waits;
            }
            if (plan.routes().size() == 1 && FailureRules.of(failure.kind()).same() == FailureRules.Same.NO) {
                return waits;
            }
            waits.add(again.delay());
            cursor = again.cursor();
        }
    }

    private static Decision.Stop.Reason stopAfterAllRoutes(Failure failure, Plan plan) {
        return ((Decision.Stop) decide(failure, failedOnce(plan, failure), plan, Long.MAX_VALUE)).reason();
    }

    /** Returns the route that is asked with a shorter request, after the only route refused the whole one. */
    private static String shortened(Failure failure) {
        Plan alone = plan(route("a"));
        Decision.Again again = (Decision.Again) Decision.after(
                failure, failedOnce(alone, failure), alone, RULES, NOW, Long.MAX_VALUE, LOWEST, CallFixtures.SHORTER);
        assertThat(again.cursor().routeState().shortened()).isNotNull();
        return alone.route(again.cursor().route()).name();
    }

    private static Decision afterAllTries(Failure failure, Plan plan, Decision.Options rules) {
        Cursor cursor = Cursor.start(plan);
        for (int i = 0; i < 9; i++) {
            Decision decision = Decision.after(
                    failure, failed(cursor, failure), plan, rules, NOW, Long.MAX_VALUE, LOWEST, CallFixtures.PLENTY);
            if (!(decision instanceof Decision.Again again) || again.cursor().route() != 0) {
                return decision;
            }
            cursor = again.cursor();
        }
        throw new AssertionError("The same route is asked for ever");
    }

    private static Decision decide(Failure failure, Cursor cursor, Plan plan, long deadline) {
        return Decision.after(failure, cursor, plan, RULES, NOW, deadline, LOWEST, CallFixtures.PLENTY);
    }

    private static String whoIsNext(Decision decision, Plan plan) {
        return plan.route(((Decision.Again) decision).cursor().route()).name();
    }

    private static Cursor failedOnce(Plan plan, Failure failure) {
        return failed(Cursor.start(plan), failure);
    }

    private static Cursor failed(Cursor cursor, Failure failure) {
        return cursor.failed(entry(failure), new ChatException.CallFailed(failure));
    }

    private static AttemptLog.Attempt entry(Failure failure) {
        return entry("a", failure);
    }

    private static AttemptLog.Attempt entry(String provider, Failure failure) {
        return AttemptLog.Attempt.of(provider, "m", AttemptLog.Outcome.FAILED)
                .withNumber(1, 3)
                .withFailure(failure);
    }

    private static Plan plan(Route... routes) {
        return CallFixtures.plan(routes);
    }

    private static Route route(String name) {
        return CallFixtures.route(name);
    }

    private static Route route(String name, int window) {
        return CallFixtures.route(name, Capabilities.assumed().withWindow(window));
    }

    private static List<Long> millis(List<Duration> waits) {
        return waits.stream().map(wait -> Math.round(wait.toNanos() / 1e6)).toList();
    }
}
