package dev.understudy.ops;

import dev.understudy.Event;
import dev.understudy.chat.Trail;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Counts of one agent. Written by any thread without a lock; read a little later is good enough. */
final class Tally {

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
    private final Map<String, ProviderTally> providers = new ConcurrentHashMap<>();
    private volatile @Nullable LastFailover lastFailover;

    void on(Event event, Supplier<Instant> now) {
        if (event instanceof Event.AttemptStarted started) {
            of(started.provider()).attempts.increment();
        } else if (event instanceof Event.AttemptFailed ended) {
            of(ended.entry().provider()).failed(ended.entry());
        } else if (event instanceof Event.AttemptLeft left) {
            of(left.entry().provider()).left(left.entry());
        } else if (event instanceof Event.RouteSkipped skipped) {
            of(skipped.entry().provider()).skipped.increment();
        } else if (event instanceof Event.CallServed call) {
            served(call);
        } else if (event instanceof Event.FailedOver over) {
            failovers.increment();
            lastFailover = new LastFailover(now.get(), over);
        } else {
            count(event);
        }
    }

    private void served(Event.CallServed call) {
        served.increment();
        if (call.served().fallback()) {
            servedByBackup.increment();
        }
        call.served().trail().entries().stream()
                .filter(entry -> entry.outcome() == Trail.Outcome.SERVED)
                .forEach(entry -> of(entry.provider()).served(entry));
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
        } else if (event instanceof Event.TookOver) {
            takeovers.increment();
        } else if (event instanceof Event.AnswerLost) {
            lostAnswers.increment();
        }
    }

    private ProviderTally of(String provider) {
        ProviderTally known = providers.get(provider);
        if (known != null) {
            return known;
        }
        return providers.size() < MOST_PROVIDERS
                ? providers.computeIfAbsent(provider, any -> new ProviderTally())
                : new ProviderTally();
    }

    /** By name; changes while it is read. */
    Map<String, ProviderTally> providers() {
        return providers;
    }

    @Nullable
    LastFailover lastFailover() {
        return lastFailover;
    }
}
