package dev.understudy.trim;

import dev.understudy.chat.Failure;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The context windows that models turned out to have. The latest overflow is right, for an hour: a local server may
 * come back with a larger one, and nothing but another overflow would tell.
 */
public final class LearnedContextWindows {

    /** How many are remembered; the one learned longest ago makes room. */
    static final int MOST = 1_000;

    static final Duration BELIEVED = Duration.ofHours(1);

    private record Key(String provider, String model) {}

    private record Learned(int tokens, long until) {}

    private final AtomicReference<Map<Key, Learned>> learned = new AtomicReference<>(Map.of());

    /** Remembers the window if the failure tells one. */
    public void note(String provider, String model, Failure failure, long now) {
        Integer window = failure.advice().window();
        if (window != null && window > 0) {
            Key key = new Key(provider, model);
            Learned news = new Learned(window, now + BELIEVED.toNanos());
            learned.updateAndGet(was -> with(was, key, news));
        }
    }

    /** The smaller of what was declared and what was learned; {@code null} when nobody knows. */
    public @Nullable Integer known(String provider, String model, @Nullable Integer declared, long now) {
        Map<Key, Learned> all = learned.get();
        Learned here = all.isEmpty() ? null : all.get(new Key(provider, model));
        if (here == null || here.until - now <= 0) {
            return declared;
        }
        return declared == null ? here.tokens : Math.min(declared, here.tokens);
    }

    int size() {
        return learned.get().size();
    }

    private static Map<Key, Learned> with(Map<Key, Learned> was, Key key, Learned news) {
        Map<Key, Learned> now = new LinkedHashMap<>(was);
        now.remove(key);
        if (now.size() >= MOST) {
            now.remove(now.keySet().iterator().next());
        }
        now.put(key, news);
        return now;
    }
}
