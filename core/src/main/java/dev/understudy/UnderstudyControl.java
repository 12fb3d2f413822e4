package dev.understudy;

import dev.understudy.call.Call;
import dev.understudy.call.Policies;
import dev.understudy.event.ProviderStatus;
import dev.understudy.pool.HealthProber;
import dev.understudy.pool.PooledProvider;
import dev.understudy.pool.ProviderPool;
import dev.understudy.pool.StatusView;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Status of an {@link Understudy}'s providers, and the operations of operators at run time:
 * {@link Understudy#control()}. Methods return at once and may be called from any thread; calls in flight go on. A
 * provider is named by {@link dev.understudy.chat.ChatProvider#name()}.
 */
public final class UnderstudyControl {

    private final Call.Memory memory;
    private final ProviderPool providerPool;
    private final StatusView statusView;
    private final HealthProber healthProber;
    private final Policies policies;

    UnderstudyControl(Call.Memory memory, StatusView statusView, HealthProber healthProber, Policies policies) {
        this.memory = memory;
        this.providerPool = memory.providerPool();
        this.statusView = statusView;
        this.healthProber = healthProber;
        this.policies = policies;
    }

    /**
     * Returns the current status of each provider, in the configured order.
     *
     * @return the statuses
     */
    public List<ProviderStatus> status() {
        return statusView.statuses();
    }

    /**
     * Checks the health of every provider once, by the probe or query of its health check policy and within its timeout, also
     * where background checks are off. The results are recorded like those of background checks; without background checks
     * they take no provider out of rotation. Checks start at subscription; concurrent subscribers share one round. A query is
     * billed.
     *
     * @return the status of each provider after the checks, in the configured order; never fails
     */
    public Mono<List<ProviderStatus>> checkHealth() {
        return healthProber.checkAll().then(Mono.fromSupplier(this::status));
    }

    /**
     * Returns the retry tokens of a provider, the retries that it may get at once.
     *
     * @param provider name of the provider
     * @return the tokens; positive infinity without a limit
     * @throws IllegalArgumentException if no provider has this name
     */
    public double retryTokens(String provider) {
        return providerPool
                .named(provider)
                .retryTokens()
                .left(policies.timeSource().nanos());
    }

    /**
     * Makes a provider the active one: the first to be asked, and the one that calls return to after a failover.
     *
     * @param provider name of the provider
     * @throws IllegalArgumentException if no provider has this name
     */
    public void switchTo(String provider) {
        providerPool.switchTo(provider, policies.timeSource().nanos());
    }

    /**
     * Keeps a provider from being asked, for maintenance.
     *
     * @param provider name of the provider
     * @param duration time of the hold; {@code null} until {@link #release}
     * @throws IllegalArgumentException if no provider has this name
     */
    public void hold(String provider, @Nullable Duration duration) {
        providerPool.hold(
                providerPool.named(provider),
                duration,
                false,
                policies.timeSource().nanos());
        policies.statePublisher().holdStarted(provider, null, duration);
    }

    /**
     * Keeps one model of a provider from being asked. The hold is in force for a model that no call has used, too; the
     * result shows a name that is misspelt.
     *
     * @param provider name of the provider
     * @param model the model as the provider names it
     * @param duration time of the hold; {@code null} until {@link #release}
     * @return {@code true} if a call has used the model of this provider; {@code false} may mean that the name is wrong
     * @throws IllegalArgumentException if no provider has this name
     */
    public boolean hold(String provider, String model, @Nullable Duration duration) {
        PooledProvider pooledProvider = providerPool.named(provider);
        boolean used = pooledProvider.circuits().contains(model);
        pooledProvider.circuit(model).forceOpen(duration, policies.timeSource().nanos());
        policies.statePublisher().holdStarted(provider, model, duration);
        return used;
    }

    /**
     * Puts a provider back into use: ends {@link #hold(String, Duration)} of it and of all of its models, and forgets
     * what failures taught about it: cooldowns of its models and API keys, open circuits, learned context windows,
     * parameters that models refused, tokens taken from its limits.
     *
     * @param provider name of the provider
     * @throws IllegalArgumentException if no provider has this name
     */
    public void release(String provider) {
        PooledProvider pooledProvider = providerPool.named(provider);
        providerPool.release(pooledProvider, false, policies.timeSource().nanos());
        policies.statePublisher().holdEnded(provider, null);
        pooledProvider.circuits().forEach((model, circuit) -> {
            circuit.release(policies.timeSource().nanos());
            policies.statePublisher().holdEnded(provider, model);
        });
        memory.forgetFailures(provider, policies.timeSource().nanos());
    }

    /** Forgets failures without ending a hold. */
    void forgetFailures(String provider) {
        memory.forgetFailures(provider, policies.timeSource().nanos());
    }
}
