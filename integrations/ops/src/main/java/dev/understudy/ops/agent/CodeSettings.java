package dev.understudy.ops.agent;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.event.ProviderStatus;
import dev.understudy.ops.agent.FailoverSettings.HealthCheck;
import dev.understudy.policy.FailoverPolicy;
import dev.understudy.policy.HealthCheckPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Settings of a chain that was composed in code, as operators read them. */
final class CodeSettings {

    private CodeSettings() {}

    static FailoverSettings settings(Understudy understudy) {
        List<String> names = understudy.control().status().stream()
                .map(ProviderStatus::provider)
                .toList();
        FailoverPolicy failoverPolicy = understudy.failover();
        HealthCheckPolicy healthCheckPolicy = understudy.healthChecks();
        return new FailoverSettings(
                names.get(0),
                names.subList(1, names.size()),
                failoverPolicy.automatic(),
                failoverPolicy.maxConsecutiveFailures(),
                new HealthCheck(
                        healthCheckPolicy.enabled(),
                        healthCheckPolicy.interval(),
                        healthCheckPolicy.timeout(),
                        words(healthCheckPolicy.query())));
    }

    private static @Nullable String words(@Nullable ChatRequest query) {
        return query == null
                ? null
                : query.messages().stream()
                        .filter(Message.User.class::isInstance)
                        .map(message -> ((Message.User) message).text())
                        .findFirst()
                        .orElse("");
    }
}
