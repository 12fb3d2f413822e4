package dev.understudy.ops.admin;

import dev.understudy.chat.AttemptLog;
import dev.understudy.event.Event;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Counters of one agent. Updated by any thread without a lock; reads may be slightly stale. */
final class AgentCounters {

    /** Bound on providers that are counted. */
    static final int MAX_PROVIDERS = 1_000;

    /** The last failover of a call from one provider to another. */
    record LastFailover(Instant at, Event.FailedOver event) {}

    final LongAdder served = new LongAdder();
    final LongAdder servedByBackup = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder cancelled = new LongAdder();
    final LongAdder failovers = new LongAdder();
    final LongAdder retries = new LongAdder();
    final LongAdder hedges = new LongAdder();
    final LongAdder takeovers = new LongAdder();
    final LongAdder lostStreams = new LongAdder();
    private final Map<String, ProviderCounters> providers = new ConcurrentHashMap<>();
    private volatile @Nullable LastFailover lastFailover;

    void on(Event event, Supplier<Instant> now) {
        if (event instanceof Event.AttemptStarted started) {
            of(started.provider()).attempts.increment();
        } else if (event instanceof Event.AttemptFailed ended) {
            of(ended.attempt().provider()).failed(ended.attempt());
        } else if (event instanceof Event.AttemptAbandoned abandoned) {
            of(abandoned.attempt().provider()).abandoned(abandoned.attempt());
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
            lostStreams.increment();
        }
    }

    private ProviderCounters of(String provider) {
        ProviderCounters known = providers.get(provider);
        if (known != null) {
            return known;
        }
        return providers.size() < MAX_PROVIDERS
                ? providers.computeIfAbsent(provider, any -> new ProviderCounters())
                : new ProviderCounters();
    }

    /** Counters by provider name; may change while they are read. */
    Map<String, ProviderCounters> providers() {
        return providers;
    }

    @Nullable
    LastFailover lastFailover() {
        return lastFailover;
    }
}
