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
     * @param inARow calls in a row that another provider served; in an outage, calls in a row that the provider served
     * @param open true in an outage
     * @param since nanoseconds of the first diverted call
     * @param reported nanoseconds of the last line
     * @param calls diverted calls since the beginning
     */
    private record Outage(int inARow, boolean open, long since, long reported, long calls) {

        Outage diverted(long now) {
            if (!open) {
                boolean begins = inARow + 1 >= CALLS;
                return new Outage(begins ? 0 : inARow + 1, begins, since, now, calls + 1);
            }
            return new Outage(0, true, since, now - reported >= EVERY.toNanos() ? now : reported, calls + 1);
        }

        /** Returns the state after a call of the provider itself; {@code null} at the end. */
        @Nullable
        Outage served() {
            return open && inARow + 1 < CALLS ? new Outage(inARow + 1, true, since, reported, calls) : null;
        }
    }

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
        long now = nanos.getAsLong();
        AtomicReference<@Nullable Outage> before = new AtomicReference<>();
        Outage after = outages.compute(key, (any, outage) -> {
            before.set(outage);
            if (outage != null) {
                return diverted ? outage.diverted(now) : outage.served();
            }
            return diverted && outages.size() < MAX_PROVIDERS ? new Outage(1, false, now, now, 1) : null;
        });
        return line(key, before.get(), after, by, now);
    }

    private static @Nullable Logfmt line(
            Key key, @Nullable Outage before, @Nullable Outage after, String by, long now) {
        if (before == null) {
            return null;
        }
        if (after == null) {
            return before.open ? totals("outage_ended", key, before, now) : null;
        }
        if (!before.open) {
            return after.open ? line("outage_began", key).add("to", by).add("calls", after.calls) : null;
        }
        return after.reported == before.reported ? null : totals("outage_continues", key, after, now);
    }

    private static Logfmt totals(String event, Key key, Outage outage, long now) {
        return line(event, key)
                .add("for_ms", Duration.ofNanos(now - outage.since))
                .add("calls", outage.calls);
    }

    private static Logfmt line(String event, Key key) {
        return new Logfmt(event).add("understudy", key.understudy).add("provider", key.provider);
    }
}
