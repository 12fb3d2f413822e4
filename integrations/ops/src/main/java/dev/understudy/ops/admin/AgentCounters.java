package dev.understudy.ops.admin;

import dev.understudy.chat.AttemptLog;
import dev.understudy.event.Event;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Counts of one agent. Written by any thread without a lock; read a little later is good enough. */
final class AgentCounters {

    /** Providers are named by configuration; a bound all the same. */
    static final int MOST_PROVIDERS = 1_000;

    /** The last time that a call left one provider for another. */
    record LastFailover(Instant at, Event.FailedOver event) {}

    final LongAdder served = new LongAdder();
    final LongAdder servedByBackup = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder cancelled = new LongAdder();
    final LongAdder failovers = new LongAdder();
    final LongAdder retries = new LongAdder();
    final LongAdder hedges = new LongAdder();
    final LongAdder takeovers = new LongAdder();
    final LongAdder lostAnswers = new LongAdder();
    private final Map<String, ProviderCounters> providers = new ConcurrentHashMap<>();
    private volatile @Nullable LastFailover lastFailover;

    void on(Event event, Supplier<Instant> now) {
        if (event instanceof Event.AttemptStarted started) {
            of(started.provider()).attempts.increment();
        } else if (event instanceof Event.AttemptFailed ended) {
            of(ended.attempt().provider()).failed(ended.attempt());
        } else if (event instanceof Event.AttemptAbandoned left) {
            of(left.attempt().provider()).left(left.attempt());
        } else if (event instanceof Event.RouteSkipped skipped) {
            of(skipped.attempt().provider()).skipped.increment();
        } else if (event instanceof Event.CallSucceeded call) {
            served(call);
        } else if (event instanceof Event.FailedOver over) {
            failovers.increment();
            lastFailover = new LastFailover(now.get(), over);
        } else {
            count(event);
        }
    }

    private void served(Event.CallSucceeded call) {
        served.increment();
        if (call.servedBy().fallback()) {
            servedByBackup.increment();
        }
        call.servedBy().attemptLog().attempts().stream()
                .filter(attempt -> attempt.outcome() == AttemptLog.Outcome.SERVED)
                .forEach(attempt -> of(attempt.provider()).served(attempt));
    }

    private void count(Event event) {
        if (event instanceof Event.CallFailed) {
            failed.increment();
        } else if (event instanceof Event.CallCancelled) {
            cancelled.increment();
        } else if (event instanceof Event.Retrying) {
            retries.increment();
        } else if (event instanceof Event.Hedged) {
            hedges.increment();
        } else if (event instanceof Event.StreamTakenOver) {
            takeovers.increment();
        } else if (event instanceof Event.StreamLost) {
            lostAnswers.increment();
        }
    }

    private ProviderCounters of(String provider) {
        ProviderCounters known = providers.get(provider);
        if (known != null) {
            return known;
        }
        return providers.size() < MOST_PROVIDERS
                ? providers.computeIfAbsent(provider, any -> new ProviderCounters())
                : new ProviderCounters();
    }

    /** By name; changes while it is read. */
    Map<String, ProviderCounters> providers() {
        return providers;
    }

    @Nullable
    LastFailover lastFailover() {
        return lastFailover;
    }
}
