package dev.understudy.ops.admin;

import dev.understudy.ops.agent.ConfigException;
import dev.understudy.ops.agent.FailoverSettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Failover settings in the body of a request. Omitted fields are {@code null}. */
record SettingsFields(
        @Nullable String primary,
        @Nullable List<String> backups,
        @Nullable Boolean automatic,
        @Nullable Integer failures,
        @Nullable Boolean checks,
        @Nullable Duration interval,
        @Nullable Duration timeout,
        @Nullable String query) {

    /** Configuration keys, and the fields that set them. */
    private static final Map<String, String> FIELDS = Map.of(
            "primary", "primary_provider_id",
            "backups", "backup_provider_ids",
            "failover.maxConsecutiveFailures", "max_consecutive_failures",
            "healthCheck.interval", "health_check_interval",
            "healthCheck.timeout", "health_check_timeout",
            "healthCheck.query", "health_check_query");

    /**
     * Reads a body. {@code agent_id} must be the agent of the path; {@code active_provider_id} is accepted and not used, so that
     * an answer can be sent back.
     */
    static SettingsFields read(String agent, Map<String, @Nullable Object> body) {
        RequestFields fields = new RequestFields(body);
        SettingsFields read = new SettingsFields(
                fields.text("primary_provider_id"),
                fields.texts("backup_provider_ids"),
                fields.flag("auto_failover_enabled"),
                fields.count("max_consecutive_failures"),
                fields.flag("health_check_enabled"),
                fields.duration("health_check_interval"),
                fields.duration("health_check_timeout"),
                fields.text("health_check_query"));
        String id = fields.text("agent_id");
        if (id != null && !id.equals(agent)) {
            fields.wrong("agent_id", "is another agent than that of the path");
        }
        fields.text("active_provider_id");
        fields.check();
        return read;
    }

    /** Returns settings with these fields; omitted fields keep their values. */
    FailoverSettings over(FailoverSettings before) {
        FailoverSettings.HealthCheck check = before.healthCheck();
        return new FailoverSettings(
                or(primary, before.primary()),
                or(backups, before.backups()),
                or(automatic, before.automatic()),
                or(failures, before.maxConsecutiveFailures()),
                new FailoverSettings.HealthCheck(
                        or(checks, check.enabled()),
                        or(interval, check.interval()),
                        or(timeout, check.timeout()),
                        query == null ? check.query() : query));
    }

    private static <T> T or(@Nullable T value, T before) {
        return value == null ? before : value;
    }

    static Problem problem(String agent, ConfigException refused) {
        return Problem.invalid(refused.errors().stream()
                .map(error ->
                        new Problem.FieldError(pointer(agent, error.path()), error.problem() + "; " + error.expected()))
                .toList());
    }

    /** Translates the path of a configuration key into a JSON pointer into the request body. */
    private static String pointer(String agent, String path) {
        String own = path.startsWith("agents." + agent + ".") ? path.substring(agent.length() + 8) : path;
        String field = own.replaceFirst("\\[\\d+]$", "");
        String index = own.substring(field.length()).replaceAll("[\\[\\]]", "");
        return "#/" + FIELDS.getOrDefault(field, field) + (index.isEmpty() ? "" : "/" + index);
    }

    /** Reads the only query parameter of a route. */
    static boolean flag(Map<String, String> query, String name, boolean fallback) {
        Map<String, String> unknown = new LinkedHashMap<>(query);
        String value = unknown.remove(name);
        unknown.remove("");
        if (!unknown.isEmpty()) {
            throw Problem.invalid(List.of(new Problem.FieldError("?", "is not known: " + name + " is")));
        }
        if (value == null) {
            return fallback;
        }
        if (!value.equals("true") && !value.equals("false")) {
            throw Problem.invalid(List.of(new Problem.FieldError("?" + name, "is true or false")));
        }
        return value.equals("true");
    }
}
