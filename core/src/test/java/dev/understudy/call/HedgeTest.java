package dev.understudy.call;

import static dev.understudy.VirtualScenario.REQUEST;
import static dev.understudy.VirtualScenario.standing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.VirtualScenario;
import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Usage;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CallLimits;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.HedgingPolicy;
import dev.understudy.policy.RetryBudget;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hedging of slow attempts. */
class HedgeTest {

    private static final long SEED = 20_261_120;
    private static final Failure BROKEN = Failure.of(FailureKind.SERVER, "broken");

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");
    private final ScriptedProvider c = ScriptedProvider.named("c");

    /** One call in twenty takes five seconds; the others take from {@code from} to {@code to} milliseconds. */
    @ParameterizedTest
    @CsvSource({"false, 100, 300", "true, 100, 300", "true, 600, 1000"})
    void hedgingCutsTheLatencyTail(boolean streamed, int from, int to) {
        List<CallResult> without = stragglers(HedgingPolicy.none(), streamed, from, to);
        int callsWithout = a.subscriptions() + b.subscriptions();
        HedgeTest hedged = new HedgeTest();
        List<CallResult> with = hedged.stragglers(HedgingPolicy.defaults(), streamed, from, to);
        int callsWith = hedged.a.subscriptions() + hedged.b.subscriptions();
        double before = p99(without);
        double after = p99(with);
        double extra = 100.0 * (callsWith - callsWithout) / callsWithout;
        assertThat(after)
                .as("99th percentile of the first content in ms, hedged")
                .isLessThanOrEqualTo(0.5 * before);
        assertThat(extra).as("additional requests in %%").isLessThanOrEqualTo(5);
        assertThat(hedged.scenario.events(Event.CircuitStateChanged.class)).isEmpty();
        assertThat(hedged.a.live() + hedged.b.live()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void hedgeDelayDoesNotClimbWithEveryHedge(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("usual").beforeFirst(Duration.ofMillis(600))));
        b.always(scenario.timed(ScriptedAnswer.text("I stand in").beforeFirst(Duration.ofMillis(200))));
        Understudy understudy = scenario.builder(a, b)
                .hedging(HedgingPolicy.defaults().withMaxExtra(1))
                .build();
        for (int i = 0; i < 20; i++) {
            ask(understudy, streamed);
            scenario.advance(Duration.ofSeconds(1));
        }
        a.always(scenario.timed(ScriptedAnswer.text("late").beforeFirst(Duration.ofSeconds(9))));
        for (int i = 0; i < 60; i++) {
            ask(understudy, streamed);
            scenario.advance(Duration.ofSeconds(10));
        }
        List<Event.Hedged> hedges = scenario.events(Event.Hedged.class);
        assertThat(hedges).hasSizeGreaterThanOrEqualTo(60);
        assertThat(hedges).extracting(Event.Hedged::after).allSatisfy(delay -> assertThat(delay)
                .isLessThanOrEqualTo(Duration.ofMillis(601)));
    }

