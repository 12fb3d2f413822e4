package dev.understudy.ops.admin;

import dev.understudy.Understudy;
import dev.understudy.event.ProviderStatus;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.agent.FailoverSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Status of agents and providers as JSON. Unknown values are null. */
final class StatusJson {

    private StatusJson() {}

    static Map<String, @Nullable Object> settings(String agent, FailoverSettings settings, Understudy understudy) {
        FailoverSettings.HealthCheck check = settings.healthCheck();
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("agent_id", agent);
        view.put("primary_provider_id", settings.primary());
        view.put("backup_provider_ids", settings.backups());
        view.put("active_provider_id", active(understudy));
        view.put("auto_failover_enabled", settings.automatic());
        view.put("max_consecutive_failures", settings.maxConsecutiveFailures());
        view.put("health_check_enabled", check.enabled());
        view.put("health_check_interval", seconds(check.interval()));
        view.put("health_check_timeout", seconds(check.timeout()));
        view.put("health_check_query", check.query());
        return view;
    }

    static Map<String, @Nullable Object> health(String agent, Understudy understudy) {
        List<ProviderStatus> providerStatuses = understudy.control().status();
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("agent_id", agent);
        view.put("status", together(providerStatuses));
        view.put("active_provider_id", active(understudy));
        view.put(
                "providers", providerStatuses.stream().map(StatusJson::standing).toList());
        return view;
    }

    /** @param checked true if health checks have just ended, false if the status is that of the last ones */
    static Map<String, @Nullable Object> checked(String agent, Understudy understudy, boolean checked) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("checked", checked);
        view.putAll(health(agent, understudy));
        return view;
    }

    /** One entry for each provider of each agent: a provider may be healthy in one agent and held in another. */
    static Map<String, @Nullable Object> allProviders(Agents agents) {
        List<Map<String, @Nullable Object>> providers = new ArrayList<>();
        for (String agent : agents.ids()) {
            Understudy understudy = agents.understudy(agent);
            for (ProviderStatus providerStatus : understudy == null
                    ? List.<ProviderStatus>of()
                    : understudy.control().status()) {
                Map<String, @Nullable Object> view = new LinkedHashMap<>();
                view.put("agent_id", agent);
                view.putAll(standing(providerStatus));
                providers.add(view);
            }
        }
        return Map.of("providers", providers);
    }

    private static Map<String, @Nullable Object> standing(ProviderStatus providerStatus) {
        ProviderStatus.LastFailure failure = providerStatus.lastFailure();
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("provider_id", providerStatus.provider());
        view.put("status", label(providerStatus.health()));
        view.put("active", providerStatus.active());
        view.put("held", providerStatus.hold() != null);
        view.put(
                "held_until",
                providerStatus.hold() == null
                        ? null
                        : time(providerStatus.hold().until()));
        view.put("last_check", time(providerStatus.lastCheck()));
        view.put("last_success", time(providerStatus.lastSuccess()));
        view.put("last_failure", failure == null ? null : time(failure.at()));
        view.put("consecutive_failures", providerStatus.consecutiveFailures());
        view.put("success_rate", providerStatus.successRate());
        view.put("response_time_ms", millis(providerStatus.responseTime().last()));
        view.put("error_message", failure == null ? null : failure.message());
        view.put(
                "average_response_time_ms", millis(providerStatus.responseTime().average()));
        view.put("first_content_ms", millis(providerStatus.firstContent()));
        view.put("in_flight", providerStatus.inFlight());
        Map<String, String> circuits = new TreeMap<>();
        providerStatus.circuits().forEach((model, state) -> circuits.put(model, label(state)));
        view.put("circuits", circuits);
        view.put(
                "cooling_down_keys",
                providerStatus.keyCooldowns().stream().map(StatusJson::key).toList());
        Map<String, String> retirements = new TreeMap<>();
        providerStatus.retirements().forEach((model, day) -> retirements.put(model, day.toString()));
        view.put("model_retirements", retirements);
        return view;
    }

    private static Map<String, @Nullable Object> key(ProviderStatus.KeyCooldown key) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("fingerprint", key.fingerprint());
        view.put("until", time(key.until()));
        return view;
    }

    private static String together(List<ProviderStatus> providerStatuses) {
        long usable = providerStatuses.stream()
                .filter(each -> each.health() != ProviderStatus.Health.UNHEALTHY && each.hold() == null)
                .count();
        return usable == 0 ? "unhealthy" : usable < providerStatuses.size() ? "degraded" : "healthy";
    }

    static String active(Understudy understudy) {
        return understudy.control().status().stream()
                .filter(ProviderStatus::active)
                .map(ProviderStatus::provider)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Somebody is always active"));
    }

    private static Number seconds(Duration duration) {
        return duration.toNanosPart() == 0 ? (Number) duration.toSeconds() : duration.toNanos() / 1e9;
    }

    private static @Nullable Double millis(@Nullable Duration duration) {
        return duration == null ? null : duration.toNanos() / 1e6;
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable String time(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }
}
