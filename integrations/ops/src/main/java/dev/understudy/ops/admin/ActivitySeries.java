package dev.understudy.ops.admin;

import dev.understudy.chat.AttemptLog;
import dev.understudy.event.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Activity of one agent in intervals of 15 s, for a quarter of an hour. Never blocks. */
final class ActivitySeries {

    static final Duration INTERVAL = Duration.ofSeconds(15);
    static final int INTERVALS = 60;

    /** Cost of an attempt; 0 where no price is known. */
    @FunctionalInterface
    interface Cost {
        double of(String agent, AttemptLog.Attempt attempt);
    }

    private static final class Interval {
        private final long number;
        private final LongAdder served = new LongAdder();
        private final LongAdder fallback = new LongAdder();
        private final LongAdder failed = new LongAdder();
        private final LongAdder cancelled = new LongAdder();
        private final LongAdder failovers = new LongAdder();
        private final LongAdder takeovers = new LongAdder();
        private final LongAdder firstContents = new LongAdder();
        private final LongAdder firstContentNanos = new LongAdder();
        private final DoubleAdder cost = new DoubleAdder();
        private final DoubleAdder wastedCost = new DoubleAdder();
        private final LongAdder wastedTokens = new LongAdder();

        Interval(long number) {
            this.number = number;
        }
    }

    private final AtomicReferenceArray<@Nullable Interval> intervals = new AtomicReferenceArray<>(INTERVALS);

    void on(Event event, Instant now, Cost cost) {
        if (event instanceof Event.CallSucceeded call) {
            Interval at = at(now);
            at.served.increment();
            if (call.servedBy().fallback()) {
                at.fallback.increment();
            }
            call.servedBy().attemptLog().attempts().stream()
                    .filter(attempt -> attempt.outcome() == AttemptLog.Outcome.SERVED)
                    .forEach(attempt -> at.cost.add(cost.of(event.understudy(), attempt)));
        } else if (event instanceof Event.CallFailed) {
            at(now).failed.increment();
        } else if (event instanceof Event.CallCancelled) {
            at(now).cancelled.increment();
        } else if (event instanceof Event.FailedOver) {
            at(now).failovers.increment();
        } else if (event instanceof Event.StreamTakenOver) {
            at(now).takeovers.increment();
        } else if (event instanceof Event.FirstContent first) {
            Interval at = at(now);
            at.firstContents.increment();
            at.firstContentNanos.add(first.after().toNanos());
        } else if (event instanceof Event.AttemptFailed ended) {
            wasted(event, ended.attempt(), now, cost);
        } else if (event instanceof Event.AttemptAbandoned ended) {
            wasted(event, ended.attempt(), now, cost);
        }
    }

    private void wasted(Event event, AttemptLog.Attempt attempt, Instant now, Cost cost) {
        int tokens = attempt.usage().total();
        if (tokens > 0) {
            Interval at = at(now);
            at.wastedTokens.add(tokens);
            at.wastedCost.add(cost.of(event.understudy(), attempt));
        }
    }

    private Interval at(Instant now) {
        long number = number(now);
        int slot = (int) (number % INTERVALS);
        while (true) {
            Interval current = intervals.get(slot);
            if (current != null && current.number >= number) {
                return current;
            }
            Interval fresh = new Interval(number);
            if (intervals.compareAndSet(slot, current, fresh)) {
                return fresh;
            }
        }
    }

    private static long number(Instant at) {
        return at.toEpochMilli() / INTERVAL.toMillis();
    }

    /** Returns all intervals up to now, the oldest first; zeros where nothing happened. */
    List<Map<String, @Nullable Object>> json(Instant now) {
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        long last = number(now);
        for (long number = Math.max(0, last - INTERVALS + 1); number <= last; number++) {
            Interval known = intervals.get((int) (number % INTERVALS));
            all.add(json(known == null || known.number != number ? new Interval(number) : known));
        }
        return all;
    }

    private static Map<String, @Nullable Object> json(Interval interval) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put(
                "at",
                Instant.ofEpochMilli(interval.number * INTERVAL.toMillis()).toString());
        view.put("served", interval.served.sum());
        view.put("fallback", interval.fallback.sum());
        view.put("failed", interval.failed.sum());
        view.put("cancelled", interval.cancelled.sum());
        view.put("failovers", interval.failovers.sum());
        view.put("takeovers", interval.takeovers.sum());
        long first = interval.firstContents.sum();
        view.put("first_content_ms", first == 0 ? null : interval.firstContentNanos.sum() / 1e6 / first);
        view.put("cost", interval.cost.sum());
        view.put("wasted_cost", interval.wastedCost.sum());
        view.put("wasted_tokens", interval.wastedTokens.sum());
        return view;
    }
}
