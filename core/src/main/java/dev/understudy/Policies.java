package dev.understudy;

import java.util.List;
import java.util.random.RandomGenerator;

/** What an understudy was told to do: the builder's defaults and what the caller set instead. */
record Policies(
        String door,
        Decision.Options options,
        CallLimits limits,
        RetryBudget retryBudget,
        Timeouts timeouts,
        Timeouts reasoning,
        CircuitPolicy circuit,
        Failover failover,
        Selection selection,
        Hedging hedging,
        Probes probes,
        ContextWindow contextWindow,
        Listener listener,
        Voice voice,
        Time time,
        RandomGenerator dice) {

    /** Policies in the order in which a description shows them. */
    List<Record> described() {
        return List.of(options.retry(), limits, retryBudget, timeouts, circuit, failover, hedging);
    }
}
