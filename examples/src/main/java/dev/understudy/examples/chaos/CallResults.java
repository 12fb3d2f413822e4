package dev.understudy.examples.chaos;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ServedBy;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts the results of all calls. Failovers and takeovers are derived from the attempt logs of the answers, so that
 * metrics and log lines can be compared with them.
 */
final class CallResults implements Listener {

    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong untagged = new AtomicLong();
    private final ConcurrentSkipListSet<Long> open = new ConcurrentSkipListSet<>();
    private final Map<String, Integer> servedBy = new HashMap<>();
    private long right;
    private long wrong;
    private long failed;
    private long failedOver;
    private long takenOver;
    private long healthyNanos;
    private String lastServedBy = "";
    private int inARow;
    private @Nullable String firstFailure;

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

    synchronized void answered(String text, String expected, ServedBy by, long nanos) {
        if (text.equals(expected)) {
            right++;
        } else {
            wrong++;
            firstFailure = firstFailure == null ? by.provider() + " answered: " + text : firstFailure;
        }
        boolean interrupted = by.attemptLog().attempts().stream()
                .anyMatch(attempt -> attempt.outcome() == AttemptLog.Outcome.PARTIAL);
        if (interrupted) {
            takenOver++;
        } else if (by.fallback()) {
            failedOver++;
        } else if (by.attemptLog().attemptCount() == 1) {
            healthyNanos = healthyNanos == 0 ? nanos : (healthyNanos * 7 + nanos) / 8;
        }
        servedBy.merge(by.provider(), 1, Integer::sum);
        inARow = by.provider().equals(lastServedBy) ? inARow + 1 : 1;
        lastServedBy = by.provider();
    }

    synchronized void failed(Throwable error) {
        inARow = 0;
        failed++;
        firstFailure = firstFailure == null ? String.valueOf(error.getMessage()) : firstFailure;
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

    /** Returns the number of calls that survived as a fault of this kind demands, or failed. */
    synchronized long endedUnder(FaultScenario fault) {
        return failed + (fault.isInTheMiddle() ? takenOver : failedOver);
    }

    /** Returns the moving average of the time of a call whose first attempt served. */
    synchronized Duration healthy() {
        return Duration.ofNanos(healthyNanos);
    }

    long calls() {
        return calls.get();
    }

    synchronized long right() {
        return right;
    }

    synchronized long wrong() {
        return wrong;
    }

    synchronized long failed() {
        return failed;
    }

    /** Returns the number of answers by the backup whose primary delivered nothing. */
    synchronized long failedOver() {
        return failedOver;
    }

    /** Returns the number of answers that were interrupted and continued. */
    synchronized long takenOver() {
        return takenOver;
    }

    long untagged() {
        return untagged.get();
    }

    synchronized int servedBy(String provider) {
        return servedBy.getOrDefault(provider, 0);
    }

    synchronized String lastServedBy() {
        return lastServedBy;
    }

    synchronized @Nullable String firstFailure() {
        return firstFailure;
    }
}
