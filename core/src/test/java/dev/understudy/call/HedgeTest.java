package dev.understudy.call;

import static dev.understudy.VirtualStage.REQUEST;
import static dev.understudy.VirtualStage.standing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.Understudy;
import dev.understudy.VirtualStage;
import dev.understudy.VirtualStage.Heard;
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

/** A second provider is asked when the first is slow. */
class HedgeTest {

    private static final long SEED = 20_261_120;
    private static final Failure BROKEN = Failure.of(FailureKind.SERVER, "broken");

    private final VirtualStage stage = new VirtualStage();
    private final ScriptedProvider a = ScriptedProvider.named("a");
    private final ScriptedProvider b = ScriptedProvider.named("b");
    private final ScriptedProvider c = ScriptedProvider.named("c");

    /** One straggler in twenty takes five seconds; the others take from {@code from} to {@code to} milliseconds. */
    @ParameterizedTest
    @CsvSource({"false, 100, 300", "true, 100, 300", "true, 600, 1000"})
    void oneStragglerInTwentyNoLongerMakesTheTail(boolean streamed, int from, int to) {
        List<Heard> without = stragglers(HedgingPolicy.off(), streamed, from, to);
        int callsWithout = a.subscriptions() + b.subscriptions();
        HedgeTest hedged = new HedgeTest();
        List<Heard> with = hedged.stragglers(HedgingPolicy.on(), streamed, from, to);
        int callsWith = hedged.a.subscriptions() + hedged.b.subscriptions();
        double before = p99(without);
        double after = p99(with);
        double extra = 100.0 * (callsWith - callsWithout) / callsWithout;
        System.out.printf(
                "hedging, seed %d, streamed=%s, usual %d to %d ms: p99 of the first content %.0f ms without, %.0f ms"
                        + " with (%.0f %% less), %.2f %% more calls%n",
                SEED, streamed, from, to, before, after, 100 - 100 * after / before, extra);
        assertThat(after).isLessThanOrEqualTo(0.5 * before);
        assertThat(extra).isLessThanOrEqualTo(5);
        assertThat(hedged.stage.events(Event.CircuitStateChanged.class)).isEmpty();
        assertThat(hedged.a.live() + hedged.b.live()).isZero();
    }

