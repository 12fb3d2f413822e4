package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.FixedDice;
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

/** When the same provider is asked again, to the millisecond. */
class BackoffSceneTest {

    private static final Duration LONG = Duration.ofHours(1);

    private final List<Long> asked = new CopyOnWriteArrayList<>();
    private final ScriptedProvider down = ScriptedProvider.named("p1").then(ScriptedAnswer.fail(FailureKind.SERVER));

    private UnderstudyBuilder timed(RetryPolicy retry, RandomGenerator random, ChatProvider... providers) {
        UnderstudyBuilder builder = Understudy.builder()
                .retry(retry)
                .circuit(CircuitPolicy.disabled()) // both would end so many retries before the scene is over
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

    private void play(Door door, UnderstudyBuilder understudy, FailureKind... kinds) {
        StepVerifier.withVirtualTime(() -> door.ask(understudy.build(), REQUEST))
                .thenAwait(LONG)
                .assertNext(heard -> assertThat(heard.kinds()).containsExactly(kinds))
                .verifyComplete();
    }

    private void play(Door door, UnderstudyBuilder understudy) {
        StepVerifier.withVirtualTime(() -> door.ask(understudy.build(), REQUEST))
                .thenAwait(LONG)
                .assertNext(heard -> assertThat(heard.exhausted().why()).isEqualTo("All providers/models failed"))
                .verifyComplete();
    }

    private static RetryPolicy retries(int retries) {
        return RetryPolicy.defaults().withRetries(retries);
    }

    @ThroughBothDoors
    void theLongestWaitsDoubleUpToTheCap(Door door) {
        play(door, timed(retries(7), new FixedDice(1), down));
        assertThat(asked).containsExactly(0L, 500L, 1_500L, 3_500L, 7_500L, 15_500L, 23_500L, 31_500L);
    }

    @ThroughBothDoors
    void halfOfTheDiceIsHalfOfTheWait(Door door) {
        play(door, timed(retries(5), new FixedDice(0.5), down));
        assertThat(asked).containsExactly(0L, 250L, 750L, 1_750L, 3_750L, 7_750L);
    }

    @ThroughBothDoors
    void fullJitterGoesDownToTheFloor(Door door) {
        play(door, timed(retries(3), new FixedDice(0), down));
        assertThat(asked).containsExactly(0L, 50L, 100L, 150L);
    }

    @ThroughBothDoors
    void everyWaitIsBetweenTheFloorAndItsDoubledBase(Door door) {
        long seed = 20261120;
        play(door, timed(retries(40), new SplittableRandom(seed), down));
        assertThat(asked).as("seed " + seed).hasSize(41);
        for (int i = 1; i < asked.size(); i++) {
            long full = Math.min(8_000, 500L << Math.min(i - 1, 10));
            assertThat(asked.get(i) - asked.get(i - 1))
                    .as("wait " + i + " of seed " + seed)
                    .isBetween(50L, full);
        }
        assertThat(asked.stream().distinct().count()).isEqualTo(41);
    }

    @ThroughBothDoors
    void nothingIsWaitedForAfterTheLastAttempt(Door door) {
        ScriptedProvider second = ScriptedProvider.named("p2").then(ScriptedAnswer.fail(FailureKind.SERVER));
        Understudy understudy =
                timed(retries(1), new FixedDice(1), down, second).build();
        StepVerifier.withVirtualTime(() -> door.ask(understudy, REQUEST))
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(999))
                .thenAwait(Duration.ofMillis(1))
                .assertNext(heard -> assertThat(heard.trail().attemptCount()).isEqualTo(4))
                .verifyComplete();
        assertThat(asked).containsExactly(0L, 500L, 500L, 1_000L);
    }

    @ThroughBothDoors
    void aWaitThatIsNamedReplacesTheBackOffToTheMillisecond(Door door) {
        ScriptedProvider limited = ScriptedProvider.named("p1")
                .then(
                        ScriptedAnswer.fail(
                                Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofMillis(1_234))),
                        ScriptedAnswer.fail(
                                Failure.of(FailureKind.OVERLOADED, "").withRetryAfter(Duration.ofSeconds(3))),
                        ScriptedAnswer.text("Here I am."));
        play(
                door,
                timed(RetryPolicy.defaults(), new FixedDice(0), limited),
                FailureKind.RATE_LIMITED,
                FailureKind.OVERLOADED);
        assertThat(asked).containsExactly(0L, 1_234L, 4_234L);
    }

    @ThroughBothDoors
    void aNamedWaitIsSpreadUpwardsByATenthOnly(Door door) {
        ScriptedProvider limited = ScriptedProvider.named("p1")
                .then(
                        ScriptedAnswer.fail(
                                Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofSeconds(2))),
                        ScriptedAnswer.text("Here I am."));
        play(door, timed(RetryPolicy.defaults(), new FixedDice(1), limited), FailureKind.RATE_LIMITED);
        assertThat(asked).containsExactly(0L, 2_200L);
    }

    @ThroughBothDoors
    void aNamedWaitOfTenMinutesIsCappedAtThirtySecondsWhenNobodyElseIsLeft(Door door) {
        ScriptedProvider limited = ScriptedProvider.named("p1")
                .then(
                        ScriptedAnswer.fail(
                                Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofMinutes(10))),
                        ScriptedAnswer.text("Here I am."));
        play(door, timed(RetryPolicy.defaults(), new FixedDice(1), limited), FailureKind.RATE_LIMITED);
        assertThat(asked).containsExactly(0L, 30_000L);
    }

    @ThroughBothDoors
    void overloadStartsFromTheDoubledBase(Door door) {
        ScriptedProvider busy = ScriptedProvider.named("p1").then(ScriptedAnswer.fail(FailureKind.OVERLOADED));
        play(door, timed(retries(4), new FixedDice(1), busy));
        assertThat(asked).containsExactly(0L, 1_000L, 3_000L, 7_000L, 15_000L);
    }
}
