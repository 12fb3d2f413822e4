package dev.understudy.gateway.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Results of the calls of one phase of load. Thread-safe. */
final class LoadResults {

    /** How a call ended. */
    enum End {
        /** The whole right answer. */
        WHOLE,
        /** A beginning of the right answer and an error, or an error alone. */
        FAILED,
        /** Refused by the gateway with 503 and Retry-After. */
        SHED,
        /** Refused in another way. */
        REFUSED_OTHERWISE,
        /** Text that is not the right one. */
        WRONG,
        /** No HTTP response, or a stream that ends without a finish and without an error. */
        BROKEN
    }

    private static final int DETAIL = 300;

    private final Map<End, Long> ends = new TreeMap<>();
    private final List<Long> first = new ArrayList<>();
    private final List<Long> refusals = new ArrayList<>();
    private final Map<End, String> examples = new TreeMap<>();
    private long lastShed;

    /**
     * @param firstAfter time to the first byte of the response, in nanoseconds
     * @param detail what is told of a call that was neither served nor shed
     */
    synchronized void add(End end, long firstAfter, String detail) {
        ends.merge(end, 1L, Long::sum);
        if (end == End.WHOLE) {
            first.add(firstAfter);
        } else if (end == End.SHED) {
            refusals.add(firstAfter);
            lastShed = System.nanoTime();
        } else {
            examples.putIfAbsent(end, detail.substring(Math.max(0, detail.length() - DETAIL)));
        }
    }

    synchronized long count(End end) {
        return ends.getOrDefault(end, 0L);
    }

    /** Returns the time of the last refusal, of {@code System.nanoTime}; 0 without one. */
    synchronized long lastShed() {
        return lastShed;
    }

    synchronized Duration firstByte(double quantile) {
        return quantile(first, quantile);
    }

    synchronized Duration refusal(double quantile) {
        return quantile(refusals, quantile);
    }

    private static Duration quantile(List<Long> times, double quantile) {
        if (times.isEmpty()) {
            return Duration.ZERO;
        }
        List<Long> sorted = new ArrayList<>(times);
        Collections.sort(sorted);
        return Duration.ofNanos(sorted.get((int) Math.min(sorted.size() - 1, sorted.size() * quantile)));
    }

    @Override
    public synchronized String toString() {
        return ends + ", first byte p50 " + firstByte(0.5).toMillis() + " ms, p95 "
                + firstByte(0.95).toMillis() + " ms, p99 " + firstByte(0.99).toMillis() + " ms, refusals p99 "
                + refusal(0.99).toMillis() + " ms" + (examples.isEmpty() ? "" : ", for example " + examples);
    }
}
