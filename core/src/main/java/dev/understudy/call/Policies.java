package dev.understudy.call;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Feature;
import dev.understudy.event.Listener;
import dev.understudy.guard.FailureTyping;
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
import java.time.Duration;
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
        TimeoutPolicy loading,
        CircuitPolicy circuit,
        FailoverPolicy failoverPolicy,
        Selection selection,
        HedgingPolicy hedgingPolicy,
        HealthCheckPolicy healthCheckPolicy,
        ContextWindow contextWindow,
        FailureTyping failureTyping,
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
                loading,
                circuit,
                failoverPolicy,
                selection,
                hedgingPolicy,
                healthCheckPolicy,
                contextWindow,
                failureTyping,
                listener,
                statePublisher,
                timeSource,
                random);
    }

    /** The timeouts of an attempt at a model; of a model that both reasons and is loaded, the longer ones. */
    public TimeoutPolicy timeoutsOf(Capabilities model) {
        boolean reasons = model.has(Feature.REASONING);
        if (model.has(Feature.LOADING)) {
            return reasons ? longest(reasoning, loading) : loading;
        }
        return reasons ? reasoning : timeoutPolicy;
    }

    private static TimeoutPolicy longest(TimeoutPolicy one, TimeoutPolicy other) {
        Duration headers = one.headers();
        Duration otherHeaders = other.headers();
        return new TimeoutPolicy(
                longest(one.firstContent(), other.firstContent()),
                longest(one.idle(), other.idle()),
                longest(one.idleInToolCall(), other.idleInToolCall()),
                longest(one.idleInReasoning(), other.idleInReasoning()),
                longest(one.response(), other.response()),
                longest(one.total(), other.total()),
                Math.max(one.deadlineShare(), other.deadlineShare()),
                headers == null || otherHeaders == null ? null : longest(headers, otherHeaders));
    }

    private static Duration longest(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    /** Returns the policies that a description shows, in order. */
    public List<Record> described() {
        return List.of(options.retry(), limits, retryBudget, timeoutPolicy, circuit, failoverPolicy, hedgingPolicy);
    }
}
