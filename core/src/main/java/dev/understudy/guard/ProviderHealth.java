package dev.understudy.guard;

import dev.understudy.chat.Failure;
import dev.understudy.event.ProviderStatus;
import dev.understudy.policy.HealthCheckPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * Health record of one provider, of real calls and of health checks. Thread-safe: written by attempts and checks, read by
 * planner and operators. The record outlives a change of settings: the understudy that follows takes it over.
 */
public final class ProviderHealth {

    private static final Duration WINDOW = Duration.ofSeconds(60);
    private static final double SMOOTHING = 0.2;
    private static final int UNHEALTHY_AFTER = 3;

    private final TimeSource timeSource;
    private final SlidingWindow calls;
    private final LatencyStatistics latencyStatistics;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger failedCalls = new AtomicInteger();
    /** Failed checks since the last successful check or call. */
    private final AtomicInteger failedChecks = new AtomicInteger();

    private final AtomicReference<ProbeState> probeState = new AtomicReference<>(ProbeState.NONE);
    private final AtomicReference<Disposable> checker = new AtomicReference<>(Disposables.disposed());
    private final Map<String, Long> coolingKeys = new ConcurrentHashMap<>(2);
    private final AtomicReference<@Nullable Instant> lastCheck = new AtomicReference<>();
    private final AtomicReference<@Nullable Instant> lastSuccess = new AtomicReference<>();
    private final AtomicReference<ProviderStatus.@Nullable LastFailure> lastFailure = new AtomicReference<>();
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
        succeeded(wallClock());
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
        Instant at = wallClock();
        noteFailure(new ProviderStatus.LastFailure(at, failure.toString()));
        if (counts) {
            note(lastCheck, at);
            calls.failure(now);
            failedCalls.incrementAndGet();
            failedAt = now;
            latencyStatistics.atLeast(nanos, now); // a quick failure must not make the provider look fast
        }
    }

    /** Records that a health check has begun. */
    public void checkBegun() {
        probeState.updateAndGet(ProbeState::begun);
    }

    /** Records that a health check was cancelled. */
    public void checkAbandoned() {
        probeState.updateAndGet(ProbeState::abandoned);
    }

    /**
     * Records a successful health check. The answer to a request resets the failures of calls too; a free check says little
     * about answers and does not.
     *
     * @param at the instant of its end
     */
    public void checkSucceeded(HealthCheckPolicy policy, long nanos, Instant at, long now) {
        probeState.updateAndGet(state -> state.ended(true, policy, at, now));
        lastResponse = nanos;
        if (policy.query() != null) {
            succeeded(at);
            return;
        }
        failedChecks.set(0);
        note(lastCheck, at);
        note(lastSuccess, at);
    }

    /**
     * Records a failed health check.
     *
     * @param at the instant of its end
     */
    public void checkFailed(HealthCheckPolicy policy, String message, Instant at, long now) {
        probeState.updateAndGet(state -> state.ended(false, policy, at, now));
        failedChecks.incrementAndGet();
        note(lastCheck, at);
        noteFailure(new ProviderStatus.LastFailure(at, message));
    }

    /** Withdraws the verdict of health checks, because no later check would lift it. */
    public void checksEnded() {
        probeState.updateAndGet(ProbeState::withoutVerdict);
    }

    /** Makes this checker the one whose background checks count, in place of the one before. */
    public void checkedBy(Disposable newChecker) {
        checker.set(newChecker);
    }

    /** Returns true if this checker is the one that checks in the background, or takes the place of one that was disposed. */
    public boolean isCheckedBy(Disposable candidate) {
        Disposable current = checker.get();
        return current == candidate || (current.isDisposed() && checker.compareAndSet(current, candidate));
    }

    private void succeeded(Instant at) {
        if (failedCalls.get() != 0) {
            failedCalls.set(0);
        }
        if (failedChecks.get() != 0) {
            failedChecks.set(0);
        }
        note(lastCheck, at);
        note(lastSuccess, at);
    }

    /** Keeps the later instant: results of concurrent calls arrive out of order. */
    private static void note(AtomicReference<@Nullable Instant> last, Instant at) {
        Instant current = last.get();
        while ((current == null || at.isAfter(current)) && !last.compareAndSet(current, at)) {
            current = last.get();
        }
    }

    private void noteFailure(ProviderStatus.LastFailure failure) {
        ProviderStatus.LastFailure current = lastFailure.get();
        while ((current == null || !failure.at().isBefore(current.at()))
                && !lastFailure.compareAndSet(current, failure)) {
            current = lastFailure.get();
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

    /** Failures in a row, of calls that count against the provider and of health checks. */
    public int consecutiveFailures() {
        return failedCalls.get() + failedChecks.get();
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
        ProbeState probes = probeState.get();
        if (probes.running()) {
            return ProviderStatus.Health.CHECKING;
        }
        if (probes.failed() || failedCalls.get() >= UNHEALTHY_AFTER) {
            return ProviderStatus.Health.UNHEALTHY;
        }
        boolean unknown = lastSuccess.get() == null && (lastFailure.get() == null || failedChecks.get() > 0);
        return unknown && failedCalls.get() == 0 && !Boolean.TRUE.equals(probes.healthy())
                ? ProviderStatus.Health.UNKNOWN
                : ProviderStatus.Health.HEALTHY;
    }

    public ProbeState probes() {
        return probeState.get();
    }

    public @Nullable Instant lastCheck() {
        return lastCheck.get();
    }

    public @Nullable Instant lastSuccess() {
        return lastSuccess.get();
    }

    public ProviderStatus.@Nullable LastFailure lastFailure() {
        return lastFailure.get();
    }

    public ProviderStatus.ResponseTime responseTime() {
        return new ProviderStatus.ResponseTime(duration(lastResponse), duration((long) averageResponse));
    }

    private static @Nullable Duration duration(long nanos) {
        return nanos == 0 ? null : Duration.ofNanos(nanos);
    }

    public @Nullable Duration firstContent() {
        return averageFirstContent == 0 ? null : Duration.ofNanos((long) averageFirstContent);
    }

    /** Forgets the cooldowns of all keys and the failures in a row. */
    public void forgetFailures() {
        coolingKeys.clear();
        failedCalls.set(0);
        failedChecks.set(0);
    }

    /** Returns true if the record is kept by the clock of this source. */
    public boolean hasClock(TimeSource other) {
        return timeSource.equals(other) || timeSource.scheduler() == other.scheduler();
    }

    /** Reads the nanosecond clock of the record. */
    public long now() {
        return timeSource.nanos();
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
