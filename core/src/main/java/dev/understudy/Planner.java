package dev.understudy;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Feature;
import dev.understudy.chat.Trail;
import dev.understudy.chat.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who may be asked, in which order: for each model of the chain, each provider. Routes that lack what the request needs
 * are left out; gated ones are asked only when nobody else is left. Pure, given the gates.
 */
record Planner(List<Cast> cast, Map<String, List<String>> fallbacks, Gates gates) {

    private record Shut(Route route, long until) {}

    /**
     * @throws ChatException.Rejected if nobody can answer such a request
     */
    Plan plan(ChatRequest request, boolean stream, long now) {
        Set<Feature> needs = request.needs();
        if (stream) {
            needs = EnumSet.copyOf(plus(needs, Feature.STREAMING));
            if (needs.contains(Feature.TOOLS)) {
                needs.add(Feature.STREAMING_TOOLS);
            }
        }
        List<Route> open = new ArrayList<>();
        List<Shut> shut = new ArrayList<>();
        List<Trail.Entry> skipped = new ArrayList<>();
        Route first = null;
        for (Route route : routes(request.model())) {
            if (!route.capabilities().has(needs)) {
                skipped.add(skipped(route, Failure.of(FailureKind.SKIPPED, "lacks " + missing(route, needs))));
                continue;
            }
            first = first == null ? route : first;
            Gates.Gate gate = gates.at(route, now);
            if (gate == null) {
                open.add(route);
            } else {
                Duration left = Duration.ofNanos(gate.until() - now);
                Failure why = Failure.of(
                                FailureKind.SKIPPED,
                                "gated for " + Math.max(1, left.toSeconds()) + " s by "
                                        + gate.kind().label())
                        .withRetryAfter(left);
                skipped.add(skipped(route, why));
                boolean worthWaiting = !Decision.rule(gate.kind()).gatesModel();
                shut.add(new Shut(route, worthWaiting ? gate.until() : 0));
            }
        }
        if (first == null) {
            throw new ChatException.Rejected(nobody(request, stream, needs, skipped), new Trail(skipped));
        }
        List<Long> openAt = new ArrayList<>();
        open.forEach(route -> openAt.add(0L));
        for (Shut late : shut) {
            open.add(late.route);
            openAt.add(late.until);
        }
        return new Plan(List.copyOf(open), List.copyOf(openAt), first, new Trail(skipped));
    }

    private List<Route> routes(String asked) {
        List<Route> routes = new ArrayList<>();
        List<String> chain = new ArrayList<>();
        chain.add(asked);
        chain.addAll(fallbacks.getOrDefault(asked, List.of()));
        for (String model : chain) {
            for (Cast member : cast) {
                String theirs = member.models().apply(model);
                if (theirs == null) {
                    continue;
                }
                Capabilities capabilities = member.provider().capabilities(theirs);
                Route route = new Route(member.provider(), theirs, capabilities);
                if (routes.stream().noneMatch(route::isSameAs)) {
                    routes.add(route);
                }
            }
        }
        return routes;
    }

    private static Set<Feature> plus(Set<Feature> some, Feature more) {
        Set<Feature> all = EnumSet.of(more);
        all.addAll(some);
        return all;
    }

    private static String missing(Route route, Set<Feature> needs) {
        return needs.stream()
                .filter(need -> !route.capabilities().has(need))
                .map(Planner::words)
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static String nobody(ChatRequest request, boolean stream, Set<Feature> needs, List<Trail.Entry> skipped) {
        if (skipped.isEmpty()) {
            return "No provider serves model '" + request.model()
                    + "': name it at a provider, or give it a fallback with fallback(\"" + request.model() + "\", …)";
        }
        boolean nobodyStreams = stream && skipped.stream().allMatch(entry -> lacks(entry, Feature.STREAMING));
        if (nobodyStreams) {
            return "No provider supports streaming";
        }
        boolean nobodyStreamsTools = needs.contains(Feature.STREAMING_TOOLS)
                && skipped.stream()
                        .allMatch(entry -> lacks(entry, Feature.STREAMING) || lacks(entry, Feature.STREAMING_TOOLS));
        if (nobodyStreamsTools) {
            return "No provider supports streaming tool events";
        }
        return "No provider can answer this request: "
                + skipped.stream()
                        .map(entry -> entry.provider() + "/" + entry.model() + " "
                                + (entry.failure() == null
                                        ? ""
                                        : entry.failure().message()))
                        .collect(Collectors.joining("; "));
    }

    private static boolean lacks(Trail.Entry entry, Feature feature) {
        Failure failure = entry.failure();
        return failure != null
                && List.of(failure.message().substring("lacks ".length()).split(", "))
                        .contains(words(feature));
    }

    private static String words(Feature feature) {
        return feature.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }

    private static Trail.Entry skipped(Route route, Failure why) {
        return new Trail.Entry(
                route.name(), route.model(), 0, 0, Trail.Outcome.SKIPPED, why, Trail.Timing.NONE, Usage.none(), null);
    }
}
