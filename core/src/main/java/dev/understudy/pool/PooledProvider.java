package dev.understudy.pool;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatProvider;
import dev.understudy.event.ProviderStatus;
import dev.understudy.guard.CircuitBreaker;
import dev.understudy.guard.FailureSpread;
import dev.understudy.guard.Nanos;
import dev.understudy.guard.ProviderHealth;
import dev.understudy.guard.RateLimiter;
import dev.understudy.guard.RecentlyUsed;
import dev.understudy.guard.RetryTokenBucket;
import dev.understudy.guard.TimeSource;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.ProviderOptions;
import dev.understudy.policy.RetryBudget;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;

/** One provider of a pool with its health, circuits, rate limiter and retry tokens. */
public final class PooledProvider {

    /**
     * Number of circuits that are kept. Callers may invent any number of model names; circuits used longest ago are
     * dropped, except those that an operator keeps open.
     */
    public static final int MAX_CIRCUITS = 1_000;

    private final ChatProvider provider;
    private final ProviderOptions options;
    private final ProviderHealth providerHealth;
    private final RateLimiter rateLimiter;
    private final RetryTokenBucket retryTokenBucket;
    private final RecentlyUsed<String, CircuitBreaker> circuits =
            new RecentlyUsed<>(MAX_CIRCUITS, CircuitBreaker::isForcedOpen);
    private final Function<String, CircuitBreaker> newCircuit;
    private final FailureSpread failureSpread;
    private final CircuitBreaker ownCircuit;
    private final Retirements retirements;
    private volatile boolean held;
    private volatile long heldUntil;

    private PooledProvider(
            ChatProvider provider,
            ProviderOptions providerOptions,
            ProviderHealth providerHealth,
            RateLimiter rateLimiter,
            RetryTokenBucket retryTokenBucket,
            Function<String, CircuitBreaker> newCircuit,
            FailureSpread failureSpread,
            CircuitBreaker ownCircuit,
            Retirements retirements) {
        this.provider = provider;
        this.options = providerOptions;
        this.providerHealth = providerHealth;
        this.rateLimiter = rateLimiter;
        this.retryTokenBucket = retryTokenBucket;
        this.newCircuit = newCircuit;
        this.failureSpread = failureSpread;
        this.ownCircuit = ownCircuit;
        this.retirements = retirements;
    }

    /** Creates pooled providers that share policies, clock, random source and receivers of changes. */
    public record Factory(
            RetryBudget budget,
            CircuitPolicy circuit,
            PoolEvents events,
            StatePublisher statePublisher,
            TimeSource timeSource,
            RandomGenerator random) {

        public PooledProvider create(ChatProvider provider, ProviderOptions providerOptions, long now) {
            return create(provider, providerOptions, new ProviderHealth(timeSource, now), now);
        }

        /** Creates a pooled provider with a record that may be older than the pool. */
        public PooledProvider create(
                ChatProvider provider, ProviderOptions providerOptions, ProviderHealth health, long now) {
            String name = provider.name();
            FailureSpread spread = new FailureSpread(circuit, now);
            CircuitBreaker.Watcher watcher = change -> events.rotationChanged(name, change, health.probes());
            return new PooledProvider(
                    provider,
                    providerOptions,
                    health,
                    new RateLimiter(
                            providerOptions.limits(),
                            (requests, tokens) -> statePublisher.limitSpent(name, requests, tokens),
                            now),
                    new RetryTokenBucket(budget, now),
                    model -> new CircuitBreaker(
                            circuit, random, change -> changed(name, model, change), timeSource.nanos()),
                    spread,
                    new CircuitBreaker(circuit, random, watcher, spread::isSpread, now),
                    new Retirements(name, events, timeSource));
        }

        /** Reports every change to listeners, and to other instances only those that this one detected itself. */
        private void changed(String provider, String model, CircuitBreaker.Change change) {
            events.circuitChanged(provider, model, change);
            if (change.to() == ProviderStatus.CircuitState.OPEN && !change.remote()) {
                statePublisher.circuitOpened(provider, model, String.valueOf(change.cause()), change.remaining());
            } else if (change.to() == ProviderStatus.CircuitState.CLOSED
                    && change.from() == ProviderStatus.CircuitState.HALF_OPEN) {
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

    /**
     * Circuit of the provider as a whole. Counts the calls of all models, and opens when the failures of several models break
     * a rule. An open one takes the provider out of rotation; the provider remains a last resort.
     */
    public CircuitBreaker ownCircuit() {
        return ownCircuit;
    }

    /** Records a failure of a call that counts against the provider. Call it before the permits end. */
    public void failed(String model, long now) {
        failureSpread.failed(model, now);
    }

    public CircuitBreaker circuit(String model) {
        return circuits.get(model, newCircuit);
    }

    public RecentlyUsed<String, CircuitBreaker> circuits() {
        return circuits;
    }

    Retirements retirements() {
        return retirements;
    }

    /** Publishes the warning that is due if the vendor has announced to turn this model off. */
    public void asked(String model, Capabilities capabilities) {
        retirements.check(model, capabilities);
    }

    /** Looks up again what is announced for the models that were asked or configured. */
    void probed() {
        Set<String> models = new TreeSet<>(options.models().values());
        if (options.only() != null) {
            models.add(options.only());
        }
        circuits.forEach((model, circuit) -> models.add(model));
        for (String model : models) {
            try {
                retirements.check(model, provider.capabilities(model));
            } catch (Throwable thrown) { // by the caller's provider; health checks go on
                Exceptions.throwIfFatal(thrown);
            }
        }
    }

    /** Keeps the provider from being asked, for a duration or with {@code null} until {@link #release}. */
    public void hold(@Nullable Duration duration, long now) {
        heldUntil = duration == null ? Long.MAX_VALUE : now + Nanos.of(duration);
        held = true;
    }

    public void release() {
        held = false;
    }

    public boolean isHeld(long now) {
        return held && (heldUntil == Long.MAX_VALUE || heldUntil - now > 0);
    }

    /** Nanoseconds until the hold ends, {@link Long#MAX_VALUE} without an end. Meaningful only while it is held. */
    public long heldFor(long now) {
        return heldUntil == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, heldUntil - now);
    }

    /** Returns true if failed health checks keep the provider from being asked. */
    public boolean failsHealthChecks() {
        return providerHealth.probes().failed();
    }

    /** Returns true if health checks, or failures of several models, keep the provider from being asked. */
    public boolean outOfRotation(long now) {
        return failsHealthChecks()
                || (!ownCircuit.isClosed() && ownCircuit.reading(now).remaining() > 0);
    }

    /** Forgets failures, but not when and why the last of them happened. */
    public void forgetFailures(long now) {
        providerHealth.forgetFailures();
        failureSpread.reset();
        ownCircuit.reset(now);
        circuits().values().forEach(circuit -> circuit.reset(now));
    }

    ProviderStatus.Health status() {
        ProviderStatus.Health health = providerHealth.status();
        boolean open = ownCircuit.reading(providerHealth.now()).state() == ProviderStatus.CircuitState.OPEN;
        return open && health != ProviderStatus.Health.CHECKING ? ProviderStatus.Health.UNHEALTHY : health;
    }
}
