package dev.understudy;

import dev.understudy.chat.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What is known of one provider from real calls. Written by attempts on any thread, read by planner and operators. */
final class Health {

    private static final Duration MEMORY = Duration.ofSeconds(60);
    private static final double SMOOTHING = 0.2;
    private static final int UNHEALTHY_AFTER = 3;

    private final Time time;
    private final Window calls;
    private final Latency latency;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger consecutive = new AtomicInteger();
    private final Map<String, Long> gatedKeys = new ConcurrentHashMap<>(2);
    private volatile @Nullable Instant lastSuccess;
    private volatile Standing.@Nullable LastFailure lastFailure;
    private volatile long failedAt;
    private volatile long lastResponse;
    private volatile double averageResponse;
    private volatile double averageFirstContent;

    Health(Time time, long now) {
        this.time = time;
        this.calls = new Window(MEMORY.toNanos(), now);
        this.latency = new Latency(now);
    }

    void started() {
        inFlight.incrementAndGet();
    }

    void ended() {
        inFlight.decrementAndGet();
    }

    void firstContent(long nanos, long now) {
        latency.sample(nanos, now);
        averageFirstContent = smoothed(averageFirstContent, nanos);
    }

    /** It was cancelled after this time without content, because another one was faster: it takes longer than this. */
    void outrun(long nanos, long now) {
        latency.slowerThan(nanos, now);
    }

    void served(long nanos, boolean unary, long now) {
        calls.success(now);
        if (consecutive.get() != 0) {
            consecutive.set(0);
        }
        lastSuccess = wall();
        lastResponse = nanos;
        averageResponse = smoothed(averageResponse, nanos);
        if (unary) {
            latency.sample(nanos, now);
        }
    }

    /** @param counts whether the failure speaks against the provider */
    void failed(Failure failure, boolean counts, long nanos, long now) {
        lastFailure = new Standing.LastFailure(wall(), failure.toString());
        if (counts) {
            calls.failure(now);
            consecutive.incrementAndGet();
            failedAt = now;
            latency.atLeast(nanos, now); // failing fast is not being fast
        }
    }

    void keyGated(String fingerprint, @Nullable Duration forHowLong, long now) {
        gatedKeys.put(fingerprint, forHowLong == null ? Long.MAX_VALUE : now + Nanos.of(forHowLong));
    }

    int consecutiveFailures() {
        return consecutive.get();
    }

    /** The instant of the last failure that spoke against it; meaningless while there was none. */
    long failedAt() {
        return failedAt;
    }

    int inFlight() {
        return inFlight.get();
    }

    /** Peak EWMA of the time to the first content, in nanoseconds. */
    double latency(long now) {
        return latency.at(now);
    }

    long firstContentPercentile(double share) {
        return latency.percentile(share);
    }

    double successRate(long now) {
        Window.Tally tally = calls.tally(now);
        return tally.calls() == 0 ? 1 : 1 - (double) tally.failures() / tally.calls();
    }

    Standing.Status status() {
        if (consecutive.get() >= UNHEALTHY_AFTER) {
            return Standing.Status.UNHEALTHY;
        }
        return lastSuccess == null && lastFailure == null ? Standing.Status.UNKNOWN : Standing.Status.HEALTHY;
    }

    @Nullable
    Instant lastSuccess() {
        return lastSuccess;
    }

    Standing.@Nullable LastFailure lastFailure() {
        return lastFailure;
    }

    Standing.ResponseTime responseTime() {
        return averageResponse == 0
                ? new Standing.ResponseTime(null, null)
                : new Standing.ResponseTime(Duration.ofNanos(lastResponse), Duration.ofNanos((long) averageResponse));
    }

    @Nullable
    Duration firstContent() {
        return averageFirstContent == 0 ? null : Duration.ofNanos((long) averageFirstContent);
    }

    List<Standing.GatedKey> gatedKeys(long now) {
        List<Standing.GatedKey> gated = new ArrayList<>();
        gatedKeys.forEach((fingerprint, until) -> {
            if (until == Long.MAX_VALUE) {
                gated.add(new Standing.GatedKey(fingerprint, null));
            } else if (until - now > 0) {
                gated.add(new Standing.GatedKey(fingerprint, wall().plusNanos(until - now)));
            } else {
                gatedKeys.remove(fingerprint, until);
            }
        });
        return gated;
    }

    private Instant wall() {
        return Instant.ofEpochMilli(time.scheduler().now(TimeUnit.MILLISECONDS));
    }

    /** Two threads at once may lose one sample of an average, which is no harm. */
    private static double smoothed(double average, long sample) {
        return average == 0 ? sample : average + SMOOTHING * (sample - average);
    }
}
