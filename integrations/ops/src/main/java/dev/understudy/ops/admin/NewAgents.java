package dev.understudy.ops.admin;

import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.agent.ConfigException;
import dev.understudy.ops.agent.FailoverSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Creates agents of configured providers. Their settings have defaults of their own: health checks with a short query. */
record NewAgents(Agents agents) {

    private static final int MAX_CONSECUTIVE_FAILURES = 3;

    private static final FailoverSettings.HealthCheck CHECKS =
            new FailoverSettings.HealthCheck(true, Duration.ofSeconds(60), Duration.ofSeconds(5), "Hello");

    /**
     * Creates an agent; returns {@code false} if there is one of this id, or if agents are composed in code.
     *
     * @throws Problem if the body is invalid
     */
    boolean create(String agent, Map<String, @Nullable Object> body) {
        if (agents.config() == null || agents.ids().contains(agent)) {
            return false;
        }
        SettingsFields fields = SettingsFields.read(agent, body);
        if (fields.primary() == null) {
            throw Problem.invalid(List.of(new Problem.FieldError("#/primary_provider_id", "is missing")));
        }
        FailoverSettings settings =
                fields.over(new FailoverSettings(fields.primary(), List.of(), true, MAX_CONSECUTIVE_FAILURES, CHECKS));
        try {
            return agents.create(agent, settings);
        } catch (ConfigException refused) {
            return createWithFreeChecks(agent, settings, fields, refused);
        } catch (IllegalArgumentException invalid) {
            throw Problem.invalid(List.of(new Problem.FieldError("#/agent_id", String.valueOf(invalid.getMessage()))));
        }
    }

    /** The query of the defaults is left out where a provider names no model for it. */
    private boolean createWithFreeChecks(
            String agent, FailoverSettings settings, SettingsFields fields, ConfigException refused) {
        boolean lacksModel =
                refused.errors().stream().allMatch(error -> error.path().endsWith(".healthCheck.query"));
        if (!lacksModel || fields.query() != null) {
            throw SettingsFields.problem(agent, refused);
        }
        return agents.create(
                agent, settings.withHealthCheck(settings.healthCheck().withQuery(null)));
    }
}
