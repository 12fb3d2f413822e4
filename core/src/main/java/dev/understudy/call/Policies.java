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
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.Selection;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.pool.StatePublisher;
import java.util.List;
import java.util.random.RandomGenerator;

/** The effective policies of an understudy: defaults, and values that the builder was given. */
public record Policies(
        String understudy,
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

    /** The policies of a call with these options. */
    Policies of(CallOptions asked) {
        return asked.withoutRetries() && options.retry().retries() > 0
                ? withRetry(options.retry().withRetries(0))
                : this;
    }

    private Policies withRetry(RetryPolicy retry) {
        return new Policies(
                understudy,
                new Decision.Options(retry, options.maxAttempts(), options.aroundFilters(), options.invalidStops()),
                limits,
                retryBudget,
                timeoutPolicy,
                reasoning,
                circuit,
                failoverPolicy,
                selection,
                hedgingPolicy,
                healthCheckPolicy,
                contextWindow,
                listener,
                statePublisher,
                timeSource,
                random);
    }

    /** Returns the policies that a description shows, in order. */
    public List<Record> described() {
        return List.of(options.retry(), limits, retryBudget, timeoutPolicy, circuit, failoverPolicy, hedgingPolicy);
    }
}
