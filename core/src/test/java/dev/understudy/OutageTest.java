package dev.understudy;

import static dev.understudy.VirtualScenario.standing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.RetryPolicy;
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

/** Outages of the primary under steady load in virtual time: 20 calls a second for minutes. */
class OutageTest {

    private static final long SEED = 20_261_120;
    private static final Duration EVERY = Duration.ofMillis(50);
    private static final ScriptedAnswer WELL =
            ScriptedAnswer.text("all is well").beforeFirst(Duration.ofMillis(300));

    private final VirtualScenario scenario = new VirtualScenario();
    private final ScriptedProvider primary = ScriptedProvider.named("primary");
    private final ScriptedProvider second = ScriptedProvider.named("second");
    private final List<Long> attemptsOnPrimary = new ArrayList<>();

    /** Kinds of outages: refused connections, slow errors, or silence. */
    enum Way {
        REFUSES(ScriptedAnswer.fail(FailureKind.CONNECT)),
        BREAKS(ScriptedAnswer.fail(Failure.of(FailureKind.SERVER, "broken").withStatus(500, null))
                .beforeFirst(Duration.ofMillis(200))),
        OVERLOADED(
                ScriptedAnswer.fail(Failure.of(FailureKind.OVERLOADED, "busy").withStatus(503, null))),
        SILENT(ScriptedAnswer.hang());

        final ScriptedAnswer scriptedAnswer;

        Way(ScriptedAnswer scriptedAnswer) {
            this.scriptedAnswer = scriptedAnswer;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "REFUSES, false, true", "REFUSES, true, true", "BREAKS, false, true", "BREAKS, true, false",
        "OVERLOADED, false, true", "OVERLOADED, true, false", "SILENT, true, true", "SILENT, true, false"
    })
    void callsSucceedDuringOutageAndPrimaryReturns(Way way, boolean streamed, boolean activeMoves) {
        second.always(scenario.timed(WELL));
        Understudy understudy = understudy(activeMoves ? FailoverPolicy.defaults() : neverMoving());
        List<CallResult> calls = new ArrayList<>();

        up();
        calls.addAll(scenario.load(understudy, streamed, EVERY, Duration.ofSeconds(30)));
        assertThat(calls).allMatch(result -> !result.served() || result.by().equals("primary"));

        down(way.scriptedAnswer);
        calls.addAll(scenario.load(understudy, streamed, EVERY, Duration.ofSeconds(120)));

        up();
        long back = scenario.nanos();
        List<CallResult> after = scenario.load(understudy, streamed, EVERY, Duration.ofSeconds(60));
        calls.addAll(after);
        scenario.advance(Duration.ofSeconds(30));

        long failed = calls.stream().filter(result -> !result.served()).count();
        List<Integer> perWindow = attemptsInOpenWindows();
        long used = after.stream()
                .filter(result -> result.by().equals("primary"))
                .mapToLong(result -> result.firstAt)
                .min()
                .orElse(Long.MAX_VALUE);
        assertThat(failed).as("failed of %d calls", calls.size()).isZero();
        assertThat(perWindow)
                .as("attempts in each open window")
                .hasSizeGreaterThan(3)
                .allMatch(attempts -> attempts <= 1);
        assertThat(Duration.ofNanos(used - back)).isLessThanOrEqualTo(Duration.ofSeconds(20));
        List<CallResult> lastTen = after.subList(after.size() - 200, after.size());
        assertThat(lastTen).as("all of the load has returned").allMatch(result -> result.by()
                .equals("primary"));
        assertThat(standing(understudy, "primary").health()).isEqualTo(ProviderStatus.Health.HEALTHY);
        assertThat(standing(understudy, "primary").inFlight()).isZero();
        assertThat(primary.live() + second.live()).isZero();
    }

    /**
     * Instants of recovery: after a failed trial, during the open time, and during a trial. Ten by default, 40 with {@code
     * -Dunderstudy.tests.all=true}.
     */
    @ParameterizedTest
    @CsvSource({"REFUSES, true", "REFUSES, false", "BREAKS, false", "SILENT, true", "SILENT, false"})
    void primaryReturnsWithinTwentySeconds(Way way, boolean activeMoves) {
        double longest = 0;
        int step = Boolean.getBoolean("understudy.tests.all") ? 1 : 4;
        for (int phase = 0; phase < 40; phase += step) {
            OutageTest play = new OutageTest();
            play.second.always(play.scenario.timed(WELL));
            Understudy understudy = play.understudy(activeMoves ? FailoverPolicy.defaults() : neverMoving());
            play.down(way.scriptedAnswer);
            Duration every = Duration.ofMillis(250);
            play.scenario.load(understudy, true, every, Duration.ofMillis(90_000 + 500L * phase));
            play.up();
            long back = play.scenario.nanos();
            play.scenario.load(understudy, true, every, Duration.ofSeconds(45));
            long used = play.scenario.events(Event.FirstContent.class).stream()
                    .filter(first -> first.provider().equals("primary"))
                    .count();
            assertThat(used).as("phase %d", phase).isPositive();
            longest = Math.max(longest, (play.firstContentOfPrimary - back) / 1e9);
        }
        assertThat(longest).as("seconds until the primary is used again").isLessThanOrEqualTo(20);
    }

