package dev.understudy.call;

import dev.understudy.chat.ChatException.Rejected.Reason;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.event.ProviderStatus;
import dev.understudy.pool.Route;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The reason why a route is skipped. Decisions use the type; the text is for people. */
sealed interface SkipReason {

    /** Text of the reason with the route as its subject: "lacks vision". */
    String text();

    /** Time after which the route may be tried, {@code null} when unknown. */
    default @Nullable Duration retryAfter() {
        return null;
    }

    default Failure failure() {
        Failure skipped = Failure.of(FailureKind.SKIPPED, text());
        Duration wait = retryAfter();
        return wait == null ? skipped : skipped.withRetryAfter(wait);
    }

    /** The model cannot do what the request needs. */
    record Lacks(Set<Feature> features) implements SkipReason {
        @Override
        public String text() {
            return "lacks "
                    + features.stream()
                            .map(feature -> words(feature.name()))
                            .sorted()
                            .collect(Collectors.joining(", "));
        }
    }

    /** The provider's capabilities could not be read. */
    record CapabilitiesFailed(String error) implements SkipReason {
        @Override
        public String text() {
            return "its capabilities failed with " + error;
        }
    }

    /** The provider lacks a tag that the caller requires. */
    record NotTagged(String tag, String value) implements SkipReason {
        @Override
        public String text() {
            return "is not tagged " + tag + "=" + value;
        }
    }

    /** The caller excluded the route. */
    record Avoided() implements SkipReason {
        @Override
        public String text() {
            return "the caller avoids it";
        }
    }

    /** One attempt would cost more than the limit of the call. */
    record TooExpensive(double cost, double maxCost) implements SkipReason {
        @Override
        public String text() {
            return String.format(Locale.ROOT, "would cost about %.6f, and the call may cost %.6f", cost, maxCost);
        }
    }

    /** The request continues a stored answer of another route. */
    record OtherOrigin() implements SkipReason {
        @Override
        public String text() {
            return "did not generate the answer";
        }
    }

    /** Failover is manual, and another provider is the active one. */
    record NotActive() implements SkipReason {
        @Override
        public String text() {
            return "is not the active provider, and failover is manual";
        }
    }

    /**
     * An operator holds the provider.
     *
     * @param remaining {@code null} until it is released
     */
    record Held(@Nullable Duration remaining) implements SkipReason {
        @Override
        public String text() {
            return "is held for maintenance" + during(remaining);
        }
    }

    /**
     * Failures of several models took the provider out of rotation.
     *
     * @param cause the rule that was broken, in words
     * @param remaining {@code null} when unknown
     */
    record SeveralModelsFail(
            @Nullable String cause, @Nullable Duration remaining) implements SkipReason {
        @Override
        public String text() {
            return "several of its models fail" + (cause == null ? "" : " (" + cause + ")") + during(remaining);
        }
    }

    /**
     * The circuit breaker refuses calls.
     *
     * @param cause the rule that opened it, in words; {@code null} if an operator did
     * @param remaining {@code null} when unknown
     */
    record CircuitOpen(
            ProviderStatus.CircuitState state,
            @Nullable String cause,
            @Nullable Duration remaining) implements SkipReason {
        @Override
        public String text() {
            return "circuit " + words(state.name()) + (cause == null ? "" : " (" + cause + ")") + during(remaining);
        }
    }

    /** The vendor asked not to be called for this model. */
    record CoolingDown(FailureKind kind, Duration remaining) implements SkipReason {
        @Override
        public String text() {
            return "is cooling down" + during(remaining) + " (" + kind.label() + ")";
        }

        @Override
        public Duration retryAfter() {
            return remaining;
        }
    }

    /** Health checks of the provider fail. */
    record Unhealthy() implements SkipReason {
        @Override
        public String text() {
            return "its health checks fail";
        }
    }

    /** All concurrent calls of the provider are taken. */
    record AtCapacity() implements SkipReason {
        @Override
        public String text() {
            return "is at its limit of concurrent calls";
        }
    }

    /** As many calls as are allowed wait for the provider. */
    record QueueFull(int calls) implements SkipReason {
        @Override
        public String text() {
            return "is at its limit of concurrent calls, and " + calls + " calls wait for it already";
        }
    }

    /** No concurrent call of the provider became free in time. */
    record QueueTimeout(Duration waited) implements SkipReason {
        @Override
        public String text() {
            return "is at its limit of concurrent calls, of which none became free within " + millis(waited);
        }
    }

    /** The configured rate limit of the provider is reached. */
    record RateLimited(Duration remaining) implements SkipReason {
        @Override
        public String text() {
            return "is at its rate limit" + during(remaining);
        }

        @Override
        public Duration retryAfter() {
            return remaining;
        }
    }

    /** One route that was skipped. */
    record Skipped(Route route, SkipReason reason) {}

    /** Returns the reason of a call that no route can serve: a provider whose capabilities failed might have served it. */
    static Reason rejection(List<Skipped> skipped) {
        return skipped.stream().anyMatch(each -> each.reason instanceof CapabilitiesFailed)
                ? Reason.CODE_FAILED
                : Reason.UNSUPPORTED;
    }

    /** Returns the message of a call that no route can serve, with the reason of each. */
    static String explain(ChatRequest request, boolean stream, Set<Feature> needs, List<Skipped> skipped) {
        if (skipped.isEmpty()) {
            return "No provider serves model '" + request.model()
                    + "': name it at a provider, or give it a fallback with fallback(\"" + request.model() + "\", …)";
        }
        if (stream && allLackOneOf(Set.of(Feature.STREAMING), skipped)) {
            return "No provider supports streaming";
        }
        if (needs.contains(Feature.STREAMING_TOOLS)
                && allLackOneOf(Set.of(Feature.STREAMING, Feature.STREAMING_TOOLS), skipped)) {
            return "No provider supports streaming tool events";
        }
        return "No provider can answer this request: "
                + skipped.stream()
                        .map(each -> each.route.name() + "/" + each.route.model() + " " + each.reason.text())
                        .collect(Collectors.joining("; "));
    }

    private static boolean allLackOneOf(Set<Feature> features, List<Skipped> skipped) {
        return skipped.stream()
                .allMatch(each -> each.reason instanceof Lacks lacks
                        && lacks.features.stream().anyMatch(features::contains));
    }

    private static String words(String constant) {
        return constant.toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static String millis(Duration duration) {
        return duration.toMillis() + " ms";
    }

    private static String during(@Nullable Duration remaining) {
        return remaining == null ? "" : " for " + millis(remaining);
    }
}
