package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.endpoint.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeyRingTest {

    private static final Failure LIMITED =
            Failure.of(FailureKind.RATE_LIMITED, "").withRetryAfter(Duration.ofSeconds(5));
    private static final long FIVE_SECONDS = Duration.ofSeconds(5).toNanos();

    private final KeyRing ring = new KeyRing(List.of(Secret.of("one"), Secret.of("two"), Secret.of("three")));

    @Test
    void keysAreUsedInTurn() {
        assertThat(IntStream.range(0, 5).map(i -> lease(0).index())).containsExactly(0, 1, 2, 0, 1);
    }

    @Test
    void aRateLimitedKeyIsLeftOutUntilTheTimeNamed() {
        ring.coolDown(lease(0), LIMITED, 0);
        assertThat(IntStream.range(0, 4).map(i -> lease(1).index())).containsExactly(1, 2, 1, 2);
        assertThat(IntStream.range(0, 3).map(i -> lease(FIVE_SECONDS).index())).contains(0);
    }

    @Test
    void keyCoolsDownUntilTheTimeNamedAndOnTrialItDoesNot() {
        KeyRing.Lease limited = lease(0);
        KeyRing.Lease rejected = lease(0);
        ring.coolDown(limited, LIMITED, 0);
        ring.coolDown(rejected, Failure.of(FailureKind.AUTH, ""), 0);
        assertThat(ring.isCoolingDown(limited, FIVE_SECONDS - 1)).isTrue();
        assertThat(ring.isCoolingDown(limited, FIVE_SECONDS)).isFalse();
        assertThat(ring.isCoolingDown(rejected, 0)).isFalse();
        assertThat(ring.isCoolingDown(lease(0), 0)).isFalse();
        assertThat(ring.isCoolingDown(KeyRing.Lease.KEYLESS, 0)).isFalse();
    }

    @Test
    void laterAndShorterWaitDoesNotShortenALongerOne() {
        KeyRing.Lease one = lease(0);
        ring.coolDown(one, LIMITED, 0);
        Failure shorter = LIMITED.withRetryAfter(Duration.ofSeconds(1));
        assertThat(ring.coolDown(one, shorter, 0)).as("the wait that remains").isEqualTo(Duration.ofSeconds(5));
        assertThat(IntStream.range(0, 4).map(i -> lease(FIVE_SECONDS - 1).index()))
                .doesNotContain(0);
        KeyRing.Lease other = lease(FIVE_SECONDS);
        ring.coolDown(other, Failure.of(FailureKind.QUOTA, ""), FIVE_SECONDS);
        ring.coolDown(other, LIMITED, FIVE_SECONDS);
        assertThat(IntStream.range(0, 4).map(i -> lease(3 * FIVE_SECONDS).index()))
                .as("a key without quota, and a request that was on its way")
                .doesNotContain(other.index());
    }

    @Test
    void rejectionInBetweenDoesNotShortenAStatedWait() {
        KeyRing.Lease one = lease(0);
        ring.coolDown(one, LIMITED, 0);
        ring.coolDown(one, Failure.of(FailureKind.AUTH, ""), 0);
        Failure shorter = LIMITED.withRetryAfter(Duration.ofSeconds(1));
        assertThat(ring.coolDown(one, shorter, 0)).as("the wait that remains").isEqualTo(Duration.ofSeconds(5));
        assertThat(IntStream.range(0, 4).map(i -> lease(FIVE_SECONDS - 1).index()))
                .doesNotContain(0);
        assertThat(IntStream.range(0, 3).map(i -> lease(FIVE_SECONDS).index())).contains(0);
    }

    @Test
    void rejectedKeyIsNotTriedBeforeTheTimeNamed() {
        long hour = Duration.ofHours(1).toNanos();
        KeyRing.Lease one = lease(0);
        ring.coolDown(one, LIMITED.withRetryAfter(Duration.ofHours(1)), 0);
        ring.coolDown(one, Failure.of(FailureKind.AUTH, ""), 0);
        assertThat(IntStream.range(0, 3).map(i -> lease(hour - 1).index())).doesNotContain(0);
        assertThat(IntStream.range(0, 3).map(i -> lease(hour).index())).contains(0);
    }

    @Test
    void acceptedTrialDoesNotEndAWaitThatWasNamedMeanwhile() {
        KeyRing.Lease one = lease(0);
        ring.coolDown(one, LIMITED, 0);
        ring.coolDown(one, Failure.of(FailureKind.AUTH, ""), 0);
        ring.accept(one);
        assertThat(IntStream.range(0, 4).map(i -> lease(FIVE_SECONDS - 1).index()))
                .doesNotContain(0);
        assertThat(IntStream.range(0, 3).map(i -> lease(FIVE_SECONDS).index())).contains(0);
    }

    @Test
    void rateLimitWithoutATimeIsTwoSecondsForOneOfSeveral() {
        assertThat(ring.coolDown(lease(0), Failure.of(FailureKind.RATE_LIMITED, ""), 0))
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(IntStream.range(0, 4).map(i -> lease(0).index())).doesNotContain(0);
    }

    @Test
    void aKeyWithoutQuotaIsLeftOutForTenMinutes() {
        assertThat(ring.coolDown(lease(0), Failure.of(FailureKind.QUOTA, ""), 0))
                .isEqualTo(Duration.ofMinutes(10));
        long almost = Duration.ofMinutes(10).toNanos() - 1;
        assertThat(IntStream.range(0, 4).map(i -> lease(almost).index())).doesNotContain(0);
        assertThat(IntStream.range(0, 3).map(i -> lease(almost + 1).index())).contains(0);
    }

    @Test
    void rejectedKeyIsLeftOutForTenMinutesThenTriedOnce() {
        assertThat(ring.coolDown(lease(0), Failure.of(FailureKind.AUTH, ""), 0)).isEqualTo(Duration.ofMinutes(10));
        long then = Duration.ofMinutes(10).toNanos();
        assertThat(IntStream.range(0, 4).map(i -> lease(then - 1).index())).doesNotContain(0);
        assertThat(IntStream.range(0, 6).map(i -> lease(then).index())).containsOnlyOnce(0);
    }

    @Test
    void aFailureThatIsNotTheKeysFaultLeavesItIn() {
        assertThat(ring.coolDown(lease(0), Failure.of(FailureKind.SERVER, "").withRetryAfter(Duration.ofHours(1)), 0))
                .isNull();
    }

    @Test
    void eachKeyIsTriedOnceInACall() {
        assertThat(ring.lease(Set.of(0, 1, 2), () -> 0)).isNull();
        assertThat(Objects.requireNonNull(ring.lease(Set.of(0, 2), () -> 0)).index())
                .isEqualTo(1);
    }

    @Test
    void failureNamesTheShortestCooldownIfAllKeysCoolDown() {
        for (int seconds : List.of(9, 4, 7)) {
            ring.coolDown(lease(0), LIMITED.withRetryAfter(Duration.ofSeconds(seconds)), 0);
        }
        assertThat(ring.lease(Set.of(), () -> 1)).isNull();
        Failure nobody = ring.unavailable(0);
        assertThat(nobody.kind()).isEqualTo(FailureKind.SKIPPED);
        assertThat(nobody.retryAfter()).isEqualTo(Duration.ofSeconds(4));
        assertThat(nobody.message()).isEqualTo("all 3 keys are cooling down (rate_limited) for 4000 ms");
    }

    @Test
    void onlyInvalidKeysFailAsAuthWithoutAWait() {
        for (int i = 0; i < 3; i++) {
            ring.coolDown(lease(0), Failure.of(FailureKind.AUTH, ""), 0);
        }
        Failure nobody = ring.unavailable(0);
        assertThat(nobody.kind()).isEqualTo(FailureKind.AUTH);
        assertThat(nobody.retryAfter()).isNull();
    }

    @Test
    void keyWithAnEmptyBucketCoolsDownUntilItFills() {
        assertThat(ring.spent(lease(0), Duration.ofSeconds(5), 0)).isTrue();
        assertThat(IntStream.range(0, 4).map(i -> lease(FIVE_SECONDS - 1).index()))
                .doesNotContain(0);
        assertThat(IntStream.range(0, 3).map(i -> lease(FIVE_SECONDS).index())).contains(0);
    }

    @Test
    void derivedWaitNeverShortensAStatedOne() {
        KeyRing.Lease one = lease(0);
        ring.coolDown(one, LIMITED, 0);
        assertThat(ring.spent(one, Duration.ofSeconds(1), 0)).isFalse();
        assertThat(IntStream.range(0, 4).map(i -> lease(FIVE_SECONDS - 1).index()))
                .doesNotContain(one.index());
        KeyRing.Lease wrong = lease(0);
        ring.coolDown(wrong, Failure.of(FailureKind.AUTH, ""), 0);
        assertThat(ring.spent(wrong, Duration.ofDays(300), 0)).isFalse();
        assertThat(IntStream.range(0, 6).map(i -> lease(FIVE_SECONDS).index())).doesNotContain(wrong.index());
    }

    @Test
    void anEmptyBucketIsNewsOnlyOnce() {
        KeyRing.Lease one = lease(0);
        assertThat(ring.spent(one, Duration.ofSeconds(5), 0)).isTrue();
        assertThat(ring.spent(one, Duration.ofSeconds(5), 1)).isFalse();
        assertThat(ring.spent(one, Duration.ofSeconds(9), 2)).isFalse();
        assertThat(ring.spent(one, Duration.ofSeconds(5), 2 * FIVE_SECONDS)).isTrue();
    }

    @Test
    void aServerWithoutKeysIsAskedWithoutOne() {
        KeyRing none = new KeyRing(List.of());
        assertThat(none.lease(Set.of(), () -> 0)).isEqualTo(KeyRing.Lease.KEYLESS);
        assertThat(none.coolDown(KeyRing.Lease.KEYLESS, LIMITED, 0)).isNull();
        assertThat(none.spent(KeyRing.Lease.KEYLESS, Duration.ofSeconds(5), 0)).isFalse();
    }

    private KeyRing.Lease lease(long now) {
        return Objects.requireNonNull(ring.lease(Set.of(), () -> now));
    }
}