    private long firstContentOfPrimary = -1;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void alternatingFailuresOfPrimaryFailNoCall(boolean streamed) {
        second.always(scenario.timed(WELL));
        Random random = new Random(SEED);
        primary.rule(request -> scenario.timed(
                random.nextBoolean()
                        ? WELL
                        : ScriptedAnswer.fail(FailureKind.SERVER).beforeFirst(Duration.ofMillis(50))));
        Understudy understudy = understudy(FailoverPolicy.defaults());
        List<CallResult> calls = scenario.load(understudy, streamed, EVERY, Duration.ofSeconds(60));
        scenario.advance(Duration.ofSeconds(30));
        assertThat(calls).allMatch(CallResult::served);
        assertThat(scenario.events(Event.CircuitStateChanged.class))
                .as("half of them failing opens it")
                .isNotEmpty();
    }

    /** One goes down at the instant when the other recovers with an open circuit. */
    @Test
    void alternatingOutagesFailOnlyCallsDuringATrial() {
        Understudy understudy = understudy(FailoverPolicy.defaults());
        List<CallResult> calls = new ArrayList<>();
        up();
        second.always(scenario.timed(WELL));
        for (int turn = 0; turn < 4; turn++) {
            boolean primaryIsDown = turn % 2 == 0;
            primary.always(primaryIsDown ? ScriptedAnswer.fail(FailureKind.CONNECT) : scenario.timed(WELL));
            second.always(primaryIsDown ? scenario.timed(WELL) : ScriptedAnswer.fail(FailureKind.CONNECT));
            calls.addAll(scenario.load(understudy, false, EVERY, Duration.ofSeconds(40)));
        }
        scenario.advance(Duration.ofSeconds(30));
        long failed = calls.stream().filter(result -> !result.served()).count();
        assertThat(failed)
                .as("three turns, a trial takes 300 ms, and six calls begin in it")
                .isLessThanOrEqualTo(3 * 6);
    }

    private Understudy understudy(FailoverPolicy failoverPolicy) {
        return scenario.builder(primary, second)
                .retry(RetryPolicy.defaults())
                .random(new Random(SEED))
                .failover(failoverPolicy)
                .listener(event -> {
                    scenario.events.add(event);
                    if (event instanceof Event.AttemptStarted started
                            && started.provider().equals("primary")) {
                        attemptsOnPrimary.add(scenario.nanos());
                    }
                    if (event instanceof Event.FirstContent first
                            && first.provider().equals("primary")
                            && firstContentOfPrimary < 0) {
                        firstContentOfPrimary = scenario.nanos();
                    }
                    if (event instanceof Event.CircuitStateChanged moved
                            && moved.provider().equals("primary")) {
                        moves.add(new Move(scenario.nanos(), attemptsOnPrimary.size(), moved.to()));
                    }
                })
                .build();
    }

    /** A change of the circuit with its time and the attempts so far. */
    private record Move(long at, int attempts, ProviderStatus.CircuitState to) {}

    private final List<Move> moves = new ArrayList<>();

    /** Returns the number of attempts between an opening of the primary's circuit and its next change. */
    private List<Integer> attemptsInOpenWindows() {
        List<Integer> counts = new ArrayList<>();
        for (int i = 0; i + 1 < moves.size(); i++) {
            if (moves.get(i).to == ProviderStatus.CircuitState.OPEN) {
                int next = i + 1;
                while (next < moves.size() && moves.get(next).to == ProviderStatus.CircuitState.HALF_OPEN) {
                    next++;
                }
                if (next < moves.size()) {
                    counts.add(moves.get(next).attempts - moves.get(i).attempts);
                }
            }
        }
        return counts;
    }

    private static FailoverPolicy neverMoving() {
        return FailoverPolicy.defaults().withMaxConsecutiveFailures(Integer.MAX_VALUE);
    }

    private void up() {
        primary.always(scenario.timed(WELL));
    }

    private void down(ScriptedAnswer scriptedAnswer) {
        primary.always(scenario.timed(scriptedAnswer));
    }
}
