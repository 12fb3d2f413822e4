package dev.understudy.call;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Usage;
import dev.understudy.guard.CircuitBreaker;
import dev.understudy.guard.FailureRules;
import dev.understudy.guard.Permit;
import dev.understudy.guard.RateLimiter;
import dev.understudy.policy.UsageEstimate;
import dev.understudy.pool.PooledProvider;
import dev.understudy.pool.Route;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt holds while it runs: the circuit's permit and its place under the rate limits. Taken once, given back
 * exactly once, before the next attempt asks for its own.
 */
final class AttemptPermit {

    private final Route route;
    private final PooledProvider pooledProvider;
    private final Call call;
    private final boolean early;
    private final AtomicBoolean held = new AtomicBoolean();
    private int estimate;
    private @Nullable Permit permit;

    /** @param early whether an open circuit may be tried before its time */
    AttemptPermit(Route route, boolean early, Call call) {
        this.early = early;
        this.route = route;
        this.pooledProvider = route.pooledProvider();
        this.call = call;
    }

    /** The reason why not, or {@code null}: then it must be left again. */
    @Nullable
    Failure take(long now) {
        CircuitBreaker.Admission admission =
                early ? route.circuit().tryEarly(now) : route.circuit().tryAcquire(now);
        if (!(admission instanceof Permit granted)) {
            CircuitBreaker.Denied denied = (CircuitBreaker.Denied) admission;
            return RouteChecks.denied(denied).failure();
        }
        if (!pooledProvider.limiter().isOff()) {
            estimate = UsageEstimate.usage(call.request(), route.capabilities()).total();
            Duration wait = pooledProvider.limiter().enter(estimate, now);
            if (wait != null) {
                granted.neutral(now);
                return new SkipReason.RateLimited(wait).failure();
            }
        }
        permit = granted;
        held.set(true);
        pooledProvider.health().started();
        return null;
    }

    /** The first content is here. */
    void begun(long now) {
        if (permit != null) {
            permit.begun(now);
        }
    }

    /** The answer is whole. */
    void succeeded(long now) {
        if (permit != null) {
            permit.success(now);
        }
    }

    void failed(Failure failure, long took, long now) {
        if (permit == null) {
            return; // nobody was asked
        }
        FailureRules.Rule rule = FailureRules.of(failure.kind());
        call.memory().learnedContextWindows().note(route.name(), route.model(), failure, now);
        call.memory()
                .cooldowns()
                .note(
                        route.name(),
                        route.model(),
                        failure,
                        rule,
                        call.policies().options().retry().maxInPlaceWait(),
                        now);
        if (rule.countsForCircuit() && !isTheCallersOwn(failure)) {
            if (permit.failure(now) || permit.cut(now)) {
                pooledProvider.health().failed(failure, true, took, now);
                call.memory().providerPool().failed(pooledProvider, now);
            }
        } else {
            permit.neutral(now);
            pooledProvider.health().failed(failure, false, took, now);
        }
        release(refused(failure) ? 0 : RateLimiter.UNTOLD, now);
    }

    /** Whoever does not take a request in counts no tokens for it; of one that went silent nobody knows. */
    private static boolean refused(Failure failure) {
        return failure.kind() == FailureKind.CONNECT
                || failure.kind() == FailureKind.SKIPPED
                || failure.status() >= 400;
    }

    private static boolean isTheCallersOwn(Failure failure) {
        return failure.phase() == Failure.Phase.DEADLINE || failure.phase() == Failure.Phase.CONSUMER;
    }

    /** Nothing is known: cancelled, or already judged. Whether it was still held. */
    boolean leave(long now) {
        return release(RateLimiter.UNTOLD, now);
    }

    void leave(Usage used, long now) {
        release(used.total() == 0 ? RateLimiter.UNTOLD : used.total(), now);
    }

    private boolean release(int used, long now) {
        if (!held.compareAndSet(true, false)) {
            return false;
        }
        if (permit != null) {
            permit.neutral(now);
        }
        if (!pooledProvider.limiter().isOff()) {
            pooledProvider.limiter().leave(estimate, used, now);
        }
        pooledProvider.health().ended();
        return true;
    }
}
