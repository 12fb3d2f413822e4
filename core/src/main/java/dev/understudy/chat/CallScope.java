package dev.understudy.chat;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * State shared by the attempts of one call, passed to providers in the Reactor Context: values computed once in a call,
 * and a consumer of {@link ProviderEvent}s. Thread-safe.
 */
public final class CallScope {

    private static final CallScope NONE = reportingTo(providerEvent -> {});

    private final Consumer<ProviderEvent> listener;
    private final Map<Object, Object> values;

    private CallScope(Consumer<ProviderEvent> listener, Map<Object, Object> values) {
        this.listener = listener;
        this.values = values;
    }

    /**
     * Creates the scope of a call.
     *
     * @param listener receives the reports of providers, on their threads; must not throw and must not block
     * @return a new scope
     */
    public static CallScope reportingTo(Consumer<ProviderEvent> listener) {
        return new CallScope(listener, new ConcurrentHashMap<>(4));
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
        Object existing = values.get(key);
        if (existing != null) {
            return type.cast(existing);
        }
        T value = supplier.get();
        Object earlier = values.putIfAbsent(key, value);
        return earlier == null ? value : type.cast(earlier);
    }
}
