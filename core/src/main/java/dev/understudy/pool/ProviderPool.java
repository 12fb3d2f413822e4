package dev.understudy.pool;

import dev.understudy.guard.CircuitBreaker;
import dev.understudy.guard.Nanos;
import dev.understudy.guard.ProbeState;
import dev.understudy.policy.FailoverPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The providers of an understudy in order of composition, and the active one, which is asked first. */
public final class ProviderPool {

    /** Time for which the primary must have stayed active for its earlier failures to be forgotten. */
    private static final Duration STABLE = Duration.ofMinutes(5);

    /** Limit of the doublings of the answers that the primary must give before it becomes active again. */
    private static final int MAX_RELAPSES = 4;

    /**
     * @param active index of the provider that is asked first
     * @param primary index of the provider that is active while all are healthy
     * @param since the instant of the last change, on the nanosecond clock
     * @param relapses times that the primary was left soon after its return, which double the answers it must give
     * @param trial the last trial of the primary since then
     */
    private record ActiveState(int active, int primary, long since, int relapses, Trial trial) {

        ActiveState with(Trial trial) {
            return new ActiveState(active, primary, since, relapses, trial);
        }

        /** Returns the state after a failure of the active provider. */
        ActiveState leftFor(int next, long now) {
            boolean relapsed = active == primary && relapses >= 0 && now - since < STABLE.toNanos();
            int more = relapsed ? Math.min(MAX_RELAPSES, relapses + 1) : active == primary ? 0 : relapses;
            return new ActiveState(next, primary, now, Math.max(0, more), Trial.NONE);
        }

        boolean hasRecovered() {
            return trial.answers >= 1 << Math.max(0, relapses);
        }
    }

    /**
     * Calls that ask the primary first while another provider is active.
     *
     * @param at the instant of the last one, if there was any
     * @param made true if there was one since the last change
     * @param answers answers of the primary since its last failure
     */
    private record Trial(long at, boolean made, int answers) {
        private static final Trial NONE = new Trial(0, false, 0);
    }

    private static final String REMOTE = "as in another instance";

