package dev.understudy;

import dev.understudy.call.Policies;
import dev.understudy.event.ProviderStatus;
import dev.understudy.pool.PooledProvider;
import dev.understudy.pool.ProviderPool;
import dev.understudy.pool.StatusView;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What operators see of an {@link Understudy}'s providers and may do with them at run time: {@link Understudy#control()}.
 * All methods return at once and may be called from any thread; calls in flight go on. A provider is named by {@link
 * dev.understudy.chat.ChatProvider#name()}; a name that is not composed is an {@link IllegalArgumentException}.
 */
public final class UnderstudyControl {

    private final ProviderPool providerPool;
    private final StatusView statusView;
    private final Policies policies;

    UnderstudyControl(ProviderPool providerPool, StatusView statusView, Policies policies) {
        this.providerPool = providerPool;
        this.statusView = statusView;
        this.policies = policies;
    }

    /** Status of each provider as of now, in the order of composition. */
    public List<ProviderStatus> status() {
        return statusView.statuses();
    }

    /** Retries that this provider may get at once, as of now; infinite without a limit. */
    public double retryTokens(String provider) {
        return providerPool
                .named(provider)
                .retryTokens()
                .left(policies.timeSource().nanos());
    }

    /** Makes this provider the active one: the first to be asked, and the one that calls return to after a failover. */
    public void switchTo(String provider) {
        providerPool.switchTo(provider, policies.timeSource().nanos());
    }

    /**
     * Keeps a provider from being asked, for maintenance.
     *
     * @param duration how long; {@code null} until {@link #release}
     */
    public void hold(String provider, @Nullable Duration duration) {
        providerPool.named(provider).hold(duration, policies.timeSource().nanos());
        policies.statePublisher().holdStarted(provider, null, duration);
    }

    /**
     * Keeps one model of a provider from being asked.
     *
     * @param model in the provider's name for it
     * @param duration how long; {@code null} until {@link #release}
     */
    public void hold(String provider, String model, @Nullable Duration duration) {
        providerPool
                .named(provider)
                .circuit(model)
                .forceOpen(duration, policies.timeSource().nanos());
        policies.statePublisher().holdStarted(provider, model, duration);
    }

    /** Ends {@link #hold(String, Duration)} of a provider and of all of its models. */
    public void release(String provider) {
        PooledProvider pooledProvider = providerPool.named(provider);
        pooledProvider.release();
        policies.statePublisher().holdEnded(provider, null);
        pooledProvider.circuits().forEach((model, circuit) -> {
            circuit.release(policies.timeSource().nanos());
            policies.statePublisher().holdEnded(provider, model);
        });
    }
}
