package dev.understudy.streaming;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.FailureKind;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Routes that declared prefill and refused it: they are not asked for it again. */
final class PrefillRefusals {

    private final Set<String> routes = ConcurrentHashMap.newKeySet();

    /** Learns from an attempt to go on by prefill. */
    void learn(AttemptLog attemptLog) {
        for (AttemptLog.Attempt attempt : attemptLog.attempts()) {
            if (isRefusal(attempt)) {
                routes.add(attempt.provider() + "/" + attempt.model());
            }
        }
    }

    static boolean isRefusal(AttemptLog.Attempt attempt) {
        return attempt.failure() != null
                && attempt.failure().kind() == FailureKind.UNSUPPORTED
                && (attempt.failure().advice().refused() == null
                        || "prefill".equals(attempt.failure().advice().refused()));
    }

    boolean contains(String route) {
        return routes.contains(route);
    }

    Set<String> all() {
        return Set.copyOf(routes);
    }
}
