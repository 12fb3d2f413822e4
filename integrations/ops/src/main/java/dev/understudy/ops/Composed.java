package dev.understudy.ops;

import dev.understudy.Failover;
import dev.understudy.Probes;
import dev.understudy.Standing;
import dev.understudy.Understudy;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.ops.FailoverSettings.HealthCheck;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an operator reads of a chain that was composed in code. */
final class Composed {

    private Composed() {}

    static FailoverSettings settings(Understudy door) {
        List<String> names =
                door.control().status().stream().map(Standing::provider).toList();
        Failover failover = door.failover();
        Probes probes = door.probes();
        return new FailoverSettings(
                names.get(0),
                names.subList(1, names.size()),
                failover.automatic(),
                failover.maxConsecutiveFailures(),
                new HealthCheck(probes.enabled(), probes.interval(), probes.timeout(), words(probes.query())));
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
