package dev.understudy.ops.log;

import dev.understudy.event.Event;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Outages of the provider that is asked first, derived from the calls that other providers served in its place. A
 * single failover is no outage. Thread-safe; has no timer, so lines are written with calls only.
 */
final class OutageLog {

    /** Calls in a row that begin and end an outage. */
    static final int CALLS = 3;

    /** Time between two lines about an outage that goes on. */
    static final Duration EVERY = Duration.ofMinutes(1);

    /** Bound on the providers that are observed at a time. */
    static final int MAX_PROVIDERS = 1_000;

    private record Key(String understudy, String provider) {}

    /**
     * @param diverted calls in a row that another provider served
     * @param served calls in a row that the provider served, in an outage
     * @param open true in an outage
     * @param since nanoseconds of the first diverted call
     * @param reported nanoseconds of the last line
     * @param calls diverted calls since the beginning
     * @param line the line to write; {@code null} for none
     */
    private record Outage(
            int diverted,
            int served,
            boolean open,
            long since,
            long reported,
            long calls,
            @Nullable Logfmt line) {}

    private final Map<Key, Outage> outages = new ConcurrentHashMap<>();
    private final LongSupplier nanos;

    /** @param nanos a monotonic clock */
    OutageLog(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Returns true in an outage of this provider. */
    boolean isOpen(String understudy, String provider) {
        if (outages.isEmpty()) {
            return false;
        }
        Outage outage = outages.get(new Key(understudy, provider));
        return outage != null && outage.open;
    }

    /** Returns the line that a served call causes; {@code null} for none. */
    @Nullable
    Logfmt on(Event.CallSucceeded call) {
        String first = call.servedBy().requestedProvider();
        String by = call.servedBy().provider();
        boolean diverted = !first.equals(by);
        if (!diverted && outages.isEmpty()) {
            return null;
        }
        Key key = new Key(call.understudy(), first);
        AtomicReference<@Nullable Logfmt> line = new AtomicReference<>();
        long now = nanos.getAsLong();
        outages.compute(key, (any, before) -> {
            if (before == null && (!diverted || outages.size() >= MAX_PROVIDERS)) {
                return null;
            }
            Outage after = diverted ? diverted(key, before, by, now) : served(key, before, now);
            line.set(after == null ? null : after.line);
            boolean ended = after == null || (!diverted && !after.open);
            return ended ? null : after;
        });
        return line.get();
    }

    private static Outage diverted(Key key, @Nullable Outage before, String by, long now) {
        if (before == null) {
            return new Outage(1, 0, false, now, now, 1, null);
        }
        long calls = before.calls + 1;
        if (!before.open) {
            boolean begins = before.diverted + 1 >= CALLS;
            Logfmt line = begins ? line("outage_began", key).add("to", by).add("calls", calls) : null;
            return new Outage(before.diverted + 1, 0, begins, before.since, now, calls, line);
        }
        boolean due = now - before.reported >= EVERY.toNanos();
        Logfmt line = due ? totals("outage_continues", key, before.since, now, calls) : null;
        return new Outage(before.diverted, 0, true, before.since, due ? now : before.reported, calls, line);
    }

    private static @Nullable Outage served(Key key, @Nullable Outage before, long now) {
        if (before == null || !before.open) {
            return null;
        }
        int served = before.served + 1;
        if (served < CALLS) {
            return new Outage(before.diverted, served, true, before.since, before.reported, before.calls, null);
        }
        Logfmt line = totals("outage_ended", key, before.since, now, before.calls);
        return new Outage(0, served, false, before.since, now, before.calls, line);
    }

    private static Logfmt totals(String event, Key key, long since, long now, long calls) {
        return line(event, key).add("for_ms", Duration.ofNanos(now - since)).add("calls", calls);
    }

    private static Logfmt line(String event, Key key) {
        return new Logfmt(event).add("understudy", key.understudy).add("provider", key.provider);
    }
}
