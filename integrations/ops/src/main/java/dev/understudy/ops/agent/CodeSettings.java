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

/** What an operator reads of a chain that was composed in code. */
final class CodeSettings {

    private CodeSettings() {}

    static FailoverSettings settings(Understudy door) {
        List<String> names =
                door.control().status().stream().map(ProviderStatus::provider).toList();
        FailoverPolicy failoverPolicy = door.failover();
        HealthCheckPolicy healthCheckPolicy = door.probes();
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
