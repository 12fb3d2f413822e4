package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.guard.AttemptLink;
import dev.understudy.provider.endpoint.Secret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

/** Rotation of keys on a clock of its own. */
class KeyRotationTest {

    private static final Failure LIMITED =
            Failure.of(FailureKind.RATE_LIMITED, "slow down").withPhase(Failure.Phase.HEADERS);
    private static final Failure WRONG = Failure.of(FailureKind.AUTH, "wrong").withPhase(Failure.Phase.HEADERS);

    private final AtomicLong clock = new AtomicLong();
    private final List<Integer> sent = new ArrayList<>();
    private final Map<Integer, Failure> failures = new ConcurrentHashMap<>();

    @Test
    void rateLimitsWithoutTimeAreBoundedInACall() {
        KeyRotation rotation = rotation(10);
        IntStream.range(0, 10).forEach(key -> failures.put(key, LIMITED));
        CallScope call = CallScope.reportingTo(event -> {});
        for (int attempt = 0; attempt < 3; attempt++) {
            assertThat(failure(rotation, call).kind()).isEqualTo(FailureKind.RATE_LIMITED);
        }
        assertThat(sent).hasSize(3 + KeyRotation.MAX_ROTATIONS);
    }

    @Test
    void rateLimitsWithoutTimeAreBoundedOverCalls() {
        KeyRotation rotation = rotation(10);
        IntStream.range(0, 10).forEach(key -> failures.put(key, LIMITED));
        for (int calls = 0; calls < 10; calls++) {
            CallScope call = CallScope.reportingTo(event -> {});
            for (int attempt = 0; attempt < 3; attempt++) {
                failure(rotation, call);
            }
        }
        assertThat(sent).as("each key once until its cooldown ends").hasSize(10).doesNotHaveDuplicates();
        advance(KeyRing.UNKNOWN_RATE_LIMIT);
        failures.clear();
        assertThat(served(rotation)).isNotNull();
    }

    @Test
    void callGoesOnWithAnUntriedKeyAfterTheLimit() {
        KeyRotation rotation = rotation(10);
        IntStream.range(0, 4).forEach(key -> failures.put(key, LIMITED.withRetryAfter(Duration.ofMinutes(1))));
        CallScope call = CallScope.reportingTo(event -> {});
        assertThat(failure(rotation, call).retryAfter())
                .as("another key is free")
                .isNull();
        assertThat(around(rotation, this::exchange)
                        .contextWrite(call.in(Context.empty()))
                        .blockLast())
                .isEqualTo(4);
    }

    @Test
    void noOtherKeyIsTriedBeforeATimeThatAnotherCallWasTold() {
        KeyRotation rotation = rotation(2);
        failures.put(0, LIMITED);
        Context told = Context.of(AttemptLink.class, new AttemptLink(null, null, () -> false));
        StepVerifier.create(around(rotation, this::exchange).contextWrite(told))
                .expectErrorSatisfies(error ->
                        assertThat(((CallFailed) error).failure().kind()).isEqualTo(FailureKind.RATE_LIMITED))
                .verify();
        assertThat(sent).containsExactly(0);
    }

    @Test
    void onlyKeyWithoutTimeDoesNotCoolDown() {
        KeyRotation rotation = rotation(1);
        failures.put(0, LIMITED);
        assertThat(failure(rotation, CallScope.reportingTo(event -> {})).retryAfter())
                .isNull();
        failures.clear();
        assertThat(served(rotation)).isZero();
    }

    @Test
    void rejectedKeyIsTriedAgainAfterTenMinutes() {
        KeyRotation rotation = rotation(1);
        failures.put(0, WRONG);
        assertThat(failure(rotation).kind()).isEqualTo(FailureKind.AUTH);
        failures.clear();
        advance(KeyRing.REJECTED.minusNanos(1));
        assertThat(failure(rotation).kind()).isEqualTo(FailureKind.AUTH);
        assertThat(sent).hasSize(1);
        advance(Duration.ofNanos(1));
        assertThat(served(rotation)).isZero();
        assertThat(served(rotation)).as("in use again").isZero();
    }

    @Test
    void trialOfARejectedKeyIsMadeByOneCall() {
        KeyRotation rotation = rotation(1);
        failures.put(0, WRONG);
        failure(rotation);
        advance(KeyRing.REJECTED);
        Flux<Integer> never = around(rotation, lease -> {
            sent.add(lease.index());
            return Flux.never();
        });
        never.subscribe().dispose();
        assertThat(failure(rotation).kind()).isEqualTo(FailureKind.AUTH);
        assertThat(sent).hasSize(2);
        failures.clear();
        advance(KeyRing.TRIAL);
        assertThat(served(rotation)).as("next trial after a cancelled one").isZero();
    }

    @Test
    void firstContentEndsTheCooldownOfATrial() {
        KeyRotation rotation = rotation(1);
        failures.put(0, WRONG);
        failure(rotation);
        failures.clear();
        advance(KeyRing.REJECTED);
        around(rotation, lease -> Flux.concat(exchange(lease), Flux.never()))
                .take(1)
                .blockLast();
        assertThat(served(rotation)).isZero();
    }

    @Test
    void failedTrialIsTenMoreMinutes() {
        KeyRotation rotation = rotation(1);
        failures.put(0, WRONG);
        failure(rotation);
        advance(KeyRing.REJECTED);
        failure(rotation);
        assertThat(sent).hasSize(2);
        advance(KeyRing.REJECTED.minusNanos(1));
        failure(rotation);
        assertThat(sent).hasSize(2);
        advance(Duration.ofNanos(1));
        failure(rotation);
        assertThat(sent).hasSize(3);
    }

    @Test
    void noKeyCoolsDownForLongerThanAnHour() {
        for (FailureKind kind : List.of(FailureKind.RATE_LIMITED, FailureKind.QUOTA)) {
            KeyRotation rotation = rotation(1);
            failures.put(
                    0, Failure.of(kind, "").withPhase(Failure.Phase.HEADERS).withRetryAfter(Duration.ofDays(366)));
            failure(rotation);
            failures.clear();
            advance(Duration.ofHours(1).minusNanos(1));
            assertThat(failure(rotation)).isNotNull();
            advance(Duration.ofNanos(1));
            assertThat(served(rotation)).isZero();
        }
    }

    private KeyRotation rotation(int keys) {
        return new KeyRotation(
                "p",
                new KeyRing(IntStream.range(0, keys)
                        .mapToObj(i -> Secret.of("key-number-" + i))
                        .toList()),
                clock::get);
    }

    private Flux<Integer> exchange(KeyRing.Lease lease) {
        sent.add(lease.index());
        Failure failure = failures.get(lease.index());
        return failure == null ? Flux.just(lease.index()) : Flux.error(new CallFailed(failure));
    }

    private Failure failure(KeyRotation rotation) {
        return failure(rotation, CallScope.reportingTo(event -> {}));
    }

    private Failure failure(KeyRotation rotation, CallScope call) {
        return around(rotation, this::exchange)
                .contextWrite(call.in(Context.empty()))
                .then(Mono.<Failure>empty())
                .onErrorResume(CallFailed.class, failed -> Mono.just(failed.failure()))
                .blockOptional()
                .orElseThrow();
    }

    private @Nullable Integer served(KeyRotation rotation) {
        return around(rotation, this::exchange).blockLast();
    }

    private void advance(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private static <T> Flux<T> around(KeyRotation rotation, Function<KeyRing.Lease, Flux<T>> exchange) {
        return Flux.deferContextual(context -> rotation.around(context, lease -> () -> exchange.apply(lease)));
    }
}
