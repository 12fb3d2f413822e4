package dev.understudy.guard;

import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.CircuitPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Opened by an operator: no call passes.
 *
 * @param ends true if it ends at {@code until}; else an operator must release it
 * @param until the instant of the end, meaningless without one
 * @param wasDisabled true if the circuit is disabled again afterwards
 */
record ForcedOpen(long generation, boolean ends, long until, boolean wasDisabled) implements BreakerState {

    @Override
    public ProviderStatus.CircuitState name() {
        return ProviderStatus.CircuitState.FORCED_OPEN;
    }

    @Override
    public long remaining(long now) {
        return ends ? Math.max(0, until - now) : Long.MAX_VALUE;
    }

    @Override
    public BreakerState refresh(long now, CircuitPolicy policy) {
        return remaining(now) == 0 ? released(now, policy) : this;
    }

    @Override
    public BreakerState acquire(boolean early, long now, CircuitPolicy policy) {
        return refresh(now, policy);
    }

    @Override
    public BreakerState forced(@Nullable Duration time, long now) {
        long until = time == null ? now : now + Nanos.of(time);
        return new ForcedOpen(generation + 1, time != null, until, wasDisabled);
    }

    @Override
    public BreakerState reset(long now, CircuitPolicy policy) {
        return this;
    }

    @Override
    public BreakerState released(long now, CircuitPolicy policy) {
        return wasDisabled
                ? new Disabled(generation + 1)
                : new Closed(generation + 1, new BreakerStatistics(policy, now));
    }
}
