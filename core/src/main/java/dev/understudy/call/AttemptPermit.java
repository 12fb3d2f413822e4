package dev.understudy.call;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Usage;
import dev.understudy.guard.CircuitBreaker;
import dev.understudy.guard.ConcurrencyLimit;
import dev.understudy.guard.FailureRules;
import dev.understudy.guard.Permit;
import dev.understudy.guard.RateLimiter;
import dev.understudy.policy.TokenCounter;
import dev.understudy.pool.PooledProvider;
import dev.understudy.pool.Route;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Resources of one attempt: the permit of the circuit and a slot of the rate limits. Acquired once and released exactly
 * once, before the next attempt acquires its own.
 */
final class AttemptPermit {

    private final Route route;
    private final PooledProvider pooledProvider;
    private final Call call;
    private final boolean early;
    private final boolean reconnecting;
    private final AtomicBoolean held = new AtomicBoolean();
    private int estimate;
    private @Nullable Permit permit;
    /** Permit of the provider as a whole; {@code null} where the attempt is made although it is out of rotation. */
    private @Nullable Permit ownPermit;

    /**
     * @param early true if an open circuit may be tried before its open time ends
     * @param reconnecting true if the call waited because connections were refused: it may be made beside a trial
     */
    AttemptPermit(Route route, boolean early, boolean reconnecting, Call call) {
        this.early = early;
        this.reconnecting = reconnecting;
        this.route = route;
        this.pooledProvider = route.pooledProvider();
        this.call = call;
    }

    /** Returns {@code null} if all resources are acquired, to be released later; else the reason, and nothing is acquired. */
    @Nullable
    SkipReason acquire(long now) {
        return acquire(() -> pooledProvider.limiter().concurrency().tryAcquire(), now);
    }

    /** Acquires the resources with a slot that the call waited for. */
    @Nullable
    SkipReason acquire(ConcurrencyLimit.Waiter slot, long now) {
        return acquire(slot::take, now);
    }

    private @Nullable SkipReason acquire(BooleanSupplier slot, long now) {
        SkipReason begun = begunMeanwhile(now);
        if (begun != null) {
            return begun;
        }
        CircuitBreaker.Admission admission = admission(now);
        if (!(admission instanceof Permit granted)) {
            return RouteChecks.denied((CircuitBreaker.Denied) admission);
        }
        if (!pooledProvider.limiter().isOff()) {
            estimate = TokenCounter.characters()
                    .estimateUsage(call.request(), route.capabilities())
                    .total();
            if (!slot.getAsBoolean()) {
                granted.neutral(now);
                return new SkipReason.AtCapacity();
            }
            Duration wait = pooledProvider.limiter().take(estimate, now);
            if (wait != null) {
                pooledProvider.limiter().concurrency().release();
                granted.neutral(now);
                return new SkipReason.RateLimited(wait);
            }
        }
        permit = granted;
        ownPermit = pooledProvider.ownCircuit().tryEarly(now) instanceof Permit own ? own : null;
        held.set(true);
        pooledProvider.health().started();
        return null;
    }

    /** Returns a hold or a cooldown that may have begun while the call waited, before an early trial, or before a request is sent again. */
    private @Nullable SkipReason begunMeanwhile(long now) {
        SkipReason hold = RouteChecks.hold(pooledProvider, now);
        return hold != null ? hold : RouteChecks.statedWait(route, call.memory().cooldowns(), now);
    }

    /** Returns false if a hold or a cooldown began during the attempt. */
    boolean mayBeResent() {
        return begunMeanwhile(call.now()) == null;
    }

    private CircuitBreaker.Admission admission(long now) {
        if (reconnecting && pooledProvider.health().refusesConnections()) {
            return route.circuit().tryBeside(now);
        }
        return early || reconnecting
                ? route.circuit().tryEarly(now)
                : route.circuit().tryAcquire(now);
    }

    /** Reports the first content. */
    void begun(long now) {
        if (permit != null) {
            permit.begun(now);
        }
        if (ownPermit != null) {
            ownPermit.begun(now);
        }
    }

    /** Reports content after the first one. */
    void flows(LongSupplier clock) {
        Permit granted = permit;
        Permit own = ownPermit;
        if (granted != null && granted.isDoubted()) {
            granted.flows(clock.getAsLong());
        }
        if (own != null && own.isDoubted()) {
            own.flows(clock.getAsLong());
        }
    }

    /** Reports a complete answer. */
    void succeeded(long now) {
        if (permit != null) {
            permit.success(now);
        }
        if (ownPermit != null) {
            ownPermit.success(now);
        }
    }

    void failed(Failure failure, long took, long now) {
        if (permit == null) {
            return; // no request was sent
        }
        FailureRules.Rule rule = FailureRules.of(failure.kind());
        noteWindow(failure, now);
        call.memory().cooldowns().failed(route.name(), route.model(), failure, rule, now);
        if (rule.countsForCircuit() && !isCausedByCaller(failure, took)) {
            if (permit.failure(now) || permit.cut(now)) {
                countFailure(now);
                pooledProvider.health().failed(failure, true, took, now);
                call.memory().providerPool().failed(pooledProvider, now);
            }
        } else {
            permit.neutral(now);
            pooledProvider.health().failed(failure, false, took, now);
        }
        release(refused(failure) ? 0 : RateLimiter.UNKNOWN, now);
    }

    private void countFailure(long now) {
        pooledProvider.failed(route.model(), now);
        if (ownPermit != null && !ownPermit.failure(now)) {
            ownPermit.cut(now);
        }
    }

    private void noteWindow(Failure failure, long now) {
        if (failure.kind() != FailureKind.CONTEXT_OVERFLOW || failure.advice().window() == null) {
            return;
        }
        Usage requested = TokenCounter.characters().estimateUsage(call.request(), route.capabilities());
        call.memory()
                .learnedContextWindows()
                .note(
                        route.name(),
                        route.model(),
                        failure,
                        (long) requested.input() + requested.output(),
                        call.id().number(),
                        now);
    }

    /** Returns true if the provider did not process the request and therefore counted no tokens. Unknown after a timeout. */
    private static boolean refused(Failure failure) {
        return failure.kind() == FailureKind.CONNECT
                || failure.kind() == FailureKind.SKIPPED
                || failure.status() >= 400;
    }

    /** A share of a short deadline is the caller's limit too, unless the provider is far slower than usual. */
    private boolean isCausedByCaller(Failure failure, long took) {
        if (failure.phase() == Failure.Phase.DEADLINE_SHARE) {
            return !pooledProvider.health().isUnusual(took);
        }
        return failure.phase() == Failure.Phase.DEADLINE || failure.phase() == Failure.Phase.CONSUMER;
    }

    /** Releases without a result: after a cancellation, or after the result was reported. Returns false if already released. */
    boolean release(long now) {
        return release(RateLimiter.UNKNOWN, now);
    }

    void release(Usage used, long now) {
        release(used.total() == 0 ? RateLimiter.UNKNOWN : used.total(), now);
    }

    private boolean release(int used, long now) {
        if (!held.compareAndSet(true, false)) {
            return false;
        }
        if (permit != null) {
            permit.neutral(now);
            permit.left();
        }
        if (ownPermit != null) {
            ownPermit.neutral(now);
            ownPermit.left();
        }
        if (!pooledProvider.limiter().isOff()) {
            pooledProvider.limiter().release(estimate, used, now);
        }
        pooledProvider.health().ended();
        return true;
    }
}
