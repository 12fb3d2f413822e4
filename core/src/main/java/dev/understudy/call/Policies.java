package dev.understudy.call;

import dev.understudy.event.Listener;
import dev.understudy.guard.TimeSource;
import dev.understudy.policy.CallLimits;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.ContextWindow;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.HealthCheckPolicy;
import dev.understudy.policy.HedgingPolicy;
import dev.understudy.policy.RetryBudget;
import dev.understudy.policy.Selection;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.pool.StatePublisher;
import java.util.List;
import java.util.random.RandomGenerator;

/** What an understudy was told to do: the builder's defaults and what the caller set instead. */
public record Policies(
        String door,
        Decision.Options options,
        CallLimits limits,
        RetryBudget retryBudget,
        TimeoutPolicy timeoutPolicy,
        TimeoutPolicy reasoning,
        CircuitPolicy circuit,
        FailoverPolicy failoverPolicy,
        Selection selection,
        HedgingPolicy hedgingPolicy,
        HealthCheckPolicy healthCheckPolicy,
        ContextWindow contextWindow,
        Listener listener,
        StatePublisher statePublisher,
        TimeSource timeSource,
        RandomGenerator random) {

    /** Policies in the order in which a description shows them. */
    public List<Record> described() {
        return List.of(options.retry(), limits, retryBudget, timeoutPolicy, circuit, failoverPolicy, hedgingPolicy);
    }
}
