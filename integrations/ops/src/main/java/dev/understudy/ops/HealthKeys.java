package dev.understudy.ops;

import dev.understudy.Probes;
import dev.understudy.Seat;
import dev.understudy.chat.ChatRequest;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@link Probes}: of an agent's providers together, and, key by key instead of that, of one provider. */
final class HealthKeys {

    private static final Probes USUAL = Probes.off();

    static final Key<Boolean> ENABLED =
            Key.of("enabled", Scalars.FLAG, USUAL.enabled(), "whether providers are looked at in the background");
    static final Key<Duration> INTERVAL =
            Key.of("interval", Scalars.DURATION, USUAL.interval(), "between two checks of a provider, ±10 % by chance");
    static final Key<Duration> TIMEOUT = Key.of("timeout", Scalars.DURATION, USUAL.timeout(), "of one check");
    static final Key<Integer> UNHEALTHY_AFTER = Key.of(
            "unhealthyAfter",
            Scalars.whole(1),
            USUAL.unhealthyAfter(),
            "so many failures in a row take a provider out of rotation");
    static final Key<Integer> HEALTHY_AFTER =
            Key.of("healthyAfter", Scalars.whole(1), USUAL.healthyAfter(), "so many successes in a row put it back");
    static final Key<String> QUERY =
            Key.optional("query", Scalars.TEXT, "what is asked instead of a cheap GET; it is billed like any call");
    static final Key<String> MODEL = Key.optional(
            "model",
            Scalars.TEXT,
            "which model the query goes to; `model` of the provider, or the first of its `models`, if left out");
    static final Key<String> ENDPOINT = Key.optional(
            "endpoint", Scalars.PATH, "the path of the GET, below `baseUrl`, instead of the dialect's own");

    private static final List<Key<?>> SHARED =
            List.of(ENABLED, INTERVAL, TIMEOUT, UNHEALTHY_AFTER, HEALTHY_AFTER, QUERY, MODEL);

    static final Section<Values> SECTION =
            new Section<>("healthCheck", "how the providers are looked at in the background", SHARED, said -> said);

    static final Section<Values> OF_PROVIDER = new Section<>(
            "providerHealthCheck",
            "the same for this provider, whoever uses it: what is said here counts more than what the agent says",
            Stream.concat(SHARED.stream(), Stream.<Key<?>>of(ENDPOINT)).toList(),
            said -> said);

    private HealthKeys() {}

    static Probes probes(Values said, Seat seat) {
        String query = query(said);
        return new Probes(
                said.get(ENABLED),
                said.get(INTERVAL),
                said.get(TIMEOUT),
                said.get(UNHEALTHY_AFTER),
                said.get(HEALTHY_AFTER),
                query == null ? null : ChatRequest.of(model(said, seat), query));
    }

    /** What is asked; {@code null} for a cheap GET. An operator takes a query back with an empty one. */
    static @Nullable String query(Values said) {
        String query = said.find(QUERY);
        return query == null || query.isEmpty() ? null : query;
    }

    /** Whether a query has a model to go to. */
    static boolean isComplete(Values said, Seat seat) {
        return query(said) == null || modelOrNull(said, seat) != null;
    }

    private static String model(Values said, Seat seat) {
        String model = modelOrNull(said, seat);
        if (model == null) {
            throw new Wrong("healthCheck/model", "is missing", "which model the query goes to");
        }
        return model;
    }

    private static @Nullable String modelOrNull(Values said, Seat seat) {
        String told = said.find(MODEL);
        if (told != null || seat.only() != null) {
            return told != null ? told : seat.only();
        }
        return seat.models().values().stream().sorted().findFirst().orElse(null);
    }
}
