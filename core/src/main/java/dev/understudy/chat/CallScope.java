package dev.understudy.chat;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * State shared by the attempts of one call, passed to providers in the Reactor Context: values computed once in a call,
 * and a consumer of {@link ProviderEvent}s. Thread-safe.
 */
public final class CallScope {

    private static final CallScope NONE = reportingTo(providerEvent -> {});

    private final Consumer<ProviderEvent> listener;

    /** A list, because a call has few values. */
    private final AtomicReference<@Nullable Computed> latest = new AtomicReference<>();

    /** @param before the value that was computed before */
    private record Computed(
            Object key, Object value, @Nullable Computed before) {}

    private CallScope(Consumer<ProviderEvent> listener) {
        this.listener = listener;
    }

    /**
     * Creates the scope of a call.
     *
     * @param listener receives the reports of providers, on their threads; must not throw and must not block
     * @return a new scope
     */
    public static CallScope reportingTo(Consumer<ProviderEvent> listener) {
        return new CallScope(listener);
    }

    /**
     * Returns the scope of the call in progress.
     *
     * @param context the Context of the call
     * @return the scope; if there is none, one that keeps no values and drops reports
     */
    public static CallScope of(ContextView context) {
        return context.hasKey(CallScope.class) ? context.get(CallScope.class) : NONE;
    }

    /**
     * Adds this scope to a Context.
     *
     * @param context the Context
     * @return the Context with this scope
     */
    public Context in(Context context) {
        return context.put(CallScope.class, this);
    }

    /**
     * Reports an event inside a provider.
     *
     * @param providerEvent the event
     */
    public void report(ProviderEvent providerEvent) {
        listener.accept(providerEvent);
    }

    /**
     * Computes a value once in a call and returns it to each later attempt with an equal key. Concurrent attempts may
     * both compute; all get one value.
     *
     * @param <T> type of the value
     * @param key key of the value, with {@code equals} and {@code hashCode}
     * @param type class of the value
     * @param supplier computes the value
     * @return the value
     */
    public <T> T computeOnce(Object key, Class<T> type, Supplier<T> supplier) {
        if (this == NONE) {
            return supplier.get();
        }
        Computed known = latest.get();
        Object existing = find(key, known, null);
        if (existing != null) {
            return type.cast(existing);
        }
        T value = supplier.get();
        while (!latest.compareAndSet(known, new Computed(key, value, known))) {
            Computed more = latest.get();
            Object earlier = find(key, more, known);
            if (earlier != null) {
                return type.cast(earlier);
            }
            known = more;
        }
        return value;
    }

    /** Returns the value of an equal key in the list before its part {@code end}; {@code null} if there is none. */
    @SuppressWarnings("ReferenceEquality") // parts of one list
    private static @Nullable Object find(Object key, @Nullable Computed from, @Nullable Computed end) {
        for (Computed each = from; each != null && each != end; each = each.before) {
            if (each.key.equals(key)) {
                return each.value;
            }
        }
        return null;
    }
}
