package dev.understudy.scenario;

import static dev.understudy.scenario.SocketScenario.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.FixedRandom;
import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.RetryBudget;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.testing.ScriptedAnswer;
import dev.understudy.testing.ScriptedProvider;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Delays before retries, exact to the millisecond. */
class BackoffTimingTest {

    private static final Duration LONG = Duration.ofHours(1);

    private final List<Long> asked = new CopyOnWriteArrayList<>();
    private final ScriptedProvider down = ScriptedProvider.named("p1").then(ScriptedAnswer.fail(FailureKind.SERVER));

    private UnderstudyBuilder timed(RetryPolicy retry, RandomGenerator random, ChatProvider... providers) {
        UnderstudyBuilder builder = Understudy.builder()
                .retry(retry)
                .circuit(CircuitPolicy.none()) // both would end the retries early
                .retryBudget(RetryBudget.none())
                .random(random)
                .listener(event -> {
                    if (event instanceof Event.AttemptStarted) {
                        asked.add(Schedulers.parallel().now(TimeUnit.MILLISECONDS));
                    }
                });
        List.of(providers).forEach(builder::provider);
        return builder;
    }

    private void play(CallKind kind, UnderstudyBuilder understudy, FailureKind... kinds) {
        StepVerifier.withVirtualTime(() -> kind.ask(understudy.build(), REQUEST))
                .thenAwait(LONG)
                .assertNext(result -> assertThat(result.kinds()).containsExactly(kinds))
                .verifyComplete();
    }

    private void play(CallKind kind, UnderstudyBuilder understudy) {
        StepVerifier.withVirtualTime(() -> kind.ask(understudy.build(), REQUEST))
                .thenAwait(LONG)
                .assertNext(result -> assertThat(result.exhausted().reason()).isEqualTo("All providers/models failed"))
                .verifyComplete();
    }

    private static RetryPolicy retries(int retries) {
        return RetryPolicy.defaults().withRetries(retries);
    }

    @ChatAndStream
    void longestDelaysDoubleUpToTheCap(CallKind kind) {
        play(kind, timed(retries(7), new FixedRandom(1), down));
        assertThat(asked).containsExactly(0L, 500L, 1_500L, 3_500L, 7_500L, 15_500L, 23_500L, 31_500L);
    }

    @ChatAndStream
    void middleRandomValueHalvesTheDelay(CallKind kind) {
        play(kind, timed(retries(5), new FixedRandom(0.5), down));
        assertThat(asked).containsExactly(0L, 250L, 750L, 1_750L, 3_750L, 7_750L);
    }

    @ChatAndStream
    void fullJitterIsNotBelowTheFloor(CallKind kind) {
        play(kind, timed(retries(3), new FixedRandom(0), down));
        assertThat(asked).containsExactly(0L, 50L, 100L, 150L);
    }

    @ChatAndStream
    void delaysAreBetweenFloorAndExponential(CallKind kind) {
        long seed = 20261120;
        play(kind, timed(retries(40), new SplittableRandom(seed), down));
        assertThat(asked).as("seed " + seed).hasSize(41);
        for (int i = 1; i < asked.size(); i++) {
            long full = Math.min(8_000, 500L << Math.min(i - 1, 10));
            assertThat(asked.get(i) - asked.get(i - 1))
                    .as("wait " + i + " of seed " + seed)
                    .isBetween(50L, full);
        }
        assertThat(asked.stream().distinct().count()).isEqualTo(41);
    }

    @ChatAndStream
    void noDelayAfterTheLastAttempt(CallKind kind) {
        ScriptedProvider second = ScriptedProvider.named("p2").then(ScriptedAnswer.fail(FailureKind.SERVER));
        Understudy understudy =
                timed(retries(1), new FixedRandom(1), down, second).build();
        StepVerifier.withVirtualTime(() -> kind.ask(understudy, REQUEST))
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(999))
                .thenAwait(Duration.ofMillis(1))
                .assertNext(
                        result -> assertThat(result.attemptLog().attemptCount()).isEqualTo(4))
                .verifyComplete();
        assertThat(asked).containsExactly(0L, 500L, 500L, 1_000L);
    }

    @ChatAndStream
    void retryAfterReplacesBackoff(CallKind kind) {
        ScriptedProvider limited = ScriptedProvider.named("p1")
                .then(
                        ScriptedAnswer.fail(
                                Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofMillis(1_234))),
                        ScriptedAnswer.fail(
                                Failure.of(FailureKind.OVERLOADED, "").withRetryAfter(Duration.ofSeconds(3))),
                        ScriptedAnswer.text("Here I am."));
        play(
                kind,
                timed(RetryPolicy.defaults(), new FixedRandom(0), limited),
                FailureKind.RATE_LIMITED,
                FailureKind.OVERLOADED);
        assertThat(asked).containsExactly(0L, 1_234L, 4_234L);
    }

    @ChatAndStream
    void retryAfterIsJitteredUpwardsByATenth(CallKind kind) {
        ScriptedProvider limited = ScriptedProvider.named("p1")
                .then(
                        ScriptedAnswer.fail(
                                Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofSeconds(2))),
                        ScriptedAnswer.text("Here I am."));
        play(kind, timed(RetryPolicy.defaults(), new FixedRandom(1), limited), FailureKind.RATE_LIMITED);
        assertThat(asked).containsExactly(0L, 2_200L);
    }

    @ChatAndStream
    void overloadDoublesTheBase(CallKind kind) {
        ScriptedProvider busy = ScriptedProvider.named("p1").then(ScriptedAnswer.fail(FailureKind.OVERLOADED));
        play(kind, timed(retries(4), new FixedRandom(1), busy));
        assertThat(asked).containsExactly(0L, 1_000L, 3_000L, 7_000L, 15_000L);
    }
}
