package dev.understudy.policy;

import dev.understudy.chat.ChatRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Background probes of providers. A provider that fails its probes is asked only when no other route is left, until its
 * probes succeed again. Probes do not affect calls in flight or circuits.
 *
 * @param enabled {@code true} if probes are sent; {@code false} by default
 * @param interval time between two probes of a provider, above zero, randomly varied by ±10 %; 60 s by default
 * @param timeout time limit of one probe, above zero; 5 s by default
 * @param unhealthyAfter consecutive failures that make a provider unhealthy, 1 or more; 3 by default
 * @param healthyAfter consecutive successes that make a provider healthy again, 1 or more; 2 by default
 * @param query request to send instead of the provider's own free probe; billed like any call. {@code null} (default)
 *     for the provider's own probe
 */
public record HealthCheckPolicy(
        boolean enabled,
        Duration interval,
        Duration timeout,
        int unhealthyAfter,
        int healthyAfter,
        @Nullable ChatRequest query) {

    private static final HealthCheckPolicy NONE =
            new HealthCheckPolicy(false, Duration.ofSeconds(60), Duration.ofSeconds(5), 3, 2, null);

    /**
     * Checks the values.
     *
     * @param enabled {@code true} if probes are sent
     * @param interval time between two probes of a provider
     * @param timeout time limit of one probe
     * @param unhealthyAfter consecutive failures that make a provider unhealthy
     * @param healthyAfter consecutive successes that make a provider healthy again
     * @param query request to send instead of the provider's own free probe
     * @throws IllegalArgumentException if a value is out of its range
     */
    public HealthCheckPolicy {
        if (interval.isZero() || interval.isNegative() || timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException(
                    "interval and timeout are longer than zero: " + interval + ", " + timeout);
        }
        if (unhealthyAfter < 1 || healthyAfter < 1) {
            throw new IllegalArgumentException(
                    "unhealthyAfter and healthyAfter are 1 or more: " + unhealthyAfter + ", " + healthyAfter);
        }
    }

    /**
     * Returns the default: no probes.
     *
     * @return the policy
     */
    public static HealthCheckPolicy none() {
        return NONE;
    }

    /**
     * Returns a policy that probes each provider at this interval.
     *
     * @param interval longer than zero
     * @return the policy
     */
    public static HealthCheckPolicy every(Duration interval) {
        return new HealthCheckPolicy(true, interval, NONE.timeout, NONE.unhealthyAfter, NONE.healthyAfter, null);
    }

    /**
     * Returns a copy with another time limit of one probe.
     *
     * @param timeout longer than zero
     * @return a copy
     */
    public HealthCheckPolicy withTimeout(Duration timeout) {
        return new HealthCheckPolicy(enabled, interval, timeout, unhealthyAfter, healthyAfter, query);
    }

    /**
     * Returns a copy with other thresholds.
     *
     * @param unhealthyAfter consecutive failures that make a provider unhealthy, 1 or more
     * @param healthyAfter consecutive successes that make a provider healthy again, 1 or more
     * @return a copy
     */
    public HealthCheckPolicy withThresholds(int unhealthyAfter, int healthyAfter) {
        return new HealthCheckPolicy(enabled, interval, timeout, unhealthyAfter, healthyAfter, query);
    }

    /**
     * Returns a copy that sends a request instead of the provider's own probe. Each probe is billed like a call.
     *
     * @param query the request
     * @return a copy
     */
    public HealthCheckPolicy withQuery(ChatRequest query) {
        return new HealthCheckPolicy(enabled, interval, timeout, unhealthyAfter, healthyAfter, query);
    }
}
