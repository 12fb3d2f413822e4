package dev.understudy.provider.http;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ProviderEvent;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Repeats an exchange with the next key at once when the vendor turns one away. Each key is tried at most once in a call.
 */
record KeyRotation(String provider, KeyRing keys, LongSupplier clock) {

    /** The keys tried in one call. Changes only between attempts, which follow one another. */
    private static final class Tries {

        private final CallScope scope;
        private final Set<Integer> keys = new HashSet<>();
        private @Nullable Failure hope;
        private KeyRing.@Nullable Lease lease; // of the attempt at hand

        Tries(CallScope scope) {
            this.scope = scope;
        }

        void add(KeyRing.Lease turnedAway, Failure failure) {
            keys.add(turnedAway.index());
            // A rate limit passes; of several failures it is the one worth telling.
            boolean better = hope == null
                    || (hope.kind() != FailureKind.RATE_LIMITED && failure.kind() == FailureKind.RATE_LIMITED);
            hope = better ? failure : hope;
        }
    }

    <T> Flux<T> around(Function<KeyRing.Lease, Flux<T>> exchange) {
        if (keys.size() == 0) {
            return exchange.apply(KeyRing.Lease.KEYLESS);
        }
        return Flux.deferContextual(context -> {
            Tries tries = new Tries(CallScope.of(context));
            return Flux.defer(() -> once(exchange, tries))
                    .retryWhen(Retry.from(failed -> failed.concatMap(signal -> next(signal.failure(), tries))));
        });
    }

    private <T> Flux<T> once(Function<KeyRing.Lease, Flux<T>> exchange, Tries tries) {
        long now = clock.getAsLong();
        KeyRing.Lease free = keys.lease(tries.keys, now);
        KeyRing.Lease lease = free == null && tries.scope.ignoresRetryAfter() ? keys.insist(tries.keys) : free;
        tries.lease = lease;
        if (lease == null) {
            return Flux.error(new CallFailed(nobody(tries, now)));
        }
        if (tries.hope != null) {
            tries.scope.report(new ProviderEvent.KeyRotated(provider, String.valueOf(lease.fingerprint())));
        }
        Flux<T> answer = exchange.apply(lease);
        return free == null ? answer.doOnComplete(() -> keys.open(lease)) : answer;
    }

    /** Hears what the headers of an answer tell of this key's buckets. */
    Consumer<Duration> gauge(KeyRing.Lease lease, CallScope scope) {
        return wait -> {
            if (keys.spent(lease, wait, clock.getAsLong())) {
                scope.report(new ProviderEvent.KeyCoolingDown(
                        provider, String.valueOf(lease.fingerprint()), FailureKind.RATE_LIMITED, wait));
            }
        };
    }

    /** Decides after a failed exchange: the next key, or the end with the failure that names the key. */
    private Mono<Boolean> next(Throwable error, Tries tries) {
        KeyRing.Lease lease = tries.lease;
        if (lease == null || !(error instanceof CallFailed failed)) {
            return Mono.error(error);
        }
        Failure failure = failed.failure().withKeyFingerprint(lease.fingerprint());
        if (!KeyRing.rotates(failure.kind())) {
            return Mono.error(failed.with(failure));
        }
        Duration gated = keys.gate(lease, failure, clock.getAsLong());
        if (gated != null) {
            boolean forEver = failure.kind() == FailureKind.AUTH;
            tries.scope.report(new ProviderEvent.KeyCoolingDown(
                    provider, String.valueOf(lease.fingerprint()), failure.kind(), forEver ? null : gated));
        }
        // Once the headers said 200 something may have been shown already: then the walk decides, not the ring.
        if (failure.phase() != Failure.Phase.HEADERS) {
            return Mono.error(failed.with(failure));
        }
        tries.add(lease, failure);
        return tries.keys.size() < keys.size()
                ? Mono.just(true)
                : Mono.error(new CallFailed(nobody(tries, clock.getAsLong())));
    }

    /** All keys were tried, or are gated: the most hopeful failure, with the time when the first key opens. */
    private Failure nobody(Tries tried, long now) {
        if (tried.hope == null) {
            return keys.nobody(now);
        }
        boolean waits = tried.hope.kind() == FailureKind.RATE_LIMITED;
        Duration next = keys.untilNext(now);
        return waits && next != null ? tried.hope.withRetryAfter(next) : tried.hope;
    }
}
