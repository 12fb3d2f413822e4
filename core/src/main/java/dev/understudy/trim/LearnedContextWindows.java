package dev.understudy.trim;

import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Context windows learned from overflow failures, by provider and model, for an hour. A window is learned when two calls
 * report an equal one with an error code for overflows, when it fits the requests that overflowed, and when no longer
 * prompt was served within the last hour. A longer prompt that is served later ends it. Thread-safe.
 */
public final class LearnedContextWindows {

    /** Number of entries that are kept; the oldest is evicted. */
    static final int CAPACITY = 1_000;

    static final Duration VALIDITY = Duration.ofHours(1);

    /** Smallest window that is believed, in tokens. */
    static final int SMALLEST = 256;

    /** Limit of the factor by which an estimate may be below the number of tokens. */
    private static final long ESTIMATE_FACTOR = 8;

    /** Codes that mean an overflow and nothing else; other codes come with numbers that are no context window. */
    private static final Set<String> CODES = Set.of(
            "context_length_exceeded",
            "exceed_context_size_error",
            "too_many_prompt_tokens",
            "context_window_exceeded",
            "model_context_window_exceeded",
            "prompt_too_long",
            "model_max_prompt_tokens_exceeded");

    private record Key(String provider, String model) {

        @Override
        public int hashCode() {
            return 31 * provider.hashCode() + model.hashCode();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && key.provider.equals(provider) && key.model.equals(model);
        }
    }

    /** @param call number of the call that reported the window */
    private record Report(int tokens, long call, long until) {}

    /**
     * State of one model.
     *
     * @param latest the last report, which the next one may confirm
     * @param confirmed the last report that another call confirmed
     */
    private record Learned(Report latest, @Nullable Report confirmed) {

        static Learned next(@Nullable Learned was, Report report, long now) {
            if (was == null) {
                return new Learned(report, null);
            }
            boolean confirms =
                    was.latest.tokens == report.tokens && was.latest.call != report.call && was.latest.until - now > 0;
            return new Learned(report, confirms ? report : was.confirmed);
        }
    }

    private record Served(int tokens, long until) {}

    private final AtomicReference<Map<Key, Learned>> learned = new AtomicReference<>(Map.of());
    private final Map<Key, Served> served = new ConcurrentHashMap<>();

    /**
     * Notes the window of a failure, if it reports one that can be believed.
     *
     * @param requested estimated tokens of the request, answer included
     * @param call number of the call
     */
    public void note(String provider, String model, Failure failure, long requested, long call, long now) {
        Integer window = failure.advice().window();
        if (window == null || !isCoded(failure) || window < SMALLEST || window / ESTIMATE_FACTOR > requested) {
            return;
        }
        Key key = new Key(provider, model);
        Served longest = served.get(key);
        if (longest != null && longest.until - now > 0 && longest.tokens > window) {
            return;
        }
        Report report = new Report(window, call, now + VALIDITY.toNanos());
        learned.updateAndGet(was -> with(was, key, Learned.next(was.get(key), report, now)));
    }

    /** Notes the number of prompt tokens of an answer, as counted by the vendor. */
    public void served(String provider, String model, int tokens, long now) {
        Key key = new Key(provider, model);
        Served was = served.get(key);
        if (was != null && was.tokens >= tokens && was.until - now > 0) {
            return;
        }
        if (was == null && served.size() >= CAPACITY) {
            served.keySet().stream().findAny().ifPresent(served::remove);
        }
        served.put(key, new Served(tokens, now + VALIDITY.toNanos()));
        Learned known = learned.get().get(key);
        if (known != null && (known.latest.tokens < tokens || isBelow(known.confirmed, tokens))) {
            learned.updateAndGet(all -> without(all, key));
        }
    }

    /** Returns the smaller of the declared and the learned window; {@code null} when both are unknown. */
    public @Nullable Integer known(String provider, String model, @Nullable Integer declared, long now) {
        Map<Key, Learned> all = learned.get();
        Learned own = all.isEmpty() ? null : all.get(new Key(provider, model));
        Report confirmed = own == null ? null : own.confirmed;
        if (confirmed == null || confirmed.until - now <= 0) {
            return declared;
        }
        return declared == null ? confirmed.tokens : Math.min(declared, confirmed.tokens);
    }

    /** Forgets the windows of all models of a provider. */
    public void reset(String provider) {
        served.keySet().removeIf(key -> key.provider.equals(provider));
        learned.updateAndGet(all -> all.keySet().stream().noneMatch(key -> key.provider.equals(provider))
                ? all
                : withoutProvider(all, provider));
    }

    private static Map<Key, Learned> withoutProvider(Map<Key, Learned> was, String provider) {
        Map<Key, Learned> now = new LinkedHashMap<>(was);
        now.keySet().removeIf(key -> key.provider.equals(provider));
        return now;
    }

    int size() {
        return learned.get().size();
    }

    private static boolean isCoded(Failure failure) {
        String code = failure.code();
        return failure.kind() == FailureKind.CONTEXT_OVERFLOW
                && code != null
                && CODES.contains(code.toLowerCase(Locale.ROOT));
    }

    private static boolean isBelow(@Nullable Report report, int tokens) {
        return report != null && report.tokens < tokens;
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

    private static Map<Key, Learned> without(Map<Key, Learned> was, Key key) {
        Map<Key, Learned> now = new LinkedHashMap<>(was);
        now.remove(key);
        return now;
    }
}
