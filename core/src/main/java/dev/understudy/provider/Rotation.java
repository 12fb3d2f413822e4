package dev.understudy.provider;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Notice;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;
import reactor.util.retry.Retry;

/**
 * One exchange, with the next key at once when the vendor turns one away. Each key is tried at most once; which were
 * tried travels in the Reactor Context.
 */
record Rotation(String provider, KeyRing keys, LongSupplier clock) {

    /** What was tried in this call so far. */
    private record Tried(Set<Integer> keys, @Nullable Failure hope) {
        static final Tried NOTHING = new Tried(Set.of(), null);

        Tried plus(KeyRing.Lease lease, Failure failure) {
            Set<Integer> more = new HashSet<>(keys);
            more.add(lease.index());
            // A rate limit passes; of several failures it is the one worth telling.
            boolean better = hope == null
                    || (hope.kind() != FailureKind.RATE_LIMITED && failure.kind() == FailureKind.RATE_LIMITED);
            return new Tried(more, better ? failure : hope);
        }
    }

    /** The vendor turned a key away. */
    private static final class TurnedAway extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Tried tried;
        private final transient KeyRing.Lease lease;
        private final transient Failure failure;

        TurnedAway(Tried tried, KeyRing.Lease lease, Failure failure) {
            super(null, null, false, false);
            this.tried = tried;
            this.lease = lease;
            this.failure = failure;
        }
    }

    <T> Flux<T> around(Function<KeyRing.Lease, Flux<T>> exchange) {
        if (keys.size() == 0) {
            return exchange.apply(KeyRing.Lease.KEYLESS);
        }
        return Flux.deferContextual(context -> once(exchange, context))
                .retryWhen(Retry.from(
                        signals -> signals.concatMap(signal -> next(signal.failure(), signal.retryContextView()))))
                .onErrorMap(TurnedAway.class, away -> new CallFailed(away.failure));
    }

    private <T> Flux<T> once(Function<KeyRing.Lease, Flux<T>> exchange, ContextView context) {
        Tried tried = context.hasKey(Tried.class) ? context.get(Tried.class) : Tried.NOTHING;
        long now = clock.getAsLong();
        CallScope scope = CallScope.of(context);
        KeyRing.Lease free = keys.lease(tried.keys, now);
        KeyRing.Lease lease = free == null && scope.insists() ? keys.insist(tried.keys) : free;
        if (lease == null) {
            return Flux.error(new CallFailed(nobody(tried, now)));
        }
        if (tried.hope != null) {
            scope.report(new Notice.KeyUsed(provider, String.valueOf(lease.fingerprint())));
        }
        Flux<T> answer = exchange.apply(lease);
        return (free == null ? answer.doOnComplete(() -> keys.open(lease)) : answer)
                .onErrorMap(CallFailed.class, failed -> judged(failed, tried, lease, scope));
    }

    /** Hears what the headers of an answer tell of this key's buckets. */
    Consumer<Duration> gauge(KeyRing.Lease lease, CallScope scope) {
        return wait -> {
            if (keys.spent(lease, wait, clock.getAsLong())) {
                scope.report(new Notice.KeyGated(
                        provider, String.valueOf(lease.fingerprint()), FailureKind.RATE_LIMITED, wait));
            }
        };
    }

    private Throwable judged(CallFailed failed, Tried tried, KeyRing.Lease lease, CallScope scope) {
        Failure failure = failed.failure().withKeyFingerprint(lease.fingerprint());
        if (!KeyRing.rotates(failure.kind())) {
            return failed.with(failure);
        }
        Duration gated = keys.gate(lease, failure, clock.getAsLong());
        if (gated != null) {
            boolean forEver = failure.kind() == FailureKind.AUTH;
            scope.report(new Notice.KeyGated(
                    provider, String.valueOf(lease.fingerprint()), failure.kind(), forEver ? null : gated));
        }
        // Once the headers said 200 something may have been shown already: then the walk decides, not the ring.
        return failure.phase() == Failure.Phase.HEADERS ? new TurnedAway(tried, lease, failure) : failed.with(failure);
    }

    private Publisher<Context> next(Throwable error, ContextView ignored) {
        if (!(error instanceof TurnedAway away)) {
            return Mono.error(error);
        }
        Tried tried = away.tried.plus(away.lease, away.failure);
        if (tried.keys.size() >= keys.size()) {
            return Mono.error(new CallFailed(nobody(tried, clock.getAsLong())));
        }
        return Mono.just(Context.of(Tried.class, tried));
    }

    /** All keys were tried, or are gated: the most hopeful failure, with the time when the first key opens. */
    private Failure nobody(Tried tried, long now) {
        if (tried.hope == null) {
            return keys.nobody(now);
        }
        boolean waits = tried.hope.kind() == FailureKind.RATE_LIMITED;
        Duration next = keys.untilNext(now);
        return waits && next != null ? tried.hope.withRetryAfter(next) : tried.hope;
    }
}
