package dev.understudy.guard;

import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;

/** Disabled by the policy or an operator: every call passes, and none is counted. */
record Disabled(long generation) implements BreakerState {

    @Override
    public ProviderStatus.CircuitState name() {
        return ProviderStatus.CircuitState.DISABLED;
    }

    @Override
    public BreakerState reset(long now, CircuitPolicy policy) {
        return this;
    }

    @Override
    public BreakerState disabled() {
        return this;
    }

    @Override
    public BreakerState enabled(long now, CircuitPolicy policy) {
        return new Closed(generation + 1, new BreakerStatistics(policy, now));
    }
}