    private List<Heard> stragglers(HedgingPolicy hedgingPolicy, boolean streamed, int from, int to) {
        Random random = new Random(SEED);
        int[] straggler = {0, 0};
        a.rule(request -> {
            if (straggler[0]++ % 20 == 0) {
                straggler[1] = random.nextInt(20);
            }
            boolean slow = (straggler[0] - 1) % 20 == straggler[1];
            return stage.timed(ScriptedAnswer.text("all is well")
                    .beforeFirst(Duration.ofMillis(slow ? 5_000 : from + random.nextInt(to - from))));
        });
        b.always(stage.timed(ScriptedAnswer.text("I stand in").beforeFirst(Duration.ofMillis(200))));
        Understudy understudy = stage.builder(a, b).hedging(hedgingPolicy).build();
        // Until it knows what is usual, a door cannot know what is slow.
        stage.load(understudy, streamed, Duration.ofMillis(250), Duration.ofSeconds(25));
        stage.advance(Duration.ofSeconds(10));
        started = stage.nanos();
        begun = new ArrayList<>();
        List<Heard> calls = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            begun.add(stage.nanos());
            calls.add(streamed ? stage.stream(understudy) : stage.chat(understudy));
            stage.advance(Duration.ofMillis(250));
        }
        stage.advance(Duration.ofSeconds(10));
        for (int i = 0; i < calls.size(); i++) {
            calls.get(i).firstAt -= begun.get(i);
        }
        return calls;
    }

    private long started;
    private List<Long> begun = List.of();

    private static double p99(List<Heard> calls) {
        long[] times = calls.stream().mapToLong(heard -> heard.firstAt).sorted().toArray();
        return times[(int) Math.ceil(0.99 * times.length) - 1] / 1e6;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itIsOffByDefault(boolean streamed) {
        a.always(stage.timed(ScriptedAnswer.text("late").beforeFirst(Duration.ofSeconds(9))));
        Understudy understudy = stage.builder(a, b).build();
        Heard heard = ask(understudy, streamed);
        stage.advance(Duration.ofSeconds(9));
        assertThat(heard.by()).isEqualTo("a");
        assertThat(b.subscriptions()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void hedgeWithoutRetryTokenReturnsItsAllowance(boolean streamed) {
        a.always(ScriptedAnswer.hang());
        Understudy understudy = stage.builder(a, b)
                .hedging(HedgingPolicy.on().withMaxExtra(0.5)) // one hedge at once, half a hedge more with each call
                .retryBudget(new RetryBudget(0.0, 0.1, Duration.ofSeconds(10))) // one token in ten seconds
                .build();
        assertThat(hedges(understudy, streamed)).isEqualTo(1);
        assertThat(hedges(understudy, streamed)).as("no retry token").isEqualTo(1);
        stage.advance(Duration.ofSeconds(10));
        assertThat(hedges(understudy, streamed)).as("a retry token again").isEqualTo(2);
    }

    /** How many calls were hedged so far, after one more that is cancelled a second later. */
    private int hedges(Understudy understudy, boolean streamed) {
        Heard heard = ask(understudy, streamed);
        stage.advance(Duration.ofSeconds(1));
        heard.call.dispose();
        return stage.events(Event.Hedged.class).size();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theFirstContentWinsAndTheLoserIsCancelledAndStandsInTheTrailAsWasted(boolean streamed) {
        a.always(ScriptedAnswer.hang());
        b.always(stage.timed(ScriptedAnswer.text("I stand in")
                .beforeFirst(Duration.ofMillis(300))
                .withUsage(Usage.of(10, 3))));
        Understudy understudy = door();
        Heard heard = ask(understudy, streamed);
        stage.advance(Duration.ofMillis(499));
        assertThat(b.subscriptions()).isZero();
        stage.advance(Duration.ofMillis(1));
        assertThat(b.subscriptions()).isEqualTo(1);
        assertThat(a.live()).isEqualTo(1);
        stage.advance(Duration.ofMillis(300));
        assertThat(heard.by()).isEqualTo("b");
        assertThat(heard.firstAt).isEqualTo(Duration.ofMillis(800).toNanos());
        assertThat(a.cancelled()).isEqualTo(1);
        assertThat(heard.outcomes()).containsExactly("a:wasted", "b:served");
        Usage wasted = heard.trail().attempts().get(0).usage();
        assertThat(wasted).isEqualTo(Usage.estimate(8));
        assertThat(heard.finish().usage()).isEqualTo(Usage.of(10, 3).plus(wasted));
        assertThat(heard.finish().usage().estimated()).isTrue();
        assertThat(heard.finish().servedBy().fallback()).isTrue();
        assertThat(stage.events(Event.Hedged.class)).singleElement().satisfies(hedged -> {
            assertThat(hedged.provider()).isEqualTo("a");
            assertThat(hedged.with()).isEqualTo("b");
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
    void theFirstOneMayStillWinAndThenTheHedgeIsWasted(boolean streamed) {
        a.always(stage.timed(ScriptedAnswer.text("late but first").beforeFirst(Duration.ofMillis(600))));
        b.always(ScriptedAnswer.hang());
        Understudy understudy = door();
        Heard heard = ask(understudy, streamed);
        stage.advance(Duration.ofMillis(600));
        assertThat(heard.by()).isEqualTo("a");
        assertThat(heard.outcomes()).containsExactly("b:wasted", "a:served");
        assertThat(heard.finish().servedBy().fallback()).isFalse();
        assertThat(b.cancelled()).isEqualTo(1);
        assertThat(standing(understudy, "b").health()).isEqualTo(ProviderStatus.Health.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFastErrorWinsNothing(boolean streamed) {
        a.always(stage.timed(ScriptedAnswer.text("late and well").beforeFirst(Duration.ofSeconds(2))));
        b.always(ScriptedAnswer.fail(BROKEN));
        Understudy understudy = door();
        Heard heard = ask(understudy, streamed);
        stage.advance(Duration.ofSeconds(2));
        assertThat(heard.by()).isEqualTo("a");
        assertThat(heard.outcomes()).containsExactly("b:failed", "a:served");
        assertThat(standing(understudy, "b").consecutiveFailures()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFirstOneThatFailsAfterTheHedgeWasSentIsRemembered(boolean streamed) {
        a.always(stage.timed(ScriptedAnswer.fail(BROKEN).beforeFirst(Duration.ofMillis(700))));
        b.always(stage.timed(ScriptedAnswer.text("I stand in").beforeFirst(Duration.ofSeconds(1))));
        Understudy understudy = door();
        Heard heard = ask(understudy, streamed);
        stage.advance(Duration.ofSeconds(2));
        assertThat(heard.by()).isEqualTo("b");
        assertThat(heard.outcomes()).containsExactly("a:failed", "b:served");
        assertThat(a.subscriptions()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFirstOneThatFailsBeforeTheHedgeIsSentFailsOverAtOnce(boolean streamed) {
        a.always(stage.timed(ScriptedAnswer.fail(BROKEN).beforeFirst(Duration.ofMillis(200))));
        Understudy understudy = door();
        Heard heard = ask(understudy, streamed);
        stage.advance(Duration.ofMillis(200));
        assertThat(heard.outcomes()).containsExactly("a:failed", "b:served");
        assertThat(heard.endedAt).isEqualTo(Duration.ofMillis(200).toNanos());
        stage.advance(Duration.ofSeconds(5));
        assertThat(b.subscriptions()).as("no hedge is left behind").isEqualTo(1);
        assertThat(stage.events(Event.Hedged.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whenBothFailTheCallGoesOnWithBothInTheTrail(boolean streamed) {
        a.always(stage.timed(ScriptedAnswer.fail(BROKEN).beforeFirst(Duration.ofMillis(900))));
        b.always(stage.timed(ScriptedAnswer.fail(FailureKind.OVERLOADED).beforeFirst(Duration.ofMillis(100))));
        Understudy understudy = door();
        Heard heard = ask(understudy, streamed);
        stage.advance(Duration.ofSeconds(2));
        assertThat(heard.outcomes()).containsExactly("a:failed", "b:failed", "c:served");
        assertThat(heard.trail().attempts().stream().map(AttemptLog.Attempt::attempt))
                .containsExactly(1, 1, 1);
        assertThat(b.subscriptions()).as("asked once, as a hedge").isEqualTo(1);
    }

    @Test
    void whenEverybodyFailsTheFirstFailureIsTheCause() {
        a.always(stage.timed(ScriptedAnswer.fail(BROKEN).beforeFirst(Duration.ofMillis(900))));
        b.always(ScriptedAnswer.fail(FailureKind.OVERLOADED));
        c.always(ScriptedAnswer.fail(FailureKind.AUTH));
        Heard heard = ask(door(), true);
        stage.advance(Duration.ofSeconds(2));
        assertThat(heard.outcomes()).containsExactly("a:failed", "b:failed", "c:failed");
        assertThat(heard.error.getCause()).hasMessageContaining("broken");
        assertThat(heard.error.getSuppressed()).hasSize(2);
    }

    @Test
    void aStreamThatDiesAfterItWonIsNotSavedByTheOther() {
        a.always(ScriptedAnswer.hang());
        b.always(ScriptedAnswer.text("one two three").failAfter(2, BROKEN));
        Heard heard = ask(door(), true);
        stage.advance(Duration.ofSeconds(1));
        assertThat(heard.text()).isEqualTo("one two");
        assertThat(heard.outcomes()).containsExactly("a:wasted", "b:partial");
        assertThat(c.subscriptions()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void leavingCancelsBothAndNoTimerIsLeft(boolean streamed) {
        a.always(ScriptedAnswer.hang());
        b.always(ScriptedAnswer.hang());
        Understudy understudy = door();
        Heard early = ask(understudy, streamed);
        stage.advance(Duration.ofMillis(100));
        early.call.dispose();
        stage.advance(Duration.ofSeconds(5));
        assertThat(b.subscriptions()).isZero();
        Heard late = ask(understudy, streamed);
        stage.advance(Duration.ofMillis(600));
        assertThat(a.live() + b.live()).isEqualTo(2);
        late.call.dispose();
        assertThat(a.live() + b.live()).isZero();
        assertThat(standing(understudy, "a").inFlight()
                        + standing(understudy, "b").inFlight())
                .isZero();
        assertThat(stage.clock.getScheduledTaskCount()).isPositive();
    }

    @Test
    void thereAreNeverMoreThanFivePercentOfThem() {
        a.always(ScriptedAnswer.hang());
        Understudy understudy = stage.builder(a, b)
                .hedging(HedgingPolicy.on())
                .circuit(CircuitPolicy.disabled())
                .build();
        for (int calls = 1; calls <= 400; calls++) {
            stage.stream(understudy);
            stage.advance(Duration.ofSeconds(11));
            assertThat(stage.events(Event.Hedged.class))
                    .as("of " + calls)
                    .hasSizeLessThanOrEqualTo(1 + (int) Math.floor(0.05 * calls + 1e-9));
        }
        assertThat(stage.events(Event.Hedged.class)).hasSizeGreaterThan(15);
    }

    @Test
    void itIsPaidFromTheRetryTokensOfTheOneThatIsAsked() {
        a.always(ScriptedAnswer.hang());
        Understudy understudy = stage.builder(a, b)
                .hedging(HedgingPolicy.on().withMaxExtra(1))
                .retryBudget(new RetryBudget(0.0, 0, Duration.ofSeconds(1))) // one, and never another
                .build();
        ask(understudy, true);
        stage.advance(Duration.ofSeconds(1));
        assertThat(b.subscriptions()).isEqualTo(1);
        ask(understudy, true);
        stage.advance(Duration.ofSeconds(1));
        assertThat(b.subscriptions()).isEqualTo(1);
    }

    @Test
    void itNeverGoesToTheSameProviderNorToOneThatCannotBeAsked() {
        a.always(ScriptedAnswer.hang());
        Understudy alone = stage.builder(a)
                .fallback("m", "n")
                .hedging(HedgingPolicy.on().withMaxExtra(1))
                .build();
        ask(alone, true);
        stage.advance(Duration.ofSeconds(1));
        assertThat(a.subscriptions()).isEqualTo(1);

        Understudy held =
                stage.builder(a, b).hedging(HedgingPolicy.on().withMaxExtra(1)).build();
        held.control().hold("b", "m", Duration.ofHours(1));
        ask(held, true);
        stage.advance(Duration.ofSeconds(1));
        assertThat(b.subscriptions()).isZero();
    }

    @Test
    void itCountsAsAnAttemptAndCostsMoney() {
        a.always(ScriptedAnswer.hang());
        Understudy one = stage.builder(a, b)
                .hedging(HedgingPolicy.on().withMaxExtra(1))
                .maxAttempts(1)
                .build();
        ask(one, true);
        stage.advance(Duration.ofSeconds(1));
        assertThat(b.subscriptions()).isZero();

        Capabilities priced = Capabilities.assumed().withPrice(Capabilities.Price.of(1_000, 1_000)); // about 0.51 a try
        a.can(priced);
        b.can(priced);
        Understudy poor = stage.builder(a, b)
                .hedging(HedgingPolicy.on().withMaxExtra(1))
                .limits(CallLimits.none().withMaxCost(1.0))
                .build();
        ask(poor, true);
        stage.advance(Duration.ofSeconds(1));
        assertThat(b.subscriptions()).isZero();
    }

    @Test
    void itWaitsForTheUsualTimeOfTheProviderButNeverLessThanTheFloor() {
        a.always(stage.timed(ScriptedAnswer.text("usually").beforeFirst(Duration.ofMillis(1_500))));
        b.always(ScriptedAnswer.hang());
        Understudy understudy =
                stage.builder(a, b).hedging(HedgingPolicy.on().withMaxExtra(1)).build();
        for (int i = 0; i < 10; i++) {
            ask(understudy, true);
            stage.advance(Duration.ofMillis(1_500));
        }
        int asked = b.subscriptions();
        a.always(ScriptedAnswer.hang());
        ask(understudy, true);
        stage.advance(Duration.ofMillis(1_499));
        assertThat(b.subscriptions()).isEqualTo(asked);
        stage.advance(Duration.ofMillis(1));
        assertThat(b.subscriptions()).isEqualTo(asked + 1);
    }

    private Understudy door() {
        return stage.builder(a, b, c)
                .hedging(HedgingPolicy.on().withMaxExtra(1))
                .build();
    }

    private Heard ask(Understudy understudy, boolean streamed) {
        return streamed ? stage.stream(understudy.stream(REQUEST)) : stage.chat(understudy.chat(REQUEST));
    }
}
