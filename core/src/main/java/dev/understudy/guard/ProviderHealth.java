package dev.understudy.guard;

import dev.understudy.chat.Failure;
import dev.understudy.event.ProviderStatus;
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
public final class ProviderHealth {

    private static final Duration MEMORY = Duration.ofSeconds(60);
    private static final double SMOOTHING = 0.2;
    private static final int UNHEALTHY_AFTER = 3;

    private final TimeSource timeSource;
    private final SlidingWindow calls;
    private final LatencyStatistics latencyStatistics;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger consecutive = new AtomicInteger();
    private final Map<String, Long> gatedKeys = new ConcurrentHashMap<>(2);
    private volatile @Nullable Instant lastSuccess;
    private volatile ProviderStatus.@Nullable LastFailure lastFailure;
    private volatile long failedAt;
    private volatile long lastResponse;
    private volatile double averageResponse;
    private volatile double averageFirstContent;

    public ProviderHealth(TimeSource timeSource, long now) {
        this.timeSource = timeSource;
        this.calls = new SlidingWindow(MEMORY.toNanos(), now);
        this.latencyStatistics = new LatencyStatistics(now);
    }

    public void started() {
        inFlight.incrementAndGet();
    }

    public void ended() {
        inFlight.decrementAndGet();
    }

    public void firstContent(long nanos, long now) {
        latencyStatistics.sample(nanos, now);
        averageFirstContent = smoothed(averageFirstContent, nanos);
    }

    /** It was cancelled after this time without content, because another one was faster: it takes longer than this. */
    public void outrun(long nanos, long now) {
        latencyStatistics.slowerThan(nanos, now);
    }

    public void served(long nanos, boolean unary, long now) {
        calls.success(now);
        if (consecutive.get() != 0) {
            consecutive.set(0);
        }
        lastSuccess = wall();
        lastResponse = nanos;
        averageResponse = smoothed(averageResponse, nanos);
        if (unary) {
            latencyStatistics.sample(nanos, now);
        }
    }

    /** @param counts whether the failure speaks against the provider */
    public void failed(Failure failure, boolean counts, long nanos, long now) {
        lastFailure = new ProviderStatus.LastFailure(wall(), failure.toString());
        if (counts) {
            calls.failure(now);
            consecutive.incrementAndGet();
            failedAt = now;
            latencyStatistics.atLeast(nanos, now); // failing fast is not being fast
        }
    }

    public void keyGated(String fingerprint, @Nullable Duration forHowLong, long now) {
        gatedKeys.put(fingerprint, forHowLong == null ? Long.MAX_VALUE : now + Nanos.of(forHowLong));
    }

    public int consecutiveFailures() {
        return consecutive.get();
    }

    /** The instant of the last failure that spoke against it; meaningless while there was none. */
    public long failedAt() {
        return failedAt;
    }

    public int inFlight() {
        return inFlight.get();
    }

    /** Peak EWMA of the time to the first content, in nanoseconds. */
    public double latency(long now) {
        return latencyStatistics.at(now);
    }

    public long firstContentPercentile(double share) {
        return latencyStatistics.percentile(share);
    }

    public double successRate(long now) {
        SlidingWindow.Tally tally = calls.tally(now);
        return tally.calls() == 0 ? 1 : 1 - (double) tally.failures() / tally.calls();
    }

    public ProviderStatus.Health status() {
        if (consecutive.get() >= UNHEALTHY_AFTER) {
            return ProviderStatus.Health.UNHEALTHY;
        }
        return lastSuccess == null && lastFailure == null
                ? ProviderStatus.Health.UNKNOWN
                : ProviderStatus.Health.HEALTHY;
    }

    public @Nullable Instant lastSuccess() {
        return lastSuccess;
    }

    public ProviderStatus.@Nullable LastFailure lastFailure() {
        return lastFailure;
    }

    public ProviderStatus.ResponseTime responseTime() {
        return averageResponse == 0
                ? new ProviderStatus.ResponseTime(null, null)
                : new ProviderStatus.ResponseTime(
                        Duration.ofNanos(lastResponse), Duration.ofNanos((long) averageResponse));
    }

    public @Nullable Duration firstContent() {
        return averageFirstContent == 0 ? null : Duration.ofNanos((long) averageFirstContent);
    }

    public List<ProviderStatus.KeyCooldown> gatedKeys(long now) {
        List<ProviderStatus.KeyCooldown> gated = new ArrayList<>();
        gatedKeys.forEach((fingerprint, until) -> {
            if (until == Long.MAX_VALUE) {
                gated.add(new ProviderStatus.KeyCooldown(fingerprint, null));
            } else if (until - now > 0) {
                gated.add(new ProviderStatus.KeyCooldown(fingerprint, wall().plusNanos(until - now)));
            } else {
                gatedKeys.remove(fingerprint, until);
            }
        });
        return gated;
    }

    private Instant wall() {
        return Instant.ofEpochMilli(timeSource.scheduler().now(TimeUnit.MILLISECONDS));
    }

    /** Two threads at once may lose one sample of an average, which is no harm. */
    private static double smoothed(double average, long sample) {
        return average == 0 ? sample : average + SMOOTHING * (sample - average);
    }
}
