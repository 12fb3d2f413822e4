package dev.understudy;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Feature;
import dev.understudy.chat.Trail;
import java.util.Set;
import java.util.stream.Collectors;

/** Why nobody can be asked, so that the caller knows what to change. */
final class Unanswerable {

    private Unanswerable() {}

    static String why(ChatRequest request, boolean stream, Set<Feature> needs, Trail skipped) {
        if (skipped.entries().isEmpty()) {
            return "No provider serves model '" + request.model()
                    + "': name it at a provider, or give it a fallback with fallback(\"" + request.model() + "\", …)";
        }
        if (stream && all(skipped, Feature.STREAMING, Feature.STREAMING)) {
            return "No provider supports streaming";
        }
        if (needs.contains(Feature.STREAMING_TOOLS) && all(skipped, Feature.STREAMING, Feature.STREAMING_TOOLS)) {
            return "No provider supports streaming tool events";
        }
        return "No provider can answer this request: "
                + skipped.entries().stream()
                        .map(entry -> entry.provider() + "/" + entry.model() + " "
                                + (entry.failure() == null
                                        ? ""
                                        : entry.failure().message()))
                        .collect(Collectors.joining("; "));
    }

    private static boolean all(Trail skipped, Feature one, Feature other) {
        return skipped.entries().stream()
                .allMatch(
                        entry -> Obstacle.isLackOf(one, entry.failure()) || Obstacle.isLackOf(other, entry.failure()));
    }
}
