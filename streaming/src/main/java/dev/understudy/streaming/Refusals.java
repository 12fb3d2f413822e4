package dev.understudy.streaming;

import dev.understudy.chat.FailureKind;
import dev.understudy.chat.Trail;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Routes that declared prefill and refused it: they are not asked for it again. */
final class Refusals {

    private final Set<String> routes = ConcurrentHashMap.newKeySet();

    /** Learns from an attempt to go on by prefill. */
    void learn(Trail trail) {
        for (Trail.Entry entry : trail.entries()) {
            if (isRefusal(entry)) {
                routes.add(entry.provider() + "/" + entry.model());
            }
        }
    }

    static boolean isRefusal(Trail.Entry entry) {
        return entry.failure() != null
                && entry.failure().kind() == FailureKind.UNSUPPORTED
                && (entry.failure().advice().refused() == null
                        || "prefill".equals(entry.failure().advice().refused()));
    }

    boolean contains(String route) {
        return routes.contains(route);
    }

    Set<String> all() {
        return Set.copyOf(routes);
    }
}
