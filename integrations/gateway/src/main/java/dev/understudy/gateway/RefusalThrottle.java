package dev.understudy.gateway;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Counts refusals per client and minute, of a limited number of clients. Thread-safe. */
final class RefusalThrottle {

    private static final int CLIENTS = 10_000;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private record Refusals(int count, long since) {}

    private final int perMinute;
    private final LongSupplier nanos;
    private final Map<String, Refusals> byClient = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Refusals> eldest) {
            return size() > CLIENTS;
        }
    };

    /**
     * @param perMinute refusals of one client within a minute from the first of them, after which it has to wait
     * @param nanos clock
     */
    RefusalThrottle(int perMinute, LongSupplier nanos) {
        this.perMinute = perMinute;
        this.nanos = nanos;
    }

    synchronized void refused(String client) {
        long now = nanos.getAsLong();
        byClient.merge(
                client,
                new Refusals(1, now),
                (was, one) -> left(was, now).isZero() ? one : new Refusals(was.count + 1, was.since));
    }

    /** Returns the rest of the minute that the client has to wait; {@code null} if it does not. */
    synchronized @Nullable Duration delay(String client) {
        Refusals refusals = byClient.get(client);
        if (refusals == null || refusals.count < perMinute) {
            return null;
        }
        Duration left = left(refusals, nanos.getAsLong());
        return left.isZero() ? null : left;
    }

    private static Duration left(Refusals refusals, long now) {
        Duration left = MINUTE.minusNanos(now - refusals.since);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
