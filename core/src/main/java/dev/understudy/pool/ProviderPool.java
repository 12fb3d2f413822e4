package dev.understudy.pool;

import dev.understudy.guard.CircuitBreaker;
import dev.understudy.guard.Nanos;
import dev.understudy.guard.ProbeState;
import dev.understudy.policy.FailoverPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The cast in order, and who of it is asked first. */
public final class ProviderPool {

    /**
     * @param active who is asked first
     * @param home who should be, when all are well
     * @param since when that became so
     */
    private record ActiveProvider(int active, int home, long since) {}

    private final List<PooledProvider> pooledProviders;
    private final FailoverPolicy failoverPolicy;
    private final PoolEvents events;
    private final StatePublisher statePublisher;
    private final AtomicReference<ActiveProvider> lead;

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
        this.lead = new AtomicReference<>(new ActiveProvider(0, 0, now));
    }

    public List<PooledProvider> all() {
        return pooledProviders;
    }

    public PooledProvider active() {
        return pooledProviders.get(lead.get().active);
    }

    public boolean isAutomatic() {
        return failoverPolicy.automatic();
    }

    /** The active one first, the others in their order. */
    public List<PooledProvider> inOrder(long now) {
        returnToPrimary(now);
        int active = lead.get().active;
        if (active == 0) {
            return pooledProviders;
        }
        List<PooledProvider> order = new ArrayList<>(pooledProviders);
        order.add(0, order.remove(active));
        return order;
    }

    /** A failure that spoke against a provider: if it was the active one, it may be time for another. */
    public void failed(PooledProvider pooledProvider, long now) {
        ActiveProvider was = lead.get();
        if (!failoverPolicy.automatic()
                || pooledProviders.get(was.active) != pooledProvider
                || pooledProvider.health().consecutiveFailures() < failoverPolicy.maxConsecutiveFailures()) {
            return;
        }
        for (int i = 1; i < pooledProviders.size(); i++) {
            int next = (was.active + i) % pooledProviders.size();
            if (isWell(pooledProviders.get(next))) {
                lead(
                        was,
                        new ActiveProvider(next, was.home, now),
                        "after " + pooledProvider.health().consecutiveFailures() + " consecutive failures");
                return;
            }
        }
    }

    /** @throws IllegalArgumentException if nobody of this name is in the cast */
    public void switchTo(String provider, long now) {
        int next = pooledProviders.indexOf(named(provider));
        while (!move(lead.get(), new ActiveProvider(next, next, now), "switched by hand")) {
            // somebody else has moved it meanwhile: the hand comes last
        }
        statePublisher.active(provider, true);
    }

    /** Another instance has made this provider the active one. */
    void applyRemote(String provider, boolean byHand, long now) {
        find(provider).map(pooledProviders::indexOf).ifPresent(next -> {
            ActiveProvider was = lead.get();
            move(was, new ActiveProvider(next, byHand ? next : was.home, now), "as in another instance");
        });
    }

    public Optional<PooledProvider> find(String provider) {
        return pooledProviders.stream()
                .filter(pooledProvider -> pooledProvider.name().equals(provider))
                .findFirst();
    }

    /** @throws IllegalArgumentException if nobody of this name is in the cast */
    public PooledProvider named(String provider) {
        return find(provider)
                .orElseThrow(() -> new IllegalArgumentException("No provider is named '" + provider + "'; there are "
                        + pooledProviders.stream().map(PooledProvider::name).toList()));
    }

    private void returnToPrimary(long now) {
        ActiveProvider was = lead.get();
        if (was.active == was.home || !failoverPolicy.returns()) {
            return;
        }
        PooledProvider home = pooledProviders.get(was.home);
        if (hasRecovered(home, was.since, now)) {
            lead(was, new ActiveProvider(was.home, was.home, now), "it has recovered");
        }
    }

    /** Probes must have seen it well after its last failure; without probes time and its circuits decide. */
    private boolean hasRecovered(PooledProvider home, long since, long now) {
        ProbeState probed = home.checkup().get();
        long failed = home.health().failedAt();
        long failedAt = since - failed > 0 ? since : failed; // others' failures may have moved it
        if (probed.healthy() != null) {
            return probed.healthy() && probed.lastSucceeded() && probed.at() - failedAt > 0;
        }
        boolean quiet = now - failedAt >= Nanos.of(failoverPolicy.returnAfter());
        Collection<CircuitBreaker> circuits = home.circuits().values();
        return quiet
                && (circuits.isEmpty()
                        || circuits.stream()
                                .anyMatch(circuit -> circuit.reading(now).remaining() == 0));
    }

    private boolean isWell(PooledProvider pooledProvider) {
        return !pooledProvider.outOfRotation()
                && pooledProvider.health().consecutiveFailures() < failoverPolicy.maxConsecutiveFailures();
    }

    private void lead(ActiveProvider was, ActiveProvider is, String why) {
        if (move(was, is, why)) {
            statePublisher.active(pooledProviders.get(is.active).name(), false);
        }
    }

    private boolean move(ActiveProvider was, ActiveProvider is, String why) {
        if (!lead.compareAndSet(was, is)) {
            return false;
        }
        if (was.active != is.active) {
            events.activeChanged(
                    pooledProviders.get(was.active).name(),
                    pooledProviders.get(is.active).name(),
                    why);
        }
        return true;
    }
}
