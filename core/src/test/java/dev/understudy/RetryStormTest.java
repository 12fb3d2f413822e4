package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.VirtualScenario.CallResult;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.RetryBudget;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A provider with a capacity of 100 requests per second at 80 % load fails the requests above its capacity. A short outage
 * causes retries; without a limit they keep the provider above its capacity for ever: a metastable failure. Circuits are
 * disabled, because they would end it too.
 */
class RetryStormTest {

    private static final long SEED = 42;
    private static final int CAPACITY = 100;
    private static final int LOAD = 80;
    private static final Duration EVERY = Duration.ofNanos(1_000_000_000L / LOAD);
    private static final int OUTAGE_FROM = 20;
    private static final int OUTAGE_TO = 30;
    private static final int SECONDS = 120;

    private final VirtualScenario scenario = new VirtualScenario();

    /** Per second: attempts at the provider, and calls begun that were served. */
    private record Course(int[] attempts, int[] served) {

        double attemptsPerCall(int from, int to) {
            int sum = 0;
            for (int second = from; second < to; second++) {
                sum += attempts[second];
            }
            return sum / (double) (LOAD * (to - from));
        }

        double success(int from, int to) {
            int sum = 0;
            for (int second = from; second < to; second++) {
                sum += served[second];
            }
            return sum / (double) (LOAD * (to - from));
        }

        @Override
        public String toString() {
            StringBuilder line = new StringBuilder();
            for (int second = 0; second < SECONDS; second += 10) {
                line.append(String.format(
                        java.util.Locale.ROOT,
                        " %d s: %.2fx, %.0f %%;",
                        second,
                        attemptsPerCall(second, second + 10),
                        100 * success(second, second + 10)));
            }
            return line.toString();
        }
    }

    @Test
    void retryTokensLimitTheRetryStormAndItEnds() {
        Course course = play(RetryBudget.defaults());
        assertThat(course.attemptsPerCall(OUTAGE_FROM, OUTAGE_TO))
                .as("ten tokens were saved up, and each first try earns a fifth")
                .isLessThanOrEqualTo(1.2 + 10.0 / (LOAD * (OUTAGE_TO - OUTAGE_FROM)));
        assertThat(course.attemptsPerCall(0, SECONDS)).isLessThanOrEqualTo(1.2);
        for (int second = OUTAGE_FROM + 1; second < SECONDS; second++) {
            assertThat(course.attempts[second])
                    .as("attempts in second " + second)
                    .isLessThanOrEqualTo((int) (1.25 * LOAD));
        }
        assertThat(course.success(0, OUTAGE_FROM)).isEqualTo(1);
        assertThat(course.success(OUTAGE_TO + 20, SECONDS))
                .as("share of calls served from 20 s after the outage;%s", course)
                .isEqualTo(1);
    }

    @Test
    void withoutRetryTokensTheRetryStormDoesNotEnd() {
        Course course = play(RetryBudget.none());
        assertThat(course.success(0, OUTAGE_FROM)).isEqualTo(1);
        assertThat(course.attemptsPerCall(SECONDS - 30, SECONDS - 10)).isGreaterThan(2);
        assertThat(course.success(SECONDS - 30, SECONDS - 10))
                .as("share of calls served 90 s after the outage;%s", course)
                .isLessThan(0.2);
    }

    private Course play(RetryBudget budget) {
        int[] attempts = new int[SECONDS + 60];
        Deque<Long> lastSecond = new ArrayDeque<>();
        ScriptedProvider provider = ScriptedProvider.named("small").rule(request -> {
            long now = scenario.nanos();
            int second = (int) (now / 1_000_000_000L);
            attempts[second]++;
            lastSecond.addLast(now);
            while (now - lastSecond.peekFirst() >= 1_000_000_000L) {
                lastSecond.removeFirst();
            }
            boolean down = second >= OUTAGE_FROM && second < OUTAGE_TO;
            return down || lastSecond.size() > CAPACITY
                    ? ScriptedAnswer.fail(
                            Failure.of(FailureKind.SERVER, "too much").withStatus(500, null))
                    : ScriptedAnswer.text("well");
        });
        Understudy understudy = scenario.builder(provider)
                .retry(RetryPolicy.defaults())
                .circuit(CircuitPolicy.none())
                .random(new Random(SEED))
                .retryBudget(budget)
                .build();
        int[] served = new int[SECONDS];
        List<List<CallResult>> bySecond = new ArrayList<>();
        for (int second = 0; second < SECONDS; second++) {
            bySecond.add(scenario.load(understudy, false, EVERY, Duration.ofSeconds(1)));
        }
        scenario.advance(Duration.ofSeconds(30));
        for (int second = 0; second < SECONDS; second++) {
            served[second] = (int)
                    bySecond.get(second).stream().filter(CallResult::served).count();
        }
        return new Course(attempts, served);
    }
}
