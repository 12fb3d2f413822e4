package dev.understudy.pool;

import dev.understudy.guard.CircuitBreaker;
import dev.understudy.guard.Nanos;
import dev.understudy.guard.ProbeState;
import dev.understudy.policy.FailoverPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The providers of an understudy in order of composition, and the active one, which is asked first. */
public final class ProviderPool {

    /**
     * @param active index of the provider that is asked first
     * @param primary index of the provider that is active while all are healthy
     * @param since the instant of the last change, on the nanosecond clock
     */
    private record ActiveState(int active, int primary, long since) {}

    private final List<PooledProvider> pooledProviders;
    private final FailoverPolicy failoverPolicy;
    private final PoolEvents events;
    private final StatePublisher statePublisher;
    private final AtomicReference<ActiveState> state;

    public ProviderPool(
            List<PooledProvider> pooledProviders,
            FailoverPolicy failoverPolicy,
            PoolEvents events,
            StatePublisher statePublisher,
            long now) {
        this.pooledProviders = pooledProviders;
        this.failoverPolicy = failoverPolicy;
        this.events = events;
        this.statePublisher = statePublisher;
        this.state = new AtomicReference<>(new ActiveState(0, 0, now));
    }

    public List<PooledProvider> all() {
        return pooledProviders;
    }

    public PooledProvider active() {
        return pooledProviders.get(state.get().active);
    }

    public boolean isAutomatic() {
        return failoverPolicy.automatic();
    }

    /** Returns the active provider first, then the others in order of composition. Returns to the primary if that is due. */
    public List<PooledProvider> inOrder(long now) {
        returnToPrimary(now);
        int active = state.get().active;
        if (active == 0) {
            return pooledProviders;
        }
        List<PooledProvider> order = new ArrayList<>(pooledProviders);
        order.add(0, order.remove(active));
        return order;
    }

    /** Makes another provider the active one if the active one has failed too often in a row. */
    public void failed(PooledProvider pooledProvider, long now) {
        ActiveState was = state.get();
        if (!failoverPolicy.automatic()
                || pooledProviders.get(was.active) != pooledProvider
                || pooledProvider.health().consecutiveFailures() < failoverPolicy.maxConsecutiveFailures()) {
            return;
        }
        for (int i = 1; i < pooledProviders.size(); i++) {
            int next = (was.active + i) % pooledProviders.size();
            if (isHealthy(pooledProviders.get(next))) {
                failOver(
                        was,
                        new ActiveState(next, was.primary, now),
                        "after " + pooledProvider.health().consecutiveFailures() + " consecutive failures");
                return;
            }
        }
    }

    /**
     * Makes a provider active and primary, by an operator's choice.
     *
     * @throws IllegalArgumentException if no provider has this name
     */
    public void switchTo(String provider, long now) {
        int next = pooledProviders.indexOf(named(provider));
        while (!replace(state.get(), new ActiveState(next, next, now), "switched manually")) {
            // a concurrent failover changed it: the operator's choice is applied last
        }
        statePublisher.active(provider, true);
    }

    /** Follows a change of the active provider in another instance. */
    void applyRemote(String provider, boolean manual, long now) {
        find(provider).map(pooledProviders::indexOf).ifPresent(next -> {
            ActiveState was = state.get();
            replace(was, new ActiveState(next, manual ? next : was.primary, now), "as in another instance");
        });
    }

    public Optional<PooledProvider> find(String provider) {
        return pooledProviders.stream()
                .filter(pooledProvider -> pooledProvider.name().equals(provider))
                .findFirst();
    }

    /**
     * Returns the provider with this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public PooledProvider named(String provider) {
        return find(provider)
                .orElseThrow(() -> new IllegalArgumentException("No provider is named '" + provider + "'; there are "
                        + pooledProviders.stream().map(PooledProvider::name).toList()));
    }

    private void returnToPrimary(long now) {
        ActiveState was = state.get();
        if (was.active == was.primary || !failoverPolicy.returns()) {
            return;
        }
        PooledProvider primary = pooledProviders.get(was.primary);
        if (hasRecovered(primary, was.since, now)) {
            failOver(was, new ActiveState(was.primary, was.primary, now), "it has recovered");
        }
    }

    /** A health check must have succeeded after the last failure; without health checks time and the circuits decide. */
    private boolean hasRecovered(PooledProvider primary, long since, long now) {
        ProbeState probes = primary.probeState().get();
        long failed = primary.health().failedAt();
        long failedAt = since - failed > 0 ? since : failed; // failures in other instances may have caused the change
        if (probes.healthy() != null) {
            return probes.healthy() && probes.lastSucceeded() && probes.at() - failedAt > 0;
        }
        boolean quiet = now - failedAt >= Nanos.of(failoverPolicy.returnAfter());
        List<CircuitBreaker> circuits = primary.circuits().values();
        return quiet
                && (circuits.isEmpty()
                        || circuits.stream()
                                .anyMatch(circuit -> circuit.reading(now).remaining() == 0));
    }

    private boolean isHealthy(PooledProvider pooledProvider) {
        return !pooledProvider.outOfRotation()
                && pooledProvider.health().consecutiveFailures() < failoverPolicy.maxConsecutiveFailures();
    }

    private void failOver(ActiveState was, ActiveState next, String cause) {
        if (replace(was, next, cause)) {
            statePublisher.active(pooledProviders.get(next.active).name(), false);
        }
    }

    private boolean replace(ActiveState was, ActiveState next, String cause) {
        if (!state.compareAndSet(was, next)) {
            return false;
        }
        if (was.active != next.active) {
            events.activeChanged(
                    pooledProviders.get(was.active).name(),
                    pooledProviders.get(next.active).name(),
                    cause);
        }
        return true;
    }
}
