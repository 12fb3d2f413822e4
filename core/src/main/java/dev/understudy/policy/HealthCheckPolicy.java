package dev.understudy.policy;

import dev.understudy.chat.ChatRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whether and how providers are looked at in the background. A provider that fails its probes is asked only when nobody
 * else is left, until they succeed again. Probes never touch a call and never move a circuit.
 *
 * @param enabled off by default: a library that was only built should not send requests
 * @param interval between two probes of a provider, ±10 % by chance; 60 s
 * @param timeout of one probe; 5 s
 * @param unhealthyAfter so many failures in a row take it out of rotation; 3
 * @param healthyAfter so many successes in a row put it back; 2
 * @param query what is asked instead of the provider's own cheap probe; it is billed like any call
 */
public record HealthCheckPolicy(
        boolean enabled,
        Duration interval,
        Duration timeout,
        int unhealthyAfter,
        int healthyAfter,
        @Nullable ChatRequest query) {

    private static final HealthCheckPolicy OFF =
            new HealthCheckPolicy(false, Duration.ofSeconds(60), Duration.ofSeconds(5), 3, 2, null);

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

    public static HealthCheckPolicy off() {
        return OFF;
    }

    public static HealthCheckPolicy every(Duration interval) {
        return new HealthCheckPolicy(true, interval, OFF.timeout, OFF.unhealthyAfter, OFF.healthyAfter, null);
    }

    public HealthCheckPolicy withTimeout(Duration timeout) {
        return new HealthCheckPolicy(enabled, interval, timeout, unhealthyAfter, healthyAfter, query);
    }

    public HealthCheckPolicy withThresholds(int unhealthyAfter, int healthyAfter) {
        return new HealthCheckPolicy(enabled, interval, timeout, unhealthyAfter, healthyAfter, query);
    }

    public HealthCheckPolicy withQuery(ChatRequest query) {
        return new HealthCheckPolicy(enabled, interval, timeout, unhealthyAfter, healthyAfter, query);
    }
}
