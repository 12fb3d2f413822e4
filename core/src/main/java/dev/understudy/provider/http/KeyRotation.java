package dev.understudy.provider.http;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.guard.AttemptLink;
import dev.understudy.operator.Attempts;
import dev.understudy.provider.http.ParameterFallback.AdaptableRequest;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Repeats an exchange at once with the next key when the vendor rejects one, unless another call was told to wait
 * meanwhile. Each key is tried at most once in an attempt.
 */
record KeyRotation(String provider, KeyRing keys, LongSupplier clock) {

    /** Limit of rotations after a rate limit in one call, over all of its attempts at this provider. */
    static final int MAX_ROTATIONS = 3;

    private enum Again {
        SAME_KEY,
        NEXT_KEY
    }

    /** Keys tried in one call. Accessed between attempts only, which follow one another. */
    private static final class Tries<T> {

        private final CallScope scope;
        private final BooleanSupplier mayAskAgain;
        private Set<Integer> keys = Set.of();
        private @Nullable CallFailed best;
        private KeyRing.@Nullable Lease lease; // of the current attempt
        private @Nullable AdaptableRequest<T> request; // null until there is one with that key

        Tries(ContextView context) {
            this.scope = CallScope.of(context);
            this.mayAskAgain = AttemptLink.of(context).mayBeResent();
        }

        void add(KeyRing.Lease rejected, CallFailed failed) {
            Set<Integer> tried = new HashSet<>(keys);
            tried.add(rejected.index());
            keys = tried;
            // A rate limit ends by itself, so it is the most useful of several failures.
            boolean better = best == null
                    || (best.failure().kind() != FailureKind.RATE_LIMITED
                            && failed.failure().kind() == FailureKind.RATE_LIMITED);
            best = better ? failed : best;
        }
    }

    /**
     * Sends a request.
     *
     * @param context Context of the subscriber
     * @param request returns the request with a key
     */
    <T> Flux<T> around(ContextView context, Function<KeyRing.Lease, AdaptableRequest<T>> request) {
        if (keys.size() == 0) {
            return AdaptableRequest.sent(request.apply(KeyRing.Lease.KEYLESS));
        }
        Tries<T> tries = new Tries<>(context);
        return new Attempts<Again, T>(
                again -> again == Again.SAME_KEY ? exchange(tries) : withNextKey(request, tries),
                error -> next(error, tries));
    }

    private <T> Flux<T> withNextKey(Function<KeyRing.Lease, AdaptableRequest<T>> request, Tries<T> tries) {
        tries.request = null;
        KeyRing.Lease lease = keys.lease(tries.keys, clock);
        tries.lease = lease;
        if (lease == null) {
            return Flux.error(unavailable(tries, clock.getAsLong()));
        }
        if (tries.best != null) {
            tries.scope.report(new ProviderEvent.KeyRotated(provider, String.valueOf(lease.fingerprint())));
        }
        tries.request = request.apply(lease);
        return exchange(tries);
    }

    private <T> Flux<T> exchange(Tries<T> tries) {
        KeyRing.Lease lease = Objects.requireNonNull(tries.lease);
        Flux<T> answer = Objects.requireNonNull(tries.request).exchange();
        if (keys.isOnTrial(lease)) {
            return answer.doOnNext(accepted -> keys.accept(lease)).doOnComplete(() -> keys.accept(lease));
        }
        return answer;
    }

    /** Returns false while a key cools down because another request with it was refused. */
    boolean inUse(KeyRing.Lease lease) {
        return !keys.isCoolingDown(lease, clock.getAsLong());
    }

    /** Receives the time until the empty bucket of this key fills again. */
    Consumer<Duration> bucketListener(KeyRing.Lease lease, CallScope scope) {
        return wait -> {
            if (keys.spent(lease, wait, clock.getAsLong())) {
                scope.report(new ProviderEvent.KeyCoolingDown(
                        provider, String.valueOf(lease.fingerprint()), FailureKind.RATE_LIMITED, wait));
            }
        };
    }

    /**
     * Decides after a failed exchange: repeat it in another form or with the next key, or fail with the failure that names
     * the key.
     */
    private <T> Mono<Again> next(Throwable untyped, Tries<T> tries) {
        AdaptableRequest<T> request = tries.request;
        Throwable error = request == null ? untyped : request.typed(untyped);
        if (request != null && request.isChangedAfter(error)) {
            return Mono.just(Again.SAME_KEY);
        }
        KeyRing.Lease lease = tries.lease;
        if (lease == null || !(error instanceof CallFailed failed)) {
            return Mono.error(error);
        }
        Failure failure = failed.failure().withKeyFingerprint(lease.fingerprint());
        if (!KeyRing.rotates(failure.kind())) {
            return Mono.error(failed.with(failure));
        }
        Duration cooldown = keys.coolDown(lease, failure, clock.getAsLong());
        if (cooldown != null) {
            tries.scope.report(new ProviderEvent.KeyCoolingDown(
                    provider, String.valueOf(lease.fingerprint()), failure.kind(), cooldown));
        }
        // After headers with status 200 content may have been emitted: then the caller of the provider decides.
        if (failure.phase() != Failure.Phase.HEADERS) {
            return Mono.error(failed.with(failure));
        }
        tries.add(lease, new CallFailed(failure).withVendorText(failed::vendorText));
        return tries.keys.size() < keys.size() && tries.mayAskAgain.getAsBoolean() && mayRotate(failure, tries.scope)
                ? Mono.just(Again.NEXT_KEY)
                : Mono.error(unavailable(tries, clock.getAsLong()));
    }

    /** Takes one rotation of the call. Keys without quota and rejected ones need no limit: they cool down for minutes. */
    private boolean mayRotate(Failure failure, CallScope scope) {
        return failure.kind() != FailureKind.RATE_LIMITED
                || scope.computeOnce(new Rotations(keys), AtomicInteger.class, () -> new AtomicInteger(MAX_ROTATIONS))
                                .getAndDecrement()
                        > 0;
    }

    /** Key of the rotations left to a call. */
    private record Rotations(KeyRing keys) {}

    /**
     * Returns the most useful failure after all keys were tried or cool down, with the time until the first cooldown
     * ends; without a time if a key is usable.
     */
    private CallFailed unavailable(Tries<?> tried, long now) {
        CallFailed best = tried.best;
        if (best == null) {
            return new CallFailed(keys.unavailable(now));
        }
        boolean waits = best.failure().kind() == FailureKind.RATE_LIMITED;
        return waits ? best.with(best.failure().withRetryAfter(keys.untilNext(now))) : best;
    }
}