    private List<CallResult> stragglers(HedgingPolicy hedgingPolicy, boolean streamed, int from, int to) {
        Random random = new Random(SEED);
        int[] straggler = {0, 0};
        a.rule(request -> {
            if (straggler[0]++ % 20 == 0) {
                straggler[1] = random.nextInt(20);
            }
            boolean slow = (straggler[0] - 1) % 20 == straggler[1];
            return scenario.timed(ScriptedAnswer.text("all is well")
                    .beforeFirst(Duration.ofMillis(slow ? 5_000 : from + random.nextInt(to - from))));
        });
        b.always(scenario.timed(ScriptedAnswer.text("I stand in").beforeFirst(Duration.ofMillis(200))));
        Understudy understudy = scenario.builder(a, b).hedging(hedgingPolicy).build();
        // Percentiles need samples first.
        scenario.load(understudy, streamed, Duration.ofMillis(250), Duration.ofSeconds(25));
        scenario.advance(Duration.ofSeconds(10));
        started = scenario.nanos();
        begun = new ArrayList<>();
        List<CallResult> calls = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            begun.add(scenario.nanos());
            calls.add(streamed ? scenario.stream(understudy) : scenario.chat(understudy));
            scenario.advance(Duration.ofMillis(250));
        }
        scenario.advance(Duration.ofSeconds(10));
        for (int i = 0; i < calls.size(); i++) {
            calls.get(i).firstAt -= begun.get(i);
        }
        return calls;
    }

    private long started;
    private List<Long> begun = List.of();

    private static double p99(List<CallResult> calls) {
        long[] times =
                calls.stream().mapToLong(result -> result.firstAt).sorted().toArray();
        return times[(int) Math.ceil(0.99 * times.length) - 1] / 1e6;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void hedgingIsOffByDefault(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("late").beforeFirst(Duration.ofSeconds(9))));
        Understudy understudy = scenario.builder(a, b).build();
        CallResult result = ask(understudy, streamed);
        scenario.advance(Duration.ofSeconds(9));
        assertThat(result.by()).isEqualTo("a");
        assertThat(b.subscriptions()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void hedgeWithoutRetryTokenReturnsItsAllowance(boolean streamed) {
        a.always(ScriptedAnswer.hang());
        Understudy understudy = scenario.builder(a, b)
                .hedging(HedgingPolicy.defaults()
                        .withMaxExtra(0.5)) // one hedge from the start, and half a hedge with each call
                .retryBudget(new RetryBudget(0.0, 0.1, Duration.ofSeconds(10))) // one retry token in ten seconds
                .build();
        assertThat(hedges(understudy, streamed)).isEqualTo(1);
        assertThat(hedges(understudy, streamed)).as("no retry token").isEqualTo(1);
        scenario.advance(Duration.ofSeconds(10));
        assertThat(hedges(understudy, streamed)).as("a retry token again").isEqualTo(2);
    }

    /** Makes one more call, cancels it after a second, and returns the number of hedges so far. */
    private int hedges(Understudy understudy, boolean streamed) {
        CallResult result = ask(understudy, streamed);
        scenario.advance(Duration.ofSeconds(1));
        result.call.dispose();
        return scenario.events(Event.Hedged.class).size();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void firstContentWinsAndLoserIsLoggedAsWasted(boolean streamed) {
        a.always(ScriptedAnswer.hang());
        b.always(scenario.timed(ScriptedAnswer.text("I stand in")
                .beforeFirst(Duration.ofMillis(300))
                .withUsage(Usage.of(10, 3))));
        Understudy understudy = understudy();
        CallResult result = ask(understudy, streamed);
        scenario.advance(Duration.ofMillis(499));
        assertThat(b.subscriptions()).isZero();
        scenario.advance(Duration.ofMillis(1));
        assertThat(b.subscriptions()).isEqualTo(1);
        assertThat(a.live()).isEqualTo(1);
        scenario.advance(Duration.ofMillis(300));
        assertThat(result.by()).isEqualTo("b");
        assertThat(result.firstAt).isEqualTo(Duration.ofMillis(800).toNanos());
        assertThat(a.cancelled()).isEqualTo(1);
        assertThat(result.outcomes()).containsExactly("a:wasted", "b:served");
        Usage wasted = result.attemptLog().attempts().get(0).usage();
        assertThat(wasted).isEqualTo(Usage.estimate(8));
        assertThat(result.finish().usage()).isEqualTo(Usage.of(10, 3).plus(wasted));
        assertThat(result.finish().usage().estimated()).isTrue();
        assertThat(result.finish().servedBy().fallback()).isTrue();
        assertThat(scenario.events(Event.Hedged.class)).singleElement().satisfies(hedged -> {
            assertThat(hedged.slow()).isEqualTo(new Event.Route("a", "m"));
            assertThat(hedged.with()).isEqualTo(new Event.Route("b", "m"));
            assertThat(hedged.after()).isEqualTo(Duration.ofMillis(500));
        });
        ProviderStatus loser = standing(understudy, "a");
        assertThat(loser.circuits()).containsEntry("m", ProviderStatus.CircuitState.CLOSED);
        assertThat(loser.consecutiveFailures()).isZero();
        assertThat(loser.lastFailure()).isNull();
        assertThat(loser.inFlight()).isZero();
        assertThat(standing(understudy, "b").inFlight()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void firstAttemptMayWinAndHedgeIsWasted(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("late but first").beforeFirst(Duration.ofMillis(600))));
        b.always(ScriptedAnswer.hang());
        Understudy understudy = understudy();
        CallResult result = ask(understudy, streamed);
        scenario.advance(Duration.ofMillis(600));
        assertThat(result.by()).isEqualTo("a");
        assertThat(result.outcomes()).containsExactly("b:wasted", "a:served");
        assertThat(result.finish().servedBy().fallback()).isFalse();
        assertThat(b.cancelled()).isEqualTo(1);
        assertThat(standing(understudy, "b").health()).isEqualTo(ProviderStatus.Health.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fastErrorDoesNotWin(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.text("late and well").beforeFirst(Duration.ofSeconds(2))));
        b.always(ScriptedAnswer.fail(BROKEN));
        Understudy understudy = understudy();
        CallResult result = ask(understudy, streamed);
        scenario.advance(Duration.ofSeconds(2));
        assertThat(result.by()).isEqualTo("a");
        assertThat(result.outcomes()).containsExactly("b:failed", "a:served");
        assertThat(standing(understudy, "b").consecutiveFailures()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void firstAttemptThatFailsAfterTheHedgeIsLogged(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.fail(BROKEN).beforeFirst(Duration.ofMillis(700))));
        b.always(scenario.timed(ScriptedAnswer.text("I stand in").beforeFirst(Duration.ofSeconds(1))));
        Understudy understudy = understudy();
        CallResult result = ask(understudy, streamed);
        scenario.advance(Duration.ofSeconds(2));
        assertThat(result.by()).isEqualTo("b");
        assertThat(result.outcomes()).containsExactly("a:failed", "b:served");
        assertThat(a.subscriptions()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void firstAttemptThatFailsBeforeTheHedgeFailsOver(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.fail(BROKEN).beforeFirst(Duration.ofMillis(200))));
        Understudy understudy = understudy();
        CallResult result = ask(understudy, streamed);
        scenario.advance(Duration.ofMillis(200));
        assertThat(result.outcomes()).containsExactly("a:failed", "b:served");
        assertThat(result.endedAt).isEqualTo(Duration.ofMillis(200).toNanos());
        scenario.advance(Duration.ofSeconds(5));
        assertThat(b.subscriptions()).as("no hedge is left behind").isEqualTo(1);
        assertThat(scenario.events(Event.Hedged.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bothFailuresAreLoggedAndTheCallGoesOn(boolean streamed) {
        a.always(scenario.timed(ScriptedAnswer.fail(BROKEN).beforeFirst(Duration.ofMillis(900))));
        b.always(scenario.timed(ScriptedAnswer.fail(FailureKind.OVERLOADED).beforeFirst(Duration.ofMillis(100))));
        Understudy understudy = understudy();
        CallResult result = ask(understudy, streamed);
        scenario.advance(Duration.ofSeconds(2));
        assertThat(result.outcomes()).containsExactly("a:failed", "b:failed", "c:served");
        assertThat(result.attemptLog().attempts().stream().map(AttemptLog.Attempt::attempt))
                .containsExactly(1, 1, 1);
        assertThat(b.subscriptions()).as("asked once, as a hedge").isEqualTo(1);
    }

    @Test
    void firstFailureIsTheCauseWhenBothFail() {
        a.always(scenario.timed(ScriptedAnswer.fail(BROKEN).beforeFirst(Duration.ofMillis(900))));
        b.always(ScriptedAnswer.fail(FailureKind.OVERLOADED));
        c.always(ScriptedAnswer.fail(FailureKind.AUTH));
        CallResult result = ask(understudy(), true);
        scenario.advance(Duration.ofSeconds(2));
        assertThat(result.outcomes()).containsExactly("a:failed", "b:failed", "c:failed");
        assertThat(result.error.getCause()).hasMessageContaining("broken");
        assertThat(result.error.getSuppressed()).hasSize(2);
    }

    @Test
    void winnerThatFailsLaterEndsTheCall() {
        a.always(ScriptedAnswer.hang());
        b.always(ScriptedAnswer.text("one two three").failAfter(2, BROKEN));
        CallResult result = ask(understudy(), true);
        scenario.advance(Duration.ofSeconds(1));
        assertThat(result.text()).isEqualTo("one two");
        assertThat(result.outcomes()).containsExactly("a:wasted", "b:partial");
        assertThat(c.subscriptions()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void leavingCancelsBothAndNoTimerIsLeft(boolean streamed) {
        a.always(ScriptedAnswer.hang());
        b.always(ScriptedAnswer.hang());
        Understudy understudy = understudy();
        CallResult early = ask(understudy, streamed);
        scenario.advance(Duration.ofMillis(100));
        early.call.dispose();
        scenario.advance(Duration.ofSeconds(5));
        assertThat(b.subscriptions()).isZero();
        CallResult late = ask(understudy, streamed);
        scenario.advance(Duration.ofMillis(600));
        assertThat(a.live() + b.live()).isEqualTo(2);
        late.call.dispose();
        assertThat(a.live() + b.live()).isZero();
        assertThat(standing(understudy, "a").inFlight()
                        + standing(understudy, "b").inFlight())
                .isZero();
        assertThat(scenario.clock.getScheduledTaskCount()).isPositive();
    }

    @Test
    void hedgesAreLimitedToFivePercent() {
        a.always(ScriptedAnswer.hang());
        Understudy understudy = scenario.builder(a, b)
                .hedging(HedgingPolicy.defaults())
                .circuit(CircuitPolicy.none())
                .build();
        for (int calls = 1; calls <= 400; calls++) {
            scenario.stream(understudy);
            scenario.advance(Duration.ofSeconds(11));
            assertThat(scenario.events(Event.Hedged.class))
                    .as("of " + calls)
                    .hasSizeLessThanOrEqualTo(1 + (int) Math.floor(0.05 * calls + 1e-9));
        }
        assertThat(scenario.events(Event.Hedged.class)).hasSizeGreaterThan(15);
    }

    @Test
    void hedgeTakesARetryTokenOfItsProvider() {
        a.always(ScriptedAnswer.hang());
        Understudy understudy = scenario.builder(a, b)
                .hedging(HedgingPolicy.defaults().withMaxExtra(1))
                .retryBudget(new RetryBudget(0.0, 0, Duration.ofSeconds(1))) // one token, without refill
                .build();
        ask(understudy, true);
        scenario.advance(Duration.ofSeconds(1));
        assertThat(b.subscriptions()).isEqualTo(1);
        ask(understudy, true);
        scenario.advance(Duration.ofSeconds(1));
        assertThat(b.subscriptions()).isEqualTo(1);
    }

    @Test
    void hedgeUsesAnotherAvailableProvider() {
        a.always(ScriptedAnswer.hang());
        Understudy alone = scenario.builder(a)
                .fallback("m", "n")
                .hedging(HedgingPolicy.defaults().withMaxExtra(1))
                .build();
        ask(alone, true);
        scenario.advance(Duration.ofSeconds(1));
        assertThat(a.subscriptions()).isEqualTo(1);

        Understudy held = scenario.builder(a, b)
                .hedging(HedgingPolicy.defaults().withMaxExtra(1))
                .build();
        held.control().hold("b", "m", Duration.ofHours(1));
        ask(held, true);
        scenario.advance(Duration.ofSeconds(1));
        assertThat(b.subscriptions()).isZero();
    }

    @Test
    void hedgeCountsAsAttemptAndCost() {
        a.always(ScriptedAnswer.hang());
        Understudy one = scenario.builder(a, b)
                .hedging(HedgingPolicy.defaults().withMaxExtra(1))
                .maxAttempts(1)
                .build();
        ask(one, true);
        scenario.advance(Duration.ofSeconds(1));
        assertThat(b.subscriptions()).isZero();

        Capabilities priced =
                Capabilities.assumed().withPrice(Capabilities.Price.of(1_000, 1_000)); // about 0.51 for each attempt
        a.can(priced);
        b.can(priced);
        Understudy poor = scenario.builder(a, b)
                .hedging(HedgingPolicy.defaults().withMaxExtra(1))
                .limits(CallLimits.none().withMaxCost(1.0))
                .build();
        ask(poor, true);
        scenario.advance(Duration.ofSeconds(1));
        assertThat(b.subscriptions()).isZero();
    }

    @Test
    void hedgeDelayIsPercentileAboveTheFloor() {
        a.always(scenario.timed(ScriptedAnswer.text("usually").beforeFirst(Duration.ofMillis(1_500))));
        b.always(ScriptedAnswer.hang());
        Understudy understudy = scenario.builder(a, b)
                .hedging(HedgingPolicy.defaults().withMaxExtra(1))
                .build();
        for (int i = 0; i < 10; i++) {
            ask(understudy, true);
            scenario.advance(Duration.ofMillis(1_500));
        }
        int asked = b.subscriptions();
        a.always(ScriptedAnswer.hang());
        ask(understudy, true);
        scenario.advance(Duration.ofMillis(1_499));
        assertThat(b.subscriptions()).isEqualTo(asked);
        scenario.advance(Duration.ofMillis(1));
        assertThat(b.subscriptions()).isEqualTo(asked + 1);
    }

    private Understudy understudy() {
        return scenario.builder(a, b, c)
                .hedging(HedgingPolicy.defaults().withMaxExtra(1))
                .build();
    }

    private CallResult ask(Understudy understudy, boolean streamed) {
        return streamed ? scenario.stream(understudy.stream(REQUEST)) : scenario.chat(understudy.chat(REQUEST));
    }
}
