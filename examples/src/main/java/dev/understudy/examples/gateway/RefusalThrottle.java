package dev.understudy.examples.gateway;

import java.util.LinkedHashMap;
import java.util.Map;

/** Counts refusals per address and minute, of a limited number of addresses. Thread-safe. */
final class RefusalThrottle {

    private static final int ADDRESSES = 10_000;
    private static final long MINUTE = 60_000_000_000L;

    private record Refusals(int count, long since) {}

    private final int perMinute;
    private final Map<String, Refusals> byAddress = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Refusals> eldest) {
            return size() > ADDRESSES;
        }
    };

    RefusalThrottle(int perMinute) {
        this.perMinute = perMinute;
    }

    synchronized void refused(String address) {
        long now = System.nanoTime();
        byAddress.merge(
                address,
                new Refusals(1, now),
                (was, one) -> now - was.since > MINUTE ? one : new Refusals(was.count + 1, was.since));
    }

    synchronized boolean isThrottled(String address) {
        Refusals refusals = byAddress.get(address);
        return refusals != null && refusals.count >= perMinute && System.nanoTime() - refusals.since <= MINUTE;
    }
}
