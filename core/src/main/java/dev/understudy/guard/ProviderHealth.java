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

/** Health of one provider as measured by real calls. Thread-safe: written by attempts, read by planner and operators. */
public final class ProviderHealth {

    private static final Duration WINDOW = Duration.ofSeconds(60);
    private static final double SMOOTHING = 0.2;
    private static final int UNHEALTHY_AFTER = 3;

    private final TimeSource timeSource;
    private final SlidingWindow calls;
    private final LatencyStatistics latencyStatistics;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger consecutive = new AtomicInteger();
    private final Map<String, Long> coolingKeys = new ConcurrentHashMap<>(2);
    private volatile @Nullable Instant lastSuccess;
    private volatile ProviderStatus.@Nullable LastFailure lastFailure;
    private volatile boolean refuses;
    private volatile long failedAt;
    private volatile long lastResponse;
    private volatile double averageResponse;
    private volatile double averageFirstContent;

    public ProviderHealth(TimeSource timeSource, long now) {
        this.timeSource = timeSource;
        this.calls = new SlidingWindow(WINDOW.toNanos(), now);
        this.latencyStatistics = new LatencyStatistics(now);
    }

    public void started() {
        inFlight.incrementAndGet();
    }

    public void ended() {
        inFlight.decrementAndGet();
    }

    public void firstContent(long nanos, long now) {
        connected();
        latencyStatistics.sample(nanos, now);
        averageFirstContent = smoothed(averageFirstContent, nanos);
    }

    /** Reports a hedged attempt that was cancelled without content because another was faster: its latency is at least this. */
    public void outrun(long nanos, long now) {
        latencyStatistics.slowerThan(nanos, now);
    }

    public void served(long nanos, boolean unary, long now) {
        calls.success(now);
        connected();
        if (consecutive.get() != 0) {
            consecutive.set(0);
        }
        lastSuccess = wallClock();
        lastResponse = nanos;
        averageResponse = smoothed(averageResponse, nanos);
        if (unary) {
            latencyStatistics.sample(nanos, now);
        }
    }

    /**
     * Records a failed attempt.
     *
     * @param counts true if the failure counts against the provider
     */
    public void failed(Failure failure, boolean counts, long nanos, long now) {
        refuses = FailureRules.isRefusedConnection(failure);
        lastFailure = new ProviderStatus.LastFailure(wallClock(), failure.toString());
        if (counts) {
            calls.failure(now);
            consecutive.incrementAndGet();
            failedAt = now;
            latencyStatistics.atLeast(nanos, now); // a quick failure must not make the provider look fast
        }
    }

    private void connected() {
        if (refuses) {
            refuses = false;
        }
    }

    /** Returns true if the last attempt that ended found no connection. */
    public boolean refusesConnections() {
        return refuses;
    }

    public void keyCoolsDown(String fingerprint, @Nullable Duration duration, long now) {
        coolingKeys.put(fingerprint, duration == null ? Long.MAX_VALUE : now + Nanos.of(duration));
    }

    public int consecutiveFailures() {
        return consecutive.get();
    }

    /** The instant of the last failure that counted, on the nanosecond clock; meaningless while there was none. */
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

    /** Returns true if the usual time to the first content is known, and this is more than twice as long. */
    public boolean isUnusual(long nanos) {
        long usual = latencyStatistics.percentile(0.95);
        return usual > 0 && nanos > 2 * usual;
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

    /** Forgets the cooldowns of all keys. */
    public void forgetKeyCooldowns() {
        coolingKeys.clear();
    }

    public List<ProviderStatus.KeyCooldown> coolingKeys(long now) {
        List<ProviderStatus.KeyCooldown> cooling = new ArrayList<>();
        coolingKeys.forEach((fingerprint, until) -> {
            if (until == Long.MAX_VALUE) {
                cooling.add(new ProviderStatus.KeyCooldown(fingerprint, null));
            } else if (until - now > 0) {
                cooling.add(
                        new ProviderStatus.KeyCooldown(fingerprint, wallClock().plusNanos(until - now)));
            } else {
                coolingKeys.remove(fingerprint, until);
            }
        });
        return cooling;
    }

    private Instant wallClock() {
        return Instant.ofEpochMilli(timeSource.scheduler().now(TimeUnit.MILLISECONDS));
    }

    /** Concurrent updates may lose a sample of an average, which is acceptable. */
    private static double smoothed(double average, long sample) {
        return average == 0 ? sample : average + SMOOTHING * (sample - average);
    }
}
