package dev.understudy.ops.agent;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of an agent that operators can change at runtime.
 *
 * @param primary name of the provider that is preferred
 * @param backups names of the providers that take over, in order
 * @param automatic {@code true} if other providers are called when the active one fails
 * @param maxConsecutiveFailures number of failures in a row after which the next healthy provider becomes the active
 *     one
 * @param healthCheck health checks of the providers; when read, those of the primary
 */
public record FailoverSettings(
        String primary, List<String> backups, boolean automatic, int maxConsecutiveFailures, HealthCheck healthCheck) {

    /**
     * Health checks in the background.
     *
     * @param enabled {@code true} if checks run
     * @param interval time between two checks
     * @param timeout limit of one check
     * @param query prompt that is sent and billed; {@code null} for an unbilled GET
     */
    public record HealthCheck(
            boolean enabled,
            Duration interval,
            Duration timeout,
            @Nullable String query) {

        /**
         * Switches the checks on or off.
         *
         * @param enabled {@code true} if checks run
         * @return a copy with the value
         */
        public HealthCheck withEnabled(boolean enabled) {
            return new HealthCheck(enabled, interval, timeout, query);
        }

        /**
         * Replaces the interval.
         *
         * @param interval time between two checks
         * @return a copy with the value
         */
        public HealthCheck withInterval(Duration interval) {
            return new HealthCheck(enabled, interval, timeout, query);
        }

        /**
         * Replaces the time limit.
         *
         * @param timeout limit of one check
         * @return a copy with the value
         */
        public HealthCheck withTimeout(Duration timeout) {
            return new HealthCheck(enabled, interval, timeout, query);
        }

        /**
         * Replaces the prompt.
         *
         * @param query prompt that is sent and billed; {@code null} for an unbilled GET
         * @return a copy with the value
         */
        public HealthCheck withQuery(@Nullable String query) {
            return new HealthCheck(enabled, interval, timeout, query);
        }
    }

    /**
     * Copies the names of the backups.
     *
     * @param primary name of the provider that is preferred
     * @param backups names of the providers that take over, in order
     * @param automatic {@code true} if other providers are called when the active one fails
     * @param maxConsecutiveFailures number of failures in a row that change the active provider
     * @param healthCheck health checks of the providers
     */
    public FailoverSettings {
        backups = List.copyOf(backups);
    }

    /**
     * Replaces the preferred provider.
     *
     * @param primary name of the provider
     * @return a copy with the value
     */
    public FailoverSettings withPrimary(String primary) {
        return new FailoverSettings(primary, backups, automatic, maxConsecutiveFailures, healthCheck);
    }

    /**
     * Replaces the providers that take over.
     *
     * @param backups names of the providers, in order
     * @return a copy with the value
     */
    public FailoverSettings withBackups(List<String> backups) {
        return new FailoverSettings(primary, backups, automatic, maxConsecutiveFailures, healthCheck);
    }

    /**
     * Switches failover on or off.
     *
     * @param automatic {@code true} if other providers are called when the active one fails
     * @return a copy with the value
     */
    public FailoverSettings withAutomatic(boolean automatic) {
        return new FailoverSettings(primary, backups, automatic, maxConsecutiveFailures, healthCheck);
    }

    /**
     * Replaces the number of failures that change the active provider.
     *
     * @param failures number of failures in a row
     * @return a copy with the value
     */
    public FailoverSettings withMaxConsecutiveFailures(int failures) {
        return new FailoverSettings(primary, backups, automatic, failures, healthCheck);
    }

    /**
     * Replaces the health checks.
     *
     * @param healthCheck health checks of all providers
     * @return a copy with the value
     */
    public FailoverSettings withHealthCheck(HealthCheck healthCheck) {
        return new FailoverSettings(primary, backups, automatic, maxConsecutiveFailures, healthCheck);
    }
}