    /** Marks a primary that was not left yet. */
    private static final int NEVER_LEFT = -1;

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
        this.state = new AtomicReference<>(new ActiveState(0, 0, now, NEVER_LEFT, Trial.NONE));
    }

    public List<PooledProvider> all() {
        return pooledProviders;
    }

    public PooledProvider active() {
        return pooledProviders.get(state.get().active);
    }

    /** Returns the provider that is active while all are healthy: the first one, or the one an operator switched to. */
    public PooledProvider primary() {
        return pooledProviders.get(state.get().primary);
    }

    public boolean isAutomatic() {
        return failoverPolicy.automatic();
    }

    /**
     * Returns the active provider first, then the others in order of composition. When a trial of the primary is due, the
     * primary comes before the active provider for this one call.
     */
    public List<PooledProvider> inOrder(long now) {
        ActiveState is = state.get();
        boolean trial = takesTrial(is, now);
        if (is.active == 0) {
            return trial ? first(is.primary, pooledProviders) : pooledProviders;
        }
        List<PooledProvider> order = first(is.active, pooledProviders);
        return trial ? first(order.indexOf(pooledProviders.get(is.primary)), order) : order;
    }

    private static List<PooledProvider> first(int index, List<PooledProvider> providers) {
        List<PooledProvider> order = new ArrayList<>(providers);
        order.add(0, order.remove(index));
        return order;
    }

    /** Counts an answer of the primary after a trial was made; the primary becomes active again after enough of them. */
    public void served(PooledProvider pooledProvider, long now) {
        ActiveState was = state.get();
        if (was.active == was.primary
                || !was.trial.made
                || pooledProviders.get(was.primary) != pooledProvider
                || !failoverPolicy.returns()) {
            return;
        }
        ActiveState is = was.with(new Trial(was.trial.at, was.trial.made, was.trial.answers + 1));
        if (is.hasRecovered()) {
            failOver(was, new ActiveState(was.primary, was.primary, now, was.relapses, Trial.NONE), "it has recovered");
        } else {
            state.compareAndSet(was, is);
        }
    }

    /** Makes another provider the active one if calls or health checks of the active one have failed too often in a row. */
    public void failed(PooledProvider pooledProvider, long now) {
        ActiveState was = state.get();
        if (was.active != was.primary && pooledProviders.get(was.primary) == pooledProvider) {
            state.compareAndSet(was, was.with(new Trial(was.trial.at, was.trial.made, 0)));
        }
        if (!failoverPolicy.automatic()
                || pooledProviders.get(was.active) != pooledProvider
                || pooledProvider.health().consecutiveFailures() < failoverPolicy.maxConsecutiveFailures()) {
            return;
        }
        for (int i = 1; i < pooledProviders.size(); i++) {
            int next = (was.active + i) % pooledProviders.size();
            if (isHealthy(pooledProviders.get(next), now)) {
                failOver(
                        was,
                        was.leftFor(next, now),
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
        switchedTo(pooledProviders.indexOf(named(provider)), "switched manually", now);
        statePublisher.active(provider, true);
    }

    private void switchedTo(int next, String cause, long now) {
        while (!replace(state.get(), new ActiveState(next, next, now, NEVER_LEFT, Trial.NONE), cause)) {
            // a concurrent failover changed it: the operator's choice is applied last
        }
    }

    /** Holds a provider, by an operator's choice here or in another instance. */
    public void hold(PooledProvider pooledProvider, @Nullable Duration duration, boolean remote, long now) {
        pooledProvider.hold(duration, now);
        events.holdChanged(pooledProvider.name(), true, duration, cause(remote));
    }

    /** Ends the hold of a provider, by an operator's choice here or in another instance. */
    public void release(PooledProvider pooledProvider, boolean remote, long now) {
        boolean held = pooledProvider.isHeld(now);
        pooledProvider.release();
        if (held) {
            events.holdChanged(pooledProvider.name(), false, null, cause(remote));
        }
    }

    private static String cause(boolean remote) {
        return remote ? REMOTE : "by an operator";
    }

    /** Follows a change of the active provider in another instance; an automatic one gives way to a concurrent change here. */
    void applyRemote(String provider, boolean manual, long now) {
        find(provider).map(pooledProviders::indexOf).ifPresent(next -> {
            if (manual) {
                switchedTo(next, REMOTE, now);
            } else {
                ActiveState was = state.get();
                replace(was, new ActiveState(next, was.primary, now, was.relapses, Trial.NONE), REMOTE);
            }
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

    /** Takes the trial of the primary if it is due. */
    private boolean takesTrial(ActiveState is, long now) {
        if (is.active == is.primary || !failoverPolicy.returns()) {
            return false;
        }
        return (!is.trial.made || now - is.trial.at >= pace(is))
                && hasRecovered(pooledProviders.get(is.primary), is.since, now)
                && state.compareAndSet(is, is.with(new Trial(now, true, is.trial.answers)));
    }

    /** Returns the nanoseconds between two trials: shorter behind an answer, and none for a primary that did not relapse. */
    private long pace(ActiveState is) {
        long returnAfter = Nanos.of(failoverPolicy.returnAfter());
        if (is.trial.answers == 0) {
            return returnAfter;
        }
        return is.relapses > 0 ? returnAfter / 5 : 0;
    }

    /** A health check must have succeeded after the last failure; without health checks time and the circuits decide. */
    private boolean hasRecovered(PooledProvider primary, long since, long now) {
        ProbeState probes = primary.health().probes();
        long failed = primary.health().failedAt();
        long failedAt = since - failed > 0 ? since : failed; // failures in other instances may have caused the change
        if (probes.healthy() != null) {
            return probes.healthy() && probes.lastSucceeded() && probes.at() - failedAt > 0;
        }
        boolean quiet = now - failedAt >= Nanos.of(failoverPolicy.returnAfter()) && !primary.outOfRotation(now);
        List<CircuitBreaker> circuits = primary.circuits().values();
        return quiet
                && (circuits.isEmpty()
                        || circuits.stream()
                                .anyMatch(circuit -> circuit.reading(now).remaining() == 0));
    }

    private boolean isHealthy(PooledProvider pooledProvider, long now) {
        return !pooledProvider.outOfRotation(now)
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
