package dev.understudy.streaming;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Routes that declare prefill and refused it. Shared by all streams of a provider; each refusal is forgotten after
 * {@link #MEMORY}, and the number of routes is bounded. Thread-safe.
 */
final class PrefillRefusals {

    /** Time after which a route is asked again. */
    static final Duration MEMORY = Duration.ofHours(1);

    /** Limit of routes; callers may invent model names, so the oldest refusal makes room for a new one. */
    static final int MOST_ROUTES = 1000;

    private final Map<String, Long> refusedAt = new ConcurrentHashMap<>();

    /** Remembers the routes of this log that refused prefill in so many words. */
    void learn(AttemptLog attemptLog) {
        for (AttemptLog.Attempt attempt : attemptLog.attempts()) {
            if (isRefusal(attempt)) {
                learn(attempt.provider() + "/" + attempt.model());
            }
        }
    }

    /** Remembers a route that refused prefill. */
    void learn(String route) {
        if (all().size() >= MOST_ROUTES && !refusedAt.containsKey(route)) {
            refusedAt.entrySet().stream()
                    .min(Comparator.comparingLong(Map.Entry::getValue))
                    .ifPresent(oldest -> refusedAt.remove(oldest.getKey(), oldest.getValue()));
        }
        refusedAt.put(route, Clock.now());
    }

    static boolean isRefusal(AttemptLog.Attempt attempt) {
        Failure failure = attempt.failure();
        return failure != null
                && failure.kind() == FailureKind.UNSUPPORTED
                && (failure.advice().refusedParameter() == null
                        || "prefill".equals(failure.advice().refusedParameter()));
    }

    /** Forgets all refusals. */
    void reset() {
        refusedAt.clear();
    }

    boolean contains(String route) {
        return all().contains(route);
    }

    /** The routes that are not to be asked for prefill now. */
    Set<String> all() {
        long now = Clock.now();
        refusedAt.values().removeIf(at -> now - at >= MEMORY.toNanos());
        return Set.copyOf(refusedAt.keySet());
    }
}
