package dev.understudy.pool;

import dev.understudy.chat.ChatProvider;
import dev.understudy.event.CircuitState;
import dev.understudy.event.ProviderStatus;
import dev.understudy.guard.CircuitBreaker;
import dev.understudy.guard.Nanos;
import dev.understudy.guard.ProbeState;
import dev.understudy.guard.ProviderHealth;
import dev.understudy.guard.RateLimiter;
import dev.understudy.guard.RetryTokenBucket;
import dev.understudy.guard.TimeSource;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.RetryBudget;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One provider in the cast, with all that the door remembers of it. */
public final class PooledProvider {

    public static final int MOST_CIRCUITS = 1_000;

    private final ChatProvider provider;
    private final ProviderOptions options;
    private final ProviderHealth providerHealth;
    private final RateLimiter rateLimiter;
    private final RetryTokenBucket retryTokenBucket;
    private final AtomicReference<ProbeState> checkup = new AtomicReference<>(ProbeState.NONE);
    private final Map<String, CircuitBreaker> circuits = new ConcurrentHashMap<>();
    private final Function<String, CircuitBreaker> newCircuit;
    private volatile boolean held;
    private volatile long heldUntil;

    private PooledProvider(
            ChatProvider provider,
            ProviderOptions providerOptions,
            ProviderHealth providerHealth,
            RateLimiter rateLimiter,
            RetryTokenBucket retryTokenBucket,
            Function<String, CircuitBreaker> newCircuit) {
        this.provider = provider;
        this.options = providerOptions;
        this.providerHealth = providerHealth;
        this.rateLimiter = rateLimiter;
        this.retryTokenBucket = retryTokenBucket;
        this.newCircuit = newCircuit;
    }

    /** Makes members that share policies, clock, chance and receivers of news. */
    public record Factory(
            RetryBudget budget,
            CircuitPolicy circuit,
            PoolEvents events,
            StatePublisher statePublisher,
            TimeSource timeSource,
            RandomGenerator random) {

        public PooledProvider member(ChatProvider provider, ProviderOptions providerOptions, long now) {
            String name = provider.name();
            return new PooledProvider(
                    provider,
                    providerOptions,
                    new ProviderHealth(timeSource, now),
                    new RateLimiter(
                            providerOptions.limits(),
                            (requests, tokens) -> statePublisher.spent(name, requests, tokens),
                            now),
                    new RetryTokenBucket(budget, now),
                    model -> new CircuitBreaker(
                            circuit, random, change -> changed(name, model, change), timeSource.nanos()));
        }

        /** Tells listeners of every change, and other instances only of what this one has seen itself. */
        private void changed(String provider, String model, CircuitBreaker.Change change) {
            events.circuitChanged(provider, model, change);
            if (change.to() == CircuitState.OPEN && !change.remote()) {
                statePublisher.circuitOpened(provider, model, String.valueOf(change.why()), change.remaining());
            } else if (change.to() == CircuitState.CLOSED && change.from() == CircuitState.HALF_OPEN) {
                statePublisher.circuitClosed(provider, model);
            }
        }
    }

    public ChatProvider provider() {
        return provider;
    }

    public String name() {
        return provider.name();
    }

    public ProviderOptions options() {
        return options;
    }

    public ProviderHealth health() {
        return providerHealth;
    }

    public RateLimiter limiter() {
        return rateLimiter;
    }

    public RetryTokenBucket retryTokens() {
        return retryTokenBucket;
    }

    AtomicReference<ProbeState> checkup() {
        return checkup;
    }

    public CircuitBreaker circuit(String model) {
        CircuitBreaker known = circuits.get(model);
        if (known != null) {
            return known;
        }
        // Callers may invent names of models without end; what they invent is not remembered without end.
        return circuits.size() < MOST_CIRCUITS ? circuits.computeIfAbsent(model, newCircuit) : newCircuit.apply(model);
    }

    public Map<String, CircuitBreaker> circuits() {
        return circuits;
    }

    /** Nobody asks it for this long, or until {@link #release}. */
    public void hold(@Nullable Duration forHowLong, long now) {
        heldUntil = forHowLong == null ? Long.MAX_VALUE : now + Nanos.of(forHowLong);
        held = true;
    }

    public void release() {
        held = false;
    }

    public boolean isHeld(long now) {
        return held && (heldUntil == Long.MAX_VALUE || heldUntil - now > 0);
    }

    /** Nanoseconds until it is released, {@link Long#MAX_VALUE} when nobody knows; while it is held. */
    public long heldFor(long now) {
        return heldUntil == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, heldUntil - now);
    }

    /** Whether probes say it should be left alone. */
    public boolean outOfRotation() {
        return checkup.get().failed();
    }

    ProviderStatus.Health status() {
        ProbeState probed = checkup.get();
        if (probed.running()) {
            return ProviderStatus.Health.CHECKING;
        }
        ProviderStatus.Health called = providerHealth.status();
        if (probed.failed()) {
            return ProviderStatus.Health.UNHEALTHY;
        }
        boolean unknown = called == ProviderStatus.Health.UNKNOWN && Boolean.TRUE.equals(probed.healthy());
        return unknown ? ProviderStatus.Health.HEALTHY : called;
    }
}
