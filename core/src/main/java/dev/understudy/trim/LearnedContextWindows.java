package dev.understudy.trim;

import dev.understudy.chat.Failure;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Context windows learned from overflow failures, by provider and model. The latest overflow counts, for an hour: a local
 * server may be restarted with a larger window, which no response would report. Thread-safe.
 */
public final class LearnedContextWindows {

    /** Number of entries that are kept; the oldest is evicted. */
    static final int CAPACITY = 1_000;

    static final Duration VALIDITY = Duration.ofHours(1);

    private record Key(String provider, String model) {}

    private record Learned(int tokens, long until) {}

    private final AtomicReference<Map<Key, Learned>> learned = new AtomicReference<>(Map.of());

    /** Stores the window if the failure reports one. */
    public void note(String provider, String model, Failure failure, long now) {
        Integer window = failure.advice().window();
        if (window != null && window > 0) {
            Key key = new Key(provider, model);
            Learned entry = new Learned(window, now + VALIDITY.toNanos());
            learned.updateAndGet(was -> with(was, key, entry));
        }
    }

    /** Returns the smaller of the declared and the learned window; {@code null} when both are unknown. */
    public @Nullable Integer known(String provider, String model, @Nullable Integer declared, long now) {
        Map<Key, Learned> all = learned.get();
        Learned own = all.isEmpty() ? null : all.get(new Key(provider, model));
        if (own == null || own.until - now <= 0) {
            return declared;
        }
        return declared == null ? own.tokens : Math.min(declared, own.tokens);
    }

    int size() {
        return learned.get().size();
    }

    private static Map<Key, Learned> with(Map<Key, Learned> was, Key key, Learned entry) {
        Map<Key, Learned> now = new LinkedHashMap<>(was);
        now.remove(key);
        if (now.size() >= CAPACITY) {
            now.remove(now.keySet().iterator().next());
        }
        now.put(key, entry);
        return now;
    }
}
