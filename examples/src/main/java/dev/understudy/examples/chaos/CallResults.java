package dev.understudy.examples.chaos;

import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Counts the results of all calls. */
final class CallResults implements Listener {

    private final AtomicLong calls = new AtomicLong();
    private final AtomicInteger right = new AtomicInteger();
    private final AtomicInteger wrong = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger untagged = new AtomicInteger();
    private final Map<String, Integer> servedBy = new ConcurrentHashMap<>();
    private final ConcurrentSkipListSet<Long> open = new ConcurrentSkipListSet<>();
    private volatile String lastServedBy = "";
    private int inARow;
    private volatile @Nullable String firstFailure;

    /** Events of a call carry its tags, which name the task. */
    @Override
    public void on(Event event) {
        Event.CallId call = event.call();
        if (call != null && !call.tags().containsKey(ChaosCall.KEY)) {
            untagged.incrementAndGet();
        }
    }

    long begin() {
        long number = calls.getAndIncrement();
        open.add(number);
        return number;
    }

    void end(long number) {
        open.remove(number);
    }

    synchronized void answered(String text, String expected, String by) {
        boolean rightly = text.equals(expected);
        if (!rightly && firstFailure == null) {
            firstFailure = by + " answered: " + text;
        }
        (rightly ? right : wrong).incrementAndGet();
        servedBy.merge(by, 1, Integer::sum);
        inARow = by.equals(lastServedBy) ? inARow + 1 : 1;
        lastServedBy = by;
    }

    /** Returns the number of the oldest call that has not ended. */
    long oldestOpen() {
        Long oldest = open.ceiling(0L);
        return oldest == null ? Long.MAX_VALUE : oldest;
    }

    /** Returns how many answers in a row, up to the last one, are by this provider. */
    synchronized int inARowBy(String provider) {
        return provider.equals(lastServedBy) ? inARow : 0;
    }

    synchronized void failed(Throwable error) {
        inARow = 0;
        failed.incrementAndGet();
        if (firstFailure == null) {
            firstFailure = String.valueOf(error.getMessage());
        }
    }

    long calls() {
        return calls.get();
    }

    int right() {
        return right.get();
    }

    int wrong() {
        return wrong.get();
    }

    int failed() {
        return failed.get();
    }

    int untagged() {
        return untagged.get();
    }

    int servedBy(String provider) {
        return servedBy.getOrDefault(provider, 0);
    }

    String lastServedBy() {
        return lastServedBy;
    }

    @Nullable
    String firstFailure() {
        return firstFailure;
    }
}
