package dev.understudy;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What keeps a route from being asked: for this request altogether, or for now. */
final class Obstacle {

    private static final String LACKS = "lacks ";

    private Obstacle() {}

    /** It cannot serve this request, whatever happens. */
    static @Nullable Failure forEver(
            Route route, ChatRequest request, Set<Feature> needs, CallContext wishes, double maxCost) {
        if (!route.capabilities().has(needs)) {
            return skipped(LACKS + missing(route, needs));
        }
        for (Map.Entry<String, String> tag : wishes.require().entrySet()) {
            if (!tag.getValue().equals(route.member().seat().tags().get(tag.getKey()))) {
                return skipped("is not tagged " + tag.getKey() + "=" + tag.getValue());
            }
        }
        if (wishes.avoid().stream().anyMatch(route::isMeantBy)) {
            return skipped("the caller avoids it");
        }
        if (maxCost > 0 && route.capabilities().price() != null) {
            double cost = Estimate.cost(request, route.capabilities());
            if (cost > maxCost) {
                return skipped(
                        String.format(Locale.ROOT, "would cost about %.6f, and the call may cost %.6f", cost, maxCost));
            }
        }
        return null;
    }

    /** An operator keeps it out, or its circuit is open: nobody waits for that within a call. */
    static @Nullable Failure closed(Route route, long now) {
        if (route.member().isHeld(now)) {
            return skipped("is held for maintenance" + during(route.member().heldFor(now)));
        }
        CircuitBreaker circuit = route.circuit();
        if (circuit.isClosed()) {
            return null;
        }
        CircuitBreaker.Reading reading = circuit.reading(now);
        return reading.remaining() <= 0 ? null : circuit(reading.state(), reading.why(), reading.remaining());
    }

    static Failure circuit(CircuitState state, @Nullable String why, long remaining) {
        String reason = why == null ? "" : " (" + why + ")";
        return skipped(
                "circuit " + state.name().toLowerCase(Locale.ROOT).replace('_', ' ') + reason + during(remaining));
    }

    private static String during(long nanos) {
        return nanos == Long.MAX_VALUE ? "" : " for " + Line.millis(Duration.ofNanos(nanos));
    }

    static Failure gated(Gates.Gate gate, long now) {
        Duration left = Duration.ofNanos(gate.until() - now);
        return skipped("gated by " + gate.kind().label() + " for " + Line.millis(left))
                .withRetryAfter(left);
    }

    static Failure skipped(String why) {
        return Failure.of(FailureKind.SKIPPED, why);
    }

    static boolean isLackOf(Feature feature, @Nullable Failure failure) {
        return failure != null
                && failure.message().startsWith(LACKS)
                && Set.of(failure.message().substring(LACKS.length()).split(", "))
                        .contains(words(feature));
    }

    private static String missing(Route route, Set<Feature> needs) {
        return needs.stream()
                .filter(need -> !route.capabilities().has(need))
                .map(Obstacle::words)
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static String words(Feature feature) {
        return feature.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
