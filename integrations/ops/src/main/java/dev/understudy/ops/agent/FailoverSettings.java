package dev.understudy.ops.agent;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an operator may change of an agent while it runs.
 *
 * @param primary who is asked first
 * @param backups who stands in, in order
 * @param automatic whether others are asked when the active provider fails
 * @param maxConsecutiveFailures after so many failures in a row the next healthy provider becomes the active one
 * @param healthCheck how its providers are looked at; read, it is what holds for the primary
 */
public record FailoverSettings(
        String primary, List<String> backups, boolean automatic, int maxConsecutiveFailures, HealthCheck healthCheck) {

    /**
     * How providers are looked at in the background.
     *
     * @param enabled whether they are
     * @param interval between two checks
     * @param timeout of one check
     * @param query what is asked, and billed; {@code null} for a cheap GET
     */
    public record HealthCheck(
            boolean enabled,
            Duration interval,
            Duration timeout,
            @Nullable String query) {

        public HealthCheck withEnabled(boolean enabled) {
            return new HealthCheck(enabled, interval, timeout, query);
        }

        public HealthCheck withInterval(Duration interval) {
            return new HealthCheck(enabled, interval, timeout, query);
        }

        public HealthCheck withTimeout(Duration timeout) {
            return new HealthCheck(enabled, interval, timeout, query);
        }

        public HealthCheck withQuery(@Nullable String query) {
            return new HealthCheck(enabled, interval, timeout, query);
        }
    }

    public FailoverSettings {
        backups = List.copyOf(backups);
    }

    public FailoverSettings withPrimary(String primary) {
        return new FailoverSettings(primary, backups, automatic, maxConsecutiveFailures, healthCheck);
    }

    public FailoverSettings withBackups(List<String> backups) {
        return new FailoverSettings(primary, backups, automatic, maxConsecutiveFailures, healthCheck);
    }

    public FailoverSettings withAutomatic(boolean automatic) {
        return new FailoverSettings(primary, backups, automatic, maxConsecutiveFailures, healthCheck);
    }

    public FailoverSettings withMaxConsecutiveFailures(int failures) {
        return new FailoverSettings(primary, backups, automatic, failures, healthCheck);
    }

    public FailoverSettings withHealthCheck(HealthCheck healthCheck) {
        return new FailoverSettings(primary, backups, automatic, maxConsecutiveFailures, healthCheck);
    }
}
